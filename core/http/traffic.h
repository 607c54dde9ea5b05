/* SPDX-License-Identifier: Apache-2.0 */
/* Counts requests and bytes by origin: one for each job. Thread-safe. */
#ifndef HTTP_TRAFFIC_H
#define HTTP_TRAFFIC_H
#include <stddef.h>
#include <stdint.h>

struct traffic_origin {
  char *origin;                      /* "https://registry.example" */
  uint64_t requests, sent, received; /* bodies' bytes */
  uint64_t retries;
};
struct traffic;
struct traffic *traffic_new(void);
void traffic_free(struct traffic *);
/* NULL traffic is fine. */
void traffic_add(struct traffic *, const char *origin, uint64_t requests, uint64_t sent,
                 uint64_t received, uint64_t retries);
/* A copy of the counts; caller frees the array with traffic_free_list. */
size_t traffic_list(struct traffic *, struct traffic_origin **ret);
void traffic_free_list(struct traffic_origin *, size_t count);
/* Adds all of from to into. */
void traffic_merge(struct traffic *into, struct traffic *from);
#endif
