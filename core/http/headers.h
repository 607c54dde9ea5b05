/* SPDX-License-Identifier: Apache-2.0 */
/* The header lines of one response, within limits. */
#ifndef HTTP_HEADERS_H
#define HTTP_HEADERS_H
#include "base/memory.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADERS_MAX_BYTES (256u * 1024)
#define HEADERS_MAX_LINES 500u

struct header {
  const char *name, *value;
};
struct headers {
  struct header *items;
  size_t count, capacity;
  size_t bytes, lines; /* of all blocks, interim responses and trailers included */
  struct arena memory;
};

/* Adds one line as it came. False: too many, or not a header. */
bool headers_line(struct headers *, const char *line, size_t len);
/* A new status line: what an interim response brought is forgotten, not its size. */
void headers_restart(struct headers *);
/* The last one of that name in any case, or NULL. */
const char *headers_get(const struct headers *, const char *name);
/* The next one of that name; *next starts at 0. */
const char *headers_next(const struct headers *, const char *name, size_t *next);
/* Content-Length; UINT64_MAX: none. False: two that differ, or no number. */
bool headers_length(const struct headers *, uint64_t *length);
/* Content-Range "bytes first-last/total": false if it isn't one. total UINT64_MAX: "*". */
bool headers_range(const struct headers *, uint64_t *first, uint64_t *last, uint64_t *total);
void headers_done(struct headers *);
#endif
