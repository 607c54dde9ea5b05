/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that never returns NULL: without memory the process says so and leaves with exit code
 * 8. That is safe because a run killed at any moment loses nothing (docs/decisions). */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H
#include <stddef.h>

void *mem_alloc(size_t size);                         /* zeroed */
void *mem_array(size_t count, size_t size);           /* zeroed, overflow checked */
void *mem_resize(void *p, size_t count, size_t size); /* overflow checked */
/* Makes room for one more item in a growing array. */
void *mem_grow(void *items, size_t count, size_t *capacity, size_t size);
char *str_copy(const char *s); /* NULL gives NULL */
char *str_copy_n(const char *s, size_t len);
char *str_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Overwrites before freeing; for secrets. */
void str_wipe(char *s);
void free_pointer(void *p); /* for cleanup attributes: frees *(void **)p */

#define auto_free __attribute__((cleanup(free_pointer)))
/* Hands a pointer on: returns it and empties the variable. */
#define take(p)               \
  __extension__({             \
    __auto_type taken_ = (p); \
    (p) = NULL;               \
    taken_;                   \
  })

/* Many small things that live equally long. */
struct arena {
  struct arena_block *blocks;
  size_t total;
};
void *arena_alloc(struct arena *, size_t size); /* zeroed, aligned for anything */
char *arena_copy(struct arena *, const char *s);
char *arena_copy_n(struct arena *, const char *s, size_t len);
char *arena_format(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_done(struct arena *);
#endif
