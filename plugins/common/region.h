/* SPDX-License-Identifier: Apache-2.0 */
/* Many small things that live equally long. {0} is an empty region. */
#ifndef COMMON_REGION_H
#define COMMON_REGION_H
#include <stddef.h>

struct region {
  struct region_block *blocks;
};

/* Zeroed, aligned for anything, there until region_done. */
void *region_alloc(struct region *, size_t count, size_t size);
/* A copy, ended by a NUL. */
char *region_copy(struct region *, const char *data, size_t size);
void region_done(struct region *);
#endif
