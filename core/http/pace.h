/* SPDX-License-Identifier: Apache-2.0 */
/* Tells a slow transfer from a stalled one: less than 1 KiB/s over the stall time. Only time spent
 * waiting for the network counts. Pure functions. */
#ifndef HTTP_PACE_H
#define HTTP_PACE_H
#include <stdbool.h>
#include <stdint.h>

struct pace {
  uint64_t waited_ms, moved;
};

static inline void pace_moved(struct pace *pace, uint64_t bytes) {
  pace->moved += bytes;
}

/* False: stalled. */
static inline bool pace_waited(struct pace *pace, uint64_t ms, uint64_t limit_ms) {
  if (pace->moved >= limit_ms / 1000 * 1024 + 1) {
    *pace = (struct pace){0};
    return true;
  }
  pace->waited_ms += ms;
  return pace->waited_ms < limit_ms;
}
#endif
