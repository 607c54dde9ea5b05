/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests an origin gets at a time: doubled round by round while its answers stay as
 * quick as they can be, then so many that a few of them wait at the server, half as many when it
 * says that it is too much. Pure arithmetic; times are passed in. */
#ifndef HTTP_WINDOW_H
#define HTTP_WINDOW_H
#include <stdbool.h>
#include <stdint.h>

/* Answers are compared with their like only: some take a server longer than others. */
enum window_kind {
  WINDOW_HEAD_FOUND,
  WINDOW_HEAD_MISSING,
  WINDOW_GET,
  WINDOW_POST_DONE,
  WINDOW_POST_BEGUN,
  WINDOW_KINDS
};

struct window {
  uint32_t size, ceiling;
  bool starting;        /* still doubled */
  uint32_t most;        /* that were under way at a time in this round, */
  uint32_t most_before; /* and in the one before */
  uint64_t halve_from_ms, forgot_ms;
  struct {
    double quickest; /* microseconds, 0: none seen */
    double inverse;  /* sum of 1/latency in this round */
    uint32_t count;
  } kinds[WINDOW_KINDS];
  uint32_t answers; /* of this round */
};

/* ceiling: the number of workers, 1 at least. */
void window_init(struct window *, uint32_t ceiling, uint64_t now_ms);
/* So many requests are under way. */
void window_used(struct window *, uint32_t active);
/* A small request was answered. */
void window_answered(struct window *, enum window_kind, uint64_t latency_us, uint64_t now_ms);
/* 429, or a stall: half of what was used of it, once a second at most. True: it is smaller now. */
bool window_halve(struct window *, uint64_t now_ms);
#endif
