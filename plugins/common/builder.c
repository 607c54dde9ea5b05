/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow at their end. */
#include "common/builder.h"
#include "common/registry_text.h"
#include <stdlib.h>
#include <string.h>

void builder_add(struct builder *builder, const void *data, size_t size) {
  if (size >= builder->capacity - builder->size) {
    size_t capacity = (builder->capacity + size) * 2 + 64;
    char *grown = registry_zalloc(capacity);
    if (builder->size)
      memcpy(grown, builder->data, builder->size);
    free(builder->data);
    builder->data = grown;
    builder->capacity = capacity;
  }
  if (size)
    memcpy(builder->data + builder->size, data, size);
  builder->size += size;
  builder->data[builder->size] = '\0';
}

void builder_add_text(struct builder *builder, const char *text) {
  builder_add(builder, text, strlen(text));
}

void builder_add_char(struct builder *builder, char c) {
  builder_add(builder, &c, 1);
}

char *builder_take(struct builder *builder, size_t *size) {
  builder_add(builder, "", 0);
  char *data = builder->data;
  *size = builder->size;
  *builder = (struct builder){0};
  return data;
}
