/* SPDX-License-Identifier: Apache-2.0 */
/* When a finding was published: a date, or RFC 3339. */
#include "common/finding.h"
#include <string.h>

/* Digits; -1 if they are not there. */
static int number(const char **at, size_t length) {
  int value = 0;
  for (; length; length--, (*at)++) {
    if (**at < '0' || **at > '9')
      return -1;
    value = value * 10 + (**at - '0');
  }
  return value;
}

static bool accept(const char **at, const char *any) {
  if (!**at || !strchr(any, **at))
    return false;
  (*at)++;
  return true;
}

/* Days from 1970-01-01 in the Gregorian calendar; years begin in March here, so that a leap day is
 * their last. */
static int64_t days(int year, int month, int day) {
  int64_t y = month > 2 ? year : year - 1;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

/* "Z" or "+02:00". */
static bool offset(const char **at, int64_t *ret) {
  *ret = 0;
  if (accept(at, "Zz"))
    return true;
  int sign = **at == '-' ? -1 : 1;
  if (!accept(at, "+-"))
    return false;
  int hours = number(at, 2);
  int minutes = hours >= 0 && accept(at, ":") ? number(at, 2) : -1;
  *ret = sign * (hours * 3600 + minutes * 60);
  return minutes >= 0 && minutes < 60 && hours < 24;
}

static bool clock_of(const char **at, int64_t *ret) {
  int64_t east;
  int hour = number(at, 2);
  int minute = hour >= 0 && accept(at, ":") ? number(at, 2) : -1;
  int second = minute >= 0 && accept(at, ":") ? number(at, 2) : -1;
  if (second < 0 || second > 60 || minute > 59 || hour > 23)
    return false;
  if (accept(at, ".")) {
    size_t digits = strspn(*at, "0123456789");
    if (!digits)
      return false;
    *at += digits;
  }
  if (!offset(at, &east))
    return false;
  *ret = hour * 3600 + minute * 60 + second - east;
  return true;
}

bool time_of(const char *text, int64_t *ret) {
  static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (!text)
    return false;
  int64_t clock = 0;
  int year = number(&text, 4);
  int month = year > 1 && accept(&text, "-") ? number(&text, 2) : -1; /* 1: Go's "never" */
  int day = month > 0 && accept(&text, "-") ? number(&text, 2) : -1;
  if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
    return false;
  if (*text && (!accept(&text, "Tt ") || !clock_of(&text, &clock) || *text))
    return false;
  *ret = days(year, month, day) * 86400 + clock;
  return true;
}
