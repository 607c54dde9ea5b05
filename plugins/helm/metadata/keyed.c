/* SPDX-License-Identifier: Apache-2.0 */
/* Text with a length, and arrays sorted by such. */
#include "helm/metadata/keyed.h"
#include <stdlib.h>
#include <string.h>

int text_compare(const struct text *a, const struct text *b) {
  size_t common = a->size < b->size ? a->size : b->size;
  int order = common ? memcmp(a->data, b->data, common) : 0;
  return order ? order : (a->size > b->size) - (a->size < b->size);
}

bool text_is(const struct text *text, const char *other) {
  size_t size = strlen(other);
  return text->size == size && (!size || !memcmp(text->data, other, size));
}

static int compare_keyed(const void *a, const void *b) {
  const struct keyed *first = a, *second = b;
  int order = text_compare(&first->key, &second->key);
  return order ? order : (first->order > second->order) - (first->order < second->order);
}

size_t keyed_sort(void *items, size_t count, size_t size) {
  char *item = items;
  for (size_t i = 0; i < count; i++)
    ((struct keyed *)(void *)(item + i * size))->order = i;
  if (count)
    qsort(items, count, size, compare_keyed);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    const struct keyed *this = (const void *)(item + i * size);
    const struct keyed *next = (const void *)(item + (i + 1) * size);
    if (i + 1 < count && !text_compare(&this->key, &next->key))
      continue;
    memmove(item + kept++ * size, this, size);
  }
  return kept;
}
