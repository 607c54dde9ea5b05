/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that never returns NULL, and arenas. */
#include "base/memory.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_NO_MEMORY 8
#define BLOCK_SIZE 4096

__attribute__((noreturn)) static void out_of_memory(void) {
  static const char text[] = "error: out of memory\n";
  ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
  (void)ignored;
  _exit(EXIT_NO_MEMORY);
}

void *mem_alloc(size_t size) {
  void *p = calloc(1, size > 0 ? size : 1);
  if (p == NULL)
    out_of_memory();
  return p;
}

static size_t product(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total))
    out_of_memory();
  return total;
}

void *mem_array(size_t count, size_t size) {
  return mem_alloc(product(count, size));
}

void *mem_resize(void *p, size_t count, size_t size) {
  size_t total = product(count, size);
  void *q = realloc(p, total > 0 ? total : 1);
  if (q == NULL)
    out_of_memory();
  return q;
}

void *mem_grow(void *items, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity)
    return items;
  size_t wanted = count < 4 ? 8 : product(count, 2);
  items = mem_resize(items, wanted, size);
  *capacity = wanted;
  return items;
}

char *str_copy(const char *s) {
  return s == NULL ? NULL : str_copy_n(s, strlen(s));
}

char *str_copy_n(const char *s, size_t len) {
  size_t size;
  if (__builtin_add_overflow(len, 1, &size))
    out_of_memory();
  char *copy = mem_alloc(size);
  if (len > 0)
    memcpy(copy, s, len);
  return copy;
}

char *str_format(const char *format, ...) {
  char *text = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&text, format, args);
  va_end(args);
  if (len < 0)
    out_of_memory();
  return text;
}

void str_wipe(char *s) {
  if (s == NULL)
    return;
  explicit_bzero(s, strlen(s));
  free(s);
}

void free_pointer(void *p) {
  free(*(void **)p);
}

struct arena_block {
  struct arena_block *next;
  size_t used, size;
  _Alignas(max_align_t) unsigned char data[];
};

void *arena_alloc(struct arena *arena, size_t size) {
  const size_t align = _Alignof(max_align_t);
  size_t rounded;
  if (__builtin_add_overflow(size, align - 1, &rounded))
    out_of_memory();
  rounded &= ~(align - 1);
  struct arena_block *block = arena->blocks;
  if (block == NULL || block->size - block->used < rounded) {
    size_t data = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE, whole;
    if (__builtin_add_overflow(data, sizeof *block, &whole))
      out_of_memory();
    struct arena_block *fresh = mem_alloc(whole);
    fresh->size = data;
    arena->total += whole;
    if (block != NULL && rounded > BLOCK_SIZE / 4) {
      /* A big one goes behind the current block, whose rest stays usable. */
      fresh->next = block->next;
      block->next = fresh;
      fresh->used = rounded;
      return fresh->data;
    }
    fresh->next = block;
    arena->blocks = block = fresh;
  }
  void *p = block->data + block->used;
  block->used += rounded;
  return p;
}

char *arena_copy(struct arena *arena, const char *s) {
  return s == NULL ? NULL : arena_copy_n(arena, s, strlen(s));
}

char *arena_copy_n(struct arena *arena, const char *s, size_t len) {
  size_t size;
  if (__builtin_add_overflow(len, 1, &size))
    out_of_memory();
  char *copy = arena_alloc(arena, size);
  if (len > 0)
    memcpy(copy, s, len);
  return copy;
}

char *arena_format(struct arena *arena, const char *format, ...) {
  char *text = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&text, format, args);
  va_end(args);
  if (len < 0)
    out_of_memory();
  char *copy = arena_copy_n(arena, text, (size_t)len);
  free(text);
  return copy;
}

void arena_done(struct arena *arena) {
  struct arena_block *block = arena->blocks;
  while (block != NULL) {
    struct arena_block *next = block->next;
    free(block);
    block = next;
  }
  *arena = (struct arena){0};
}
