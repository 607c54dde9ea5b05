/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, and which characters Go's unicode.IsSpace takes. */
#include "helm/metadata/unicode.h"

/* How many bytes a character has that starts with this one; 0: none does. */
static size_t sequence_length(unsigned char lead) {
  if (lead < 0x80)
    return 1;
  if (lead >= 0xc2 && lead < 0xe0)
    return 2;
  if (lead >= 0xe0 && lead < 0xf0)
    return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

size_t unicode_decode(const char *data, size_t size, uint32_t *rune) {
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  const unsigned char *bytes = (const unsigned char *)data;
  size_t length = sequence_length(bytes[0]);
  *rune = RUNE_INVALID;
  if (!length || length > size)
    return 1;
  uint32_t decoded = bytes[0] & lead_bits[length];
  for (size_t i = 1; i < length; i++) {
    if ((bytes[i] & 0xc0) != 0x80)
      return 1;
    decoded = decoded << 6 | (bytes[i] & 0x3f);
  }
  if (decoded < smallest[length] || decoded > 0x10ffff || (decoded >= 0xd800 && decoded <= 0xdfff))
    return 1;
  *rune = decoded;
  return length;
}

bool unicode_is_space(uint32_t rune) {
  switch (rune) {
  case '\t':
  case '\n':
  case '\v':
  case '\f':
  case '\r':
  case ' ':
  case 0x85:
  case 0xa0:
  case 0x1680:
  case 0x2028:
  case 0x2029:
  case 0x202f:
  case 0x205f:
  case 0x3000:
    return true;
  default:
    return rune >= 0x2000 && rune <= 0x200a;
  }
}
