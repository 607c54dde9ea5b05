/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside made harmless for terminals and logs. */
#include "base/memory.h"
#include "base/text.h"
#include <string.h>

size_t text_character(const char *text, size_t len, uint32_t *code) {
  const unsigned char *s = (const unsigned char *)text;
  size_t need = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
  if (need == 0 || need > len || s[0] > 0xf4)
    return 0;
  uint32_t value = need == 1 ? s[0] : s[0] & (0x7fu >> need);
  for (size_t i = 1; i < need; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | (s[i] & 0x3fu);
  }
  if ((need == 3 && value < 0x800) || (need == 4 && (value < 0x10000 || value > 0x10ffff)) ||
      (value >= 0xd800 && value <= 0xdfff))
    return 0;
  *code = value;
  return need;
}

bool text_is_harmful(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200e && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void text_escape(struct buf *out, const char *s, long len, size_t max) {
  const unsigned char *p = (const unsigned char *)s;
  size_t left = len < 0 ? strlen(s) : (size_t)len, used = 0;
  while (left > 0) {
    uint32_t code = 0;
    size_t size = text_character((const char *)p, left, &code);
    bool plain = size > 0 && !text_is_harmful(code);
    if (size == 0)
      size = 1;
    if (used + size > max) {
      buf_text(out, "...");
      return;
    }
    if (plain)
      buf_add(out, p, size);
    for (size_t i = 0; !plain && i < size; i++)
      buf_printf(out, "\\x%02x", p[i]);
    p += size;
    left -= size;
    used += size;
  }
}

char *text_escaped(const char *s) {
  auto_buf out = {0};
  text_escape(&out, s, -1, SIZE_MAX);
  return buf_take(&out);
}
