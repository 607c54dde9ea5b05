/* SPDX-License-Identifier: Apache-2.0 */
/* JSON strings as Go's json.Marshal writes them. */
#include "helm/metadata/go_json.h"
#include "helm/metadata/unicode.h"
#include <stdio.h>

static void add_escape(struct builder *json, uint32_t rune) {
  char escape[8];
  snprintf(escape, sizeof escape, "\\u%04x", (unsigned)rune & 0xffff);
  builder_add_text(json, escape);
}

/* The short escape of a character, or NUL. */
static char short_escape(uint32_t rune) {
  switch (rune) {
  case '"':
  case '\\':
    return (char)rune;
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return '\0';
  }
}

void go_json_text(struct builder *json, const char *data, size_t size) {
  builder_add_char(json, '"');
  for (size_t at = 0, length; at < size; at += length) {
    uint32_t rune;
    length = unicode_decode(data + at, size - at, &rune);
    char escape = short_escape(rune);
    if (escape) {
      builder_add_char(json, '\\');
      builder_add_char(json, escape);
    } else if (rune == RUNE_INVALID) {
      add_escape(json, 0xfffd);
    } else if (rune < ' ' || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 ||
               rune == 0x2029) {
      add_escape(json, rune);
    } else {
      builder_add(json, data + at, length);
    }
  }
  builder_add_char(json, '"');
}
