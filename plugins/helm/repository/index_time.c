/* SPDX-License-Identifier: Apache-2.0 */
/* When a chart was packaged: RFC 3339, as Go writes it; a date alone is YAML's short form. */
#include "helm/repository/index_reader.h"
#include <string.h>

/* Digits up to a length; -1 if they are not there. */
static int read_number(const char **at, size_t length) {
  int value = 0;
  for (size_t i = 0; i < length; i++, (*at)++) {
    if (**at < '0' || **at > '9')
      return -1;
    value = value * 10 + (**at - '0');
  }
  return value;
}

static bool accept_any(const char **at, const char *any) {
  if (!**at || !strchr(any, **at))
    return false;
  (*at)++;
  return true;
}

static bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01, years from 1. */
static int64_t days_since_1970(int year, int month, int day) {
  int64_t before = year - 1;
  int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;
  for (int m = 1; m < month; m++)
    days += days_of_month(year, m);
  return days + day - 1;
}

/* "Z", "+02:00"; seconds east of Greenwich. */
static bool read_offset(const char **at, int64_t *seconds) {
  *seconds = 0;
  if (accept_any(at, "Zz"))
    return true;
  int sign = **at == '-' ? -1 : 1;
  if (!accept_any(at, "+-"))
    return false;
  int hours = read_number(at, 2);
  if (!accept_any(at, ":"))
    return false;
  int minutes = read_number(at, 2);
  *seconds = sign * (hours * 3600 + minutes * 60);
  return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

static bool read_clock(const char **at, int64_t *seconds) {
  int hour = read_number(at, 2);
  bool fine = accept_any(at, ":");
  int minute = fine ? read_number(at, 2) : -1;
  fine = fine && accept_any(at, ":");
  int second = fine ? read_number(at, 2) : -1;
  if (fine && accept_any(at, ".")) {
    size_t digits = strspn(*at, "0123456789");
    fine = digits > 0;
    *at += digits;
  }
  int64_t offset;
  fine = fine && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
         second <= 60 && read_offset(at, &offset);
  if (fine)
    *seconds = hour * 3600 + minute * 60 + second - offset;
  return fine;
}

bool index_time(const char *text, int64_t *seconds) {
  const char *at = text;
  int year = read_number(&at, 4);
  if (year < 1 || !accept_any(&at, "-"))
    return false;
  int month = read_number(&at, 2);
  if (month < 1 || month > 12 || !accept_any(&at, "-"))
    return false;
  int day = read_number(&at, 2);
  if (day < 1 || day > days_of_month(year, month))
    return false;
  int64_t clock = 0;
  if (*at && (!accept_any(&at, "Tt ") || !read_clock(&at, &clock)))
    return false;
  if (*at || year == 1) /* Go's zero time means that nobody set it */
    return false;
  *seconds = days_since_1970(year, month, day) * 86400 + clock;
  return true;
}
