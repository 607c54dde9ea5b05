/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow at their end. {0} is an empty one. */
#ifndef COMMON_BUILDER_H
#define COMMON_BUILDER_H
#include <stddef.h>

struct builder {
  char *data;
  size_t size, capacity;
};

void builder_add(struct builder *, const void *data, size_t size);
void builder_add_text(struct builder *, const char *text);
void builder_add_char(struct builder *, char c);
/* The bytes, ended by a NUL that size doesn't count. The builder is empty then; the caller frees.
 */
char *builder_take(struct builder *, size_t *size);
#endif
