/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that never returns NULL, and arenas. */
#include "base/memory.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXIT_NO_MEMORY 8
/* Blocks grow with the arena, so that a large one has few. With a hundred megabytes page faults are
 * a tenth of the time: the largest blocks ask for huge pages. */
#define BLOCK_MIN 4096u
#define BLOCK_USUAL_MAX (1u << 20)
#define BLOCK_MAPPED (8u << 20)

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

/* What a new block holds, at least. */
static size_t block_size(const struct arena *arena) {
  if (arena->total >= BLOCK_MAPPED)
    return BLOCK_MAPPED - sizeof(struct arena_block);
  size_t size = BLOCK_MIN;
  while (size < BLOCK_USUAL_MAX && size < arena->total / 4)
    size *= 2;
  return size;
}

static struct arena_block *new_block(size_t whole) {
  if (whole < BLOCK_MAPPED)
    return mem_alloc(whole);
  void *p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED)
    out_of_memory();
  (void)madvise(p, whole, MADV_HUGEPAGE);
  return p;
}

static void free_block(struct arena_block *block) {
  size_t whole = block->size + sizeof *block;
  if (whole < BLOCK_MAPPED)
    free(block);
  else
    munmap(block, whole);
}

/* A place in a new block. */
static void *add_block(struct arena *arena, size_t size) {
  struct arena_block *block = arena->blocks;
  size_t usual = block_size(arena), data = size > usual ? size : usual, whole;
  if (__builtin_add_overflow(data, sizeof *block, &whole))
    out_of_memory();
  struct arena_block *fresh = new_block(whole);
  fresh->size = data;
  fresh->used = size;
  arena->total += whole;
  if (block != NULL && size > usual / 4) {
    /* A big one goes behind the current block, whose rest stays usable. */
    fresh->next = block->next;
    block->next = fresh;
  } else {
    fresh->next = block;
    arena->blocks = fresh;
  }
  return fresh->data;
}

/* align: a power of two. */
static void *reserve(struct arena *arena, size_t size, size_t align) {
  struct arena_block *block = arena->blocks;
  if (block != NULL) {
    size_t start = (block->used + align - 1) & ~(align - 1);
    if (start <= block->size && block->size - start >= size) {
      block->used = start + size;
      return block->data + start;
    }
  }
  return add_block(arena, size);
}

void *arena_alloc(struct arena *arena, size_t size) {
  return reserve(arena, size, _Alignof(max_align_t));
}

char *arena_copy(struct arena *arena, const char *s) {
  return s == NULL ? NULL : arena_copy_n(arena, s, strlen(s));
}

char *arena_copy_n(struct arena *arena, const char *s, size_t len) {
  size_t size;
  if (__builtin_add_overflow(len, 1, &size))
    out_of_memory();
  char *copy = reserve(arena, size, 1);
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
    free_block(block);
    block = next;
  }
  *arena = (struct arena){0};
}
