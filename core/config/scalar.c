/* SPDX-License-Identifier: Apache-2.0 */
/* Plain scalars by the core schema of YAML 1.2 (chapter 10.3). */
#include "config/scalar.h"
#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words) {
  for (; *words; words++)
    if (strcmp(text, *words) == 0)
      return true;
  return false;
}

static size_t digits(const char *s) {
  size_t n = 0;
  while (isdigit((unsigned char)s[n]))
    n++;
  return n;
}

static bool is_int(const char *s) {
  if (s[0] == '0' && s[1] == 'o')
    return s[2] && s[2 + strspn(s + 2, "01234567")] == '\0';
  if (s[0] == '0' && s[1] == 'x')
    return s[2] && s[2 + strspn(s + 2, "0123456789abcdefABCDEF")] == '\0';
  s += *s == '-' || *s == '+';
  size_t n = digits(s);
  return n > 0 && s[n] == '\0';
}

static bool is_float(const char *s) {
  static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
  static const char *const inf[] = {".inf", ".Inf", ".INF", NULL};
  if (is_one_of(s, nan))
    return true;
  s += *s == '-' || *s == '+';
  if (is_one_of(s, inf))
    return true;
  size_t whole = digits(s), part = 0;
  s += whole;
  if (*s == '.') {
    part = digits(++s);
    s += part;
  }
  if (whole + part == 0)
    return false;
  if (*s == 'e' || *s == 'E') {
    s++;
    s += *s == '-' || *s == '+';
    size_t n = digits(s);
    if (n == 0)
      return false;
    s += n;
  }
  return *s == '\0';
}

enum node_type scalar_type(const char *text) {
  if (*text != '\0' && strchr("~nNtTfF.+-0123456789", *text) == NULL)
    return NODE_STRING; /* nothing else begins so */
  static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};
  static const char *const bools[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};
  if (is_one_of(text, null))
    return NODE_NULL;
  if (is_one_of(text, bools))
    return NODE_BOOL;
  if (is_int(text))
    return NODE_INT;
  return is_float(text) ? NODE_FLOAT : NODE_STRING;
}

static bool based_int(const char *digits_text, unsigned base, int64_t *value) {
  int64_t sum = 0;
  for (const char *p = digits_text; *p; p++) {
    int digit = isdigit((unsigned char)*p) ? *p - '0' : tolower((unsigned char)*p) - 'a' + 10;
    if (__builtin_mul_overflow(sum, (int64_t)base, &sum) ||
        __builtin_add_overflow(sum, (int64_t)digit, &sum))
      return false;
  }
  *value = sum;
  return true;
}

bool scalar_int(const char *text, int64_t *value) {
  if (!is_int(text))
    return false;
  if (text[0] == '0' && text[1] == 'o')
    return based_int(text + 2, 8, value);
  if (text[0] == '0' && text[1] == 'x')
    return based_int(text + 2, 16, value);
  return text_parse_int(text, value);
}

bool scalar_bool(const char *text) {
  return tolower((unsigned char)text[0]) == 't';
}

const char *scalar_type_name(enum node_type type) {
  switch (type) {
  case NODE_NULL:
    return "empty";
  case NODE_BOOL:
    return "true or false";
  case NODE_INT:
  case NODE_FLOAT:
    return "a number";
  case NODE_STRING:
    break;
  }
  return "text";
}
