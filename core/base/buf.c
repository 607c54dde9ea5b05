/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer. */
#include "base/buf.h"
#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buf *buf, size_t more) {
  size_t total, needed;
  if (buf->max == 0 && more < buf->capacity - buf->len)
    return true;
  if (__builtin_add_overflow(buf->len, more, &total) || __builtin_add_overflow(total, 1, &needed))
    return false;
  if (buf->max > 0 && total > buf->max)
    return false;
  if (needed <= buf->capacity)
    return true;
  size_t capacity = buf->capacity > 0 ? buf->capacity : 64;
  while (capacity < needed)
    if (__builtin_mul_overflow(capacity, 2, &capacity))
      return false;
  buf->data = mem_resize(buf->data, capacity, 1);
  buf->capacity = capacity;
  return true;
}

bool buf_add(struct buf *buf, const void *data, size_t len) {
  if (!reserve(buf, len))
    return false;
  if (len > 0)
    memcpy(buf->data + buf->len, data, len);
  buf->len += len;
  buf->data[buf->len] = '\0';
  return true;
}

bool buf_text(struct buf *buf, const char *text) {
  return buf_add(buf, text, strlen(text));
}

bool buf_printf(struct buf *buf, const char *format, ...) {
  auto_free char *text = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&text, format, args);
  va_end(args);
  if (len < 0) {
    text = NULL; /* undefined after a failure */
    return false;
  }
  return buf_add(buf, text, (size_t)len);
}

char *buf_take(struct buf *buf) {
  char *text = buf->data != NULL ? buf->data : mem_alloc(1);
  buf->data = NULL;
  buf->len = buf->capacity = 0;
  return text;
}

void buf_done(struct buf *buf) {
  free(buf->data);
  buf->data = NULL;
  buf->len = buf->capacity = 0;
}
