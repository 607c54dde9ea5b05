/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in YAML 1.1 as go-yaml version 2 and Go's strconv read them. */
#include "helm/metadata/yaml_number.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include <math.h>
#include <string.h>

static const char *skip_digits(const char *text) {
  return text + strspn(text, "0123456789");
}

static char *without_underscores(const char *text) {
  char *plain = registry_copy(text, strlen(text)), *to = plain;
  for (const char *from = plain; *from; from++)
    if (*from != '_')
      *to++ = *from;
  *to = '\0';
  return plain;
}

static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9')
    return (unsigned)(c - '0');
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* Digits of a base; 0: the base that the prefix says. */
static bool read_magnitude(const char *text, unsigned base, uint64_t *ret) {
  if (!base) {
    char kind = text[0] == '0' && text[1] ? (char)(text[1] | 0x20) : '\0';
    base = text[0] != '0' ? 10 : kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
    text += kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 0;
  }
  if (!*text)
    return false;
  uint64_t magnitude = 0;
  for (; *text; text++) {
    unsigned digit = digit_value(*text);
    if (digit >= base || __builtin_mul_overflow(magnitude, base, &magnitude) ||
        __builtin_add_overflow(magnitude, digit, &magnitude))
      return false;
  }
  *ret = magnitude;
  return true;
}

/* Go's ParseInt, else ParseUint. */
static bool read_integer(const char *text, unsigned base, struct value *value) {
  bool negative = *text == '-', is_signed = negative || *text == '+';
  uint64_t magnitude;
  if (!read_magnitude(text + is_signed, base, &magnitude))
    return false;
  if (magnitude > (uint64_t)INT64_MAX + negative) {
    if (is_signed)
      return false;
    value->kind = VALUE_UINT;
    value->natural = magnitude;
    return true;
  }
  value->kind = VALUE_INT;
  value->integer = negative ? (int64_t)-magnitude : (int64_t)magnitude;
  return true;
}

/* [-+]? (\.[0-9]+ | [0-9]+ (\.[0-9]*)?) ([eE][-+]?[0-9]+)? */
static bool is_decimal(const char *text) {
  text += *text == '-' || *text == '+';
  const char *end = skip_digits(text);
  bool whole = end > text;
  if (*end == '.') {
    const char *fraction = end + 1;
    end = skip_digits(fraction);
    if (!whole && end == fraction)
      return false;
  } else if (!whole) {
    return false;
  }
  if (*end == 'e' || *end == 'E') {
    const char *exponent = end + 1;
    exponent += *exponent == '-' || *exponent == '+';
    end = skip_digits(exponent);
    if (end == exponent)
      return false;
  }
  return !*end;
}

static bool read_float(const char *text, struct value *value) {
  if (!is_decimal(text))
    return false;
  double number = strtod(text, NULL);
  if (!isfinite(number))
    return false;
  value->kind = VALUE_FLOAT;
  value->number = number;
  return true;
}

void yaml_number(const char *text, struct value *value) {
  auto_free char *plain = without_underscores(text);
  if (read_integer(plain, 0, value) || read_float(plain, value))
    return;
  /* "0b+1" is left: go-yaml reads on after the prefix as if a number started there */
  if (!strncmp(plain, "0b", 2))
    read_integer(plain + 2, 2, value);
}

void yaml_fraction(const char *text, struct value *value) {
  for (const char *at = strchr(text, '_'); at; at = strchr(at + 1, '_'))
    if (digit_value(at[-1]) > 9 || digit_value(at[1]) > 9)
      return;
  auto_free char *plain = without_underscores(text);
  read_float(plain, value);
}
