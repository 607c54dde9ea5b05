/* SPDX-License-Identifier: Apache-2.0 */
/* The header lines of one response. */
#include "http/headers.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool headers_line(struct headers *headers, const char *line, size_t len) {
  headers->bytes += len;
  headers->lines++;
  if (headers->bytes > HEADERS_MAX_BYTES || headers->lines > HEADERS_MAX_LINES)
    return false;
  while (len && strchr("\r\n \t", line[len - 1]))
    len--;
  if (!len)
    return true;
  const char *colon = memchr(line, ':', len);
  if (!colon || memchr(line, 0, len))
    return false;
  size_t name = (size_t)(colon - line), value = name + 1;
  while (value < len && (line[value] == ' ' || line[value] == '\t'))
    value++;
  headers->items =
      mem_grow(headers->items, headers->count, &headers->capacity, sizeof *headers->items);
  headers->items[headers->count++] = (struct header){
      arena_copy_n(&headers->memory, line, name),
      arena_copy_n(&headers->memory, line + value, len - value),
  };
  return true;
}

void headers_restart(struct headers *headers) {
  headers->count = 0;
}

const char *headers_next(const struct headers *headers, const char *name, size_t *next) {
  for (; *next < headers->count; ++*next) {
    const struct header *header = &headers->items[*next];
    if (strcasecmp(header->name, name) == 0) {
      ++*next;
      return header->value;
    }
  }
  return NULL;
}

const char *headers_get(const struct headers *headers, const char *name) {
  const char *last = NULL, *value;
  for (size_t next = 0; (value = headers_next(headers, name, &next));)
    last = value;
  return last;
}

static bool read_number(const char **p, uint64_t *value) {
  size_t digits = strspn(*p, "0123456789");
  if (!digits)
    return false;
  auto_free char *text = str_copy_n(*p, digits);
  int64_t number;
  if (!text_parse_int(text, &number))
    return false;
  *value = (uint64_t)number;
  *p += digits;
  return true;
}

bool headers_length(const struct headers *headers, uint64_t *length) {
  const char *value;
  *length = UINT64_MAX;
  for (size_t next = 0; (value = headers_next(headers, "Content-Length", &next));) {
    uint64_t number;
    if (!read_number(&value, &number) || *value)
      return false;
    if (*length != UINT64_MAX && *length != number)
      return false;
    *length = number;
  }
  return true;
}

bool headers_range(const struct headers *headers, uint64_t *first, uint64_t *last,
                   uint64_t *total) {
  const char *value = headers_get(headers, "Content-Range");
  if (!value || strncasecmp(value, "bytes ", 6) != 0)
    return false;
  value += 6;
  if (!read_number(&value, first) || *value++ != '-' || !read_number(&value, last) ||
      *value++ != '/')
    return false;
  if (strcmp(value, "*") == 0)
    *total = UINT64_MAX;
  else if (!read_number(&value, total) || *value || *last >= *total)
    return false;
  return *first <= *last;
}

void headers_done(struct headers *headers) {
  free(headers->items);
  arena_done(&headers->memory);
  *headers = (struct headers){0};
}
