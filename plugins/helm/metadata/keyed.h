/* SPDX-License-Identifier: Apache-2.0 */
/* Text with a length, for it may hold NUL; and arrays of what has a text as its key. */
#ifndef PLUGINS_HELM_KEYED_H
#define PLUGINS_HELM_KEYED_H
#include <stdbool.h>
#include <stddef.h>

struct text {
  const char *data; /* ended by a NUL that size doesn't count; NULL only if size is 0 */
  size_t size;
};

int text_compare(const struct text *, const struct text *); /* by bytes */
bool text_is(const struct text *, const char *other);

/* The first member of what keyed_sort sorts. */
struct keyed {
  struct text key;
  size_t order;
};

/* Sorts items of this size by their keys. Of those with the same key only the last one stays.
 * Returns how many there are then. */
size_t keyed_sort(void *items, size_t count, size_t size);
#endif
