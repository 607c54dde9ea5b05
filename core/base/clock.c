/* SPDX-License-Identifier: Apache-2.0 */
/* Time. */
#include "base/clock.h"
#include "base/memory.h"
#include <ctype.h>
#include <string.h>
#include <time.h>

static int64_t read_ms(clockid_t id) {
  struct timespec ts = {0};
  clock_gettime(id, &ts);
  return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

uint64_t clock_now_ms(void) {
  return (uint64_t)read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void) {
  return read_ms(CLOCK_REALTIME);
}

char *clock_format(int64_t wall_ms) {
  int64_t ms = wall_ms % 1000, seconds = wall_ms / 1000;
  if (ms < 0) {
    ms += 1000;
    seconds--;
  }
  time_t when = (time_t)seconds;
  struct tm tm;
  if (gmtime_r(&when, &tm) == NULL)
    return str_copy("1970-01-01T00:00:00.000Z");
  return str_format("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)ms);
}

struct date_parts {
  int day, year, hour, minute, second;
  char month[4];
  size_t month_len;
};

/* Pattern: d y h m s a digit of that part, _ a digit or space of the day, M a letter of the month,
 * a any letter; all else stands for itself. */
static bool match_pattern(const char *s, const char *pattern, struct date_parts *parts) {
  for (; *pattern != '\0'; s++, pattern++) {
    unsigned char c = (unsigned char)*s;
    int *number = NULL;
    switch (*pattern) {
    case '_':
      if (c == ' ')
        continue;
      /* fall through */
    case 'd':
      number = &parts->day;
      break;
    case 'y':
      number = &parts->year;
      break;
    case 'h':
      number = &parts->hour;
      break;
    case 'm':
      number = &parts->minute;
      break;
    case 's':
      number = &parts->second;
      break;
    case 'M':
      if (!isalpha(c))
        return false;
      parts->month[parts->month_len++] = (char)c;
      continue;
    case 'a':
      if (!isalpha(c))
        return false;
      continue;
    default:
      if (c != (unsigned char)*pattern)
        return false;
      continue;
    }
    if (!isdigit(c))
      return false;
    *number = *number * 10 + (c - '0');
  }
  return *s == '\0';
}

static int month_index(const char *name) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (int i = 0; i < 12; i++)
    if (strncmp(months + (size_t)i * 3, name, 3) == 0)
      return i;
  return -1;
}

/* RFC 9110 5.6.7: a two-digit year more than 50 years ahead is in the past century. */
static int full_year(int two_digits) {
  time_t now = time(NULL);
  struct tm tm;
  int this_year = gmtime_r(&now, &tm) != NULL ? tm.tm_year + 1900 : 2000;
  int year = this_year - this_year % 100 + two_digits;
  return year > this_year + 50 ? year - 100 : year;
}

bool clock_parse_http_date(const char *s, int64_t *seconds) {
  struct date_parts parts = {0};
  size_t name = strspn(s, "abcdefghijklmnopqrstuvwxyzADEFHMNOSTUW");
  if (!match_pattern(s, "aaa, dd MMM yyyy hh:mm:ss GMT", &parts)) {
    parts = (struct date_parts){0};
    if (name >= 6 && match_pattern(s + name, ", dd-MMM-yy hh:mm:ss GMT", &parts)) {
      parts.year = full_year(parts.year);
    } else {
      parts = (struct date_parts){0};
      if (!match_pattern(s, "aaa MMM _d hh:mm:ss yyyy", &parts))
        return false;
    }
  }
  int month = month_index(parts.month);
  if (month < 0 || parts.day < 1 || parts.day > 31 || parts.hour > 23 || parts.minute > 59 ||
      parts.second > 60)
    return false;
  struct tm tm = {.tm_year = parts.year - 1900,
                  .tm_mon = month,
                  .tm_mday = parts.day,
                  .tm_hour = parts.hour,
                  .tm_min = parts.minute,
                  .tm_sec = parts.second};
  *seconds = (int64_t)timegm(&tm);
  return true;
}
