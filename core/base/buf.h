/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer with a maximum, always followed by a NUL. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
  char *data; /* never NULL after the first add */
  size_t len, capacity;
  size_t max; /* 0: no maximum (only for what we make ourselves) */
};

/* False if the maximum would be passed; nothing is added then. */
bool buf_add(struct buf *, const void *data, size_t len);
bool buf_text(struct buf *, const char *text);
bool buf_printf(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns the text (never NULL) for the caller to free and empties the buffer. */
char *buf_take(struct buf *);
void buf_done(struct buf *);
#define auto_buf __attribute__((cleanup(buf_done))) struct buf
#endif
