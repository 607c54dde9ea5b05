/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of the config (RFC 3339). */
#include "config/version_date.h"
#include <string.h>
#include <time.h>

/* As many digits as count, with the character before them; *p moves behind. */
static bool read_number(const char **p, char before, int count, int max, int *ret) {
  const char *at = *p;
  int value = 0;
  if (before && *at++ != before)
    return false;
  for (; count > 0; count--, at++) {
    if (*at < '0' || *at > '9')
      return false;
    value = value * 10 + (*at - '0');
  }
  if (value > max)
    return false;
  *p = at;
  *ret = value;
  return true;
}

static bool read_day(const char **p, struct tm *tm) {
  if (!read_number(p, '\0', 4, 9999, &tm->tm_year) || !read_number(p, '-', 2, 12, &tm->tm_mon) ||
      !read_number(p, '-', 2, 31, &tm->tm_mday))
    return false;
  tm->tm_year -= 1900;
  tm->tm_mon--;
  return tm->tm_mon >= 0 && tm->tm_mday >= 1;
}

/* Behind the "T": the time and where it is so. */
static bool read_time(const char **p, struct tm *tm, int *offset) {
  int hours, minutes;
  if (!read_number(p, '\0', 2, 23, &tm->tm_hour) || !read_number(p, ':', 2, 59, &tm->tm_min) ||
      !read_number(p, ':', 2, 60, &tm->tm_sec))
    return false;
  if (**p == '.') {
    size_t digits = strspn(*p + 1, "0123456789");
    *p += 1 + digits;
    if (digits == 0)
      return false;
  }
  if (**p == 'Z' || **p == 'z') {
    (*p)++;
    return true;
  }
  int sign = **p == '-' ? -1 : 1;
  if (!read_number(p, sign < 0 ? '-' : '+', 2, 23, &hours) || !read_number(p, ':', 2, 59, &minutes))
    return false;
  *offset = sign * (hours * 3600 + minutes * 60);
  return true;
}

bool version_date_parse(const char *text, int64_t *seconds) {
  struct tm tm = {0};
  int offset = 0;
  if (!read_day(&text, &tm))
    return false;
  if (*text == 'T' || *text == 't') {
    text++;
    if (!read_time(&text, &tm, &offset))
      return false;
  }
  if (*text)
    return false;
  int day = tm.tm_mday, second = tm.tm_sec;
  tm.tm_sec = 0;
  time_t when = timegm(&tm);
  if (tm.tm_mday != day) /* no such day in that month */
    return false;
  *seconds = (int64_t)when + second - offset;
  return true;
}
