/* SPDX-License-Identifier: Apache-2.0 */
/* JSON writes characters beyond U+FFFF as two \u escapes; YAML, read otherwise the same way, wants
 * one \U escape, which is shorter. A lone half becomes U+FFFD, as encoding/json has it. */
#include "helm/repository/index_input.h"
#include <string.h>

#define HALF_LENGTH 6u /* \ud83d */

/* The value of "\uXXXX" at text, or -1. */
static int read_escape(const unsigned char *text, size_t left) {
  static const char digits[] = "0123456789abcdef";
  int value = 0;
  if (left < HALF_LENGTH || text[0] != '\\' || text[1] != 'u')
    return -1;
  for (size_t i = 2; i < HALF_LENGTH; i++) {
    int lower = text[i] > '9' ? text[i] | 0x20 : text[i];
    const char *digit = lower ? strchr(digits, lower) : NULL;
    if (!digit)
      return -1;
    value = value * 16 + (int)(digit - digits);
  }
  return value;
}

static void write_hex(unsigned char *out, unsigned value, size_t digits) {
  for (size_t i = digits; i-- > 0; value >>= 4)
    out[i] = (unsigned char)"0123456789abcdef"[value & 15];
}

/* Rewrites the escape at in; *out moves behind what became of it. Returns its length. */
static size_t rewrite_escape(const unsigned char *in, size_t left, unsigned char **out) {
  int high = read_escape(in, left);
  if (high < 0xd800 || high > 0xdfff) {
    size_t length = left < 2 ? left : 2;
    memmove(*out, in, length);
    *out += length;
    return length;
  }
  int low = high < 0xdc00 ? read_escape(in + HALF_LENGTH, left - HALF_LENGTH) : -1;
  if (low < 0xdc00 || low > 0xdfff) {
    memcpy(*out, "\\ufffd", HALF_LENGTH);
    *out += HALF_LENGTH;
    return HALF_LENGTH;
  }
  memcpy(*out, "\\U", 2);
  write_hex(*out + 2, 0x10000u + (((unsigned)high & 0x3ff) << 10) + ((unsigned)low & 0x3ff), 8);
  *out += 10;
  return (size_t)2 * HALF_LENGTH;
}

size_t index_json_rewrite(unsigned char *data, size_t size, bool last, size_t *length) {
  unsigned char *out = data;
  size_t at = 0;
  while (at < size) {
    const unsigned char *escape = memchr(data + at, '\\', size - at);
    size_t plain = escape ? (size_t)(escape - data) - at : size - at;
    memmove(out, data + at, plain);
    out += plain;
    at += plain;
    if (at == size || (!last && size - at < (size_t)2 * HALF_LENGTH))
      break;
    at += rewrite_escape(data + at, size - at, &out);
  }
  *length = (size_t)(out - data);
  return at;
}
