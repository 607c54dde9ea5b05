/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, sizes and durations in people's spelling. */
#include "base/memory.h"
#include "base/text.h"
#include <string.h>
#include <strings.h>

char *text_size(uint64_t bytes) {
  static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000)
    return str_format("%u B", (unsigned)bytes);
  uint64_t unit = 1000;
  size_t i = 0;
  /* In tenths, rounded: 999,950 B is 1.0 MB, not 1000.0 kB. */
  uint64_t tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20);
  while (tenths >= 10000 && i + 1 < sizeof units / sizeof units[0]) {
    unit *= 1000;
    i++;
    tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20);
  }
  return str_format("%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[i]);
}

char *text_duration(uint64_t ms) {
  uint64_t tenths = ms / 100 + (ms % 100 >= 50);
  if (tenths < 600)
    return str_format("%u.%us", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
  uint64_t seconds = ms / 1000 + (ms % 1000 >= 500);
  if (seconds < 3600)
    return str_format("%um%02us", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
  uint64_t minutes = seconds / 60 + (seconds % 60 >= 30);
  return str_format("%lluh%02um", (unsigned long long)(minutes / 60), (unsigned)(minutes % 60));
}

/* Moves *s over digits. False if there is none or the number is too large. */
static bool parse_digits(const char **s, uint64_t *ret) {
  uint64_t value = 0;
  const char *p = *s;
  for (; *p >= '0' && *p <= '9'; p++)
    if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
        __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
      return false;
  if (p == *s)
    return false;
  *s = p;
  *ret = value;
  return true;
}

static bool duration_unit(const char **s, uint64_t *ret) {
  static const struct {
    const char *name;
    uint64_t ms;
  } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
  size_t len = strspn(*s, "abcdefghijklmnopqrstuvwxyz");
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
    if (strlen(units[i].name) == len && strncmp(units[i].name, *s, len) == 0) {
      *s += len;
      *ret = units[i].ms;
      return true;
    }
  return false;
}

bool text_parse_duration(const char *s, uint64_t *ms) {
  uint64_t total = 0, number, unit, part, last_unit = UINT64_MAX;
  const char *start = s;
  do {
    if (!parse_digits(&s, &number))
      return false;
    if (*s == '\0' && total == 0 && strspn(start, "0123456789") == strlen(start))
      unit = 1000;
    else if (!duration_unit(&s, &unit) || unit >= last_unit)
      return false;
    if (__builtin_mul_overflow(number, unit, &part) || __builtin_add_overflow(total, part, &total))
      return false;
    last_unit = unit;
  } while (*s != '\0');
  *ms = total;
  return true;
}

static bool size_unit(const char *s, uint64_t *ret) {
  static const char letters[] = "kmgt";
  *ret = 1;
  if (*s == '\0' || strcasecmp(s, "b") == 0)
    return true;
  char letter = (char)(*s | 0x20);
  const char *found = strchr(letters, letter);
  if (found == NULL || letter == '\0')
    return false;
  bool decimal = strcasecmp(s + 1, "b") == 0;
  if (s[1] != '\0' && !decimal && strcasecmp(s + 1, "ib") != 0 && strcasecmp(s + 1, "i") != 0)
    return false;
  for (const char *p = letters; p <= found; p++)
    *ret *= decimal ? 1000 : 1024;
  return true;
}

bool text_parse_size(const char *s, uint64_t *bytes) {
  uint64_t whole, fraction = 0, scale = 1, unit, total;
  if (!parse_digits(&s, &whole))
    return false;
  if (*s == '.') {
    const char *start = ++s;
    if (!parse_digits(&s, &fraction) || s - start > 6)
      return false;
    for (; start < s; start++)
      scale *= 10;
  }
  if (!size_unit(s, &unit) || (scale > 1 && unit == 1))
    return false;
  /* fraction < 10^6 and unit <= 2^40: no overflow in their product. */
  if (__builtin_mul_overflow(whole, unit, &total) ||
      __builtin_add_overflow(total, fraction * unit / scale, &total))
    return false;
  *bytes = total;
  return true;
}

bool text_parse_int(const char *s, int64_t *value) {
  bool negative = *s == '-';
  uint64_t number;
  if (*s == '-' || *s == '+')
    s++;
  if (!parse_digits(&s, &number) || *s != '\0')
    return false;
  uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
  if (number > limit)
    return false;
  *value = negative ? (int64_t)(0 - number) : (int64_t)number;
  return true;
}
