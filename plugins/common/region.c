/* SPDX-License-Identifier: Apache-2.0 */
/* Many small things that live equally long. */
#include "common/region.h"
#include "common/registry_text.h"
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REGION_BLOCK 16384u

struct region_block {
  struct region_block *next;
  size_t used, size;
  alignas(max_align_t) char data[];
};

static struct region_block *region_add_block(struct region *region, size_t size) {
  struct region_block *block = registry_zalloc(sizeof *block + size);
  block->size = size;
  block->next = region->blocks;
  region->blocks = block;
  return block;
}

void *region_alloc(struct region *region, size_t count, size_t size) {
  size_t bytes, align = alignof(max_align_t);
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4)
    bytes = SIZE_MAX / 4; /* more than there is: ends the process */
  bytes = (bytes + align - 1) / align * align;
  struct region_block *block = region->blocks;
  if (!block || block->size - block->used < bytes)
    block = region_add_block(region, bytes > REGION_BLOCK ? bytes : REGION_BLOCK);
  char *memory = block->data + block->used;
  block->used += bytes;
  return memory;
}

char *region_copy(struct region *region, const char *data, size_t size) {
  char *copy = region_alloc(region, size + 1, 1);
  if (size)
    memcpy(copy, data, size);
  return copy;
}

void region_done(struct region *region) {
  while (region->blocks) {
    struct region_block *block = region->blocks;
    region->blocks = block->next;
    free(block);
  }
}
