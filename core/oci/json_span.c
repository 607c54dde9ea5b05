/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over JSON that is known to be well-formed, without decoding it. */
#include "oci/json_span.h"
#include <string.h>

struct cursor {
  const char *bytes;
  size_t at, size;
};

static void skip_space(struct cursor *c) {
  while (c->at < c->size && memchr(" \t\r\n", c->bytes[c->at], 4) != NULL)
    c->at++;
}

static bool skip_char(struct cursor *c, char wanted) {
  skip_space(c);
  if (c->at >= c->size || c->bytes[c->at] != wanted)
    return false;
  c->at++;
  skip_space(c);
  return true;
}

static void skip_string(struct cursor *c) {
  c->at++;
  while (c->at < c->size && c->bytes[c->at] != '"')
    c->at += c->bytes[c->at] == '\\' ? 2 : 1;
  c->at++;
}

/* Stands behind the value afterwards, without the space that follows. */
static void skip_value(struct cursor *c) {
  size_t depth = 0;
  while (c->at < c->size) {
    char ch = c->bytes[c->at];
    if (ch == '"') {
      skip_string(c);
    } else if (ch == '{' || ch == '[') {
      depth++;
      c->at++;
    } else if (ch == '}' || ch == ']') {
      depth--;
      c->at++;
    } else if (depth > 0) {
      c->at++;
      continue;
    } else {
      while (c->at < c->size && memchr(",]} \t\r\n", c->bytes[c->at], 7) == NULL)
        c->at++;
    }
    if (depth == 0)
      return;
  }
}

static bool skip_members(struct cursor *c, size_t count) {
  for (size_t i = 0; i < count; i++) {
    skip_value(c);
    if (!skip_char(c, ':'))
      return false;
    skip_value(c);
    if (!skip_char(c, ','))
      return false;
  }
  return true;
}

bool json_span_items(const char *bytes, size_t size, size_t index, struct json_span *items,
                     size_t count) {
  struct cursor c = {.bytes = bytes, .size = size};
  if (!skip_char(&c, '{') || !skip_members(&c, index))
    return false;
  skip_value(&c);
  if (!skip_char(&c, ':') || !skip_char(&c, '['))
    return false;
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && !skip_char(&c, ','))
      return false;
    size_t start = c.at;
    skip_value(&c);
    if (c.at > size || c.at == start)
      return false;
    items[i] = (struct json_span){.offset = start, .size = c.at - start};
  }
  return skip_char(&c, ']');
}
