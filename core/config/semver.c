/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versions: reading and precedence. */
#include "config/semver.h"
#include <string.h>

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_identifier(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

bool semver_read_number(const char **p, uint64_t *ret) {
  const char *at = *p;
  uint64_t value = 0;
  for (; is_digit(*at); at++)
    if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
        __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
      return false;
  if (at == *p)
    return false;
  *p = at;
  *ret = value;
  return true;
}

/* Identifiers with dots between. */
static bool read_identifiers(const char **p, bool leading_zeros, const char **ret,
                             size_t *ret_length) {
  const char *at = *p;
  for (;; at++) {
    const char *start = at;
    bool number = true;
    for (; is_identifier(*at); at++)
      number &= is_digit(*at);
    size_t length = (size_t)(at - start);
    if (length == 0 || (number && !leading_zeros && length > 1 && *start == '0'))
      return false;
    if (*at != '.')
      break;
  }
  *ret = *p;
  *ret_length = (size_t)(at - *p);
  *p = at;
  return true;
}

bool semver_read_prerelease(const char **p, const char **ret, size_t *ret_length) {
  return read_identifiers(p, false, ret, ret_length);
}

bool semver_read_build(const char **p, const char **ret, size_t *ret_length) {
  return read_identifiers(p, true, ret, ret_length);
}

static bool read_part(const char **p, char before, uint64_t *ret) {
  if (before) {
    if (**p != before)
      return false;
    (*p)++;
  }
  if ((*p)[0] == '0' && is_digit((*p)[1]))
    return false;
  return semver_read_number(p, ret);
}

bool semver_parse(const char *text, struct semver *ret) {
  struct semver found = {0};
  const char *p = text + (*text == 'v');
  if (!read_part(&p, '\0', &found.major) || !read_part(&p, '.', &found.minor) ||
      !read_part(&p, '.', &found.patch))
    return false;
  if (*p == '-') {
    p++;
    if (!semver_read_prerelease(&p, &found.prerelease, &found.prerelease_length))
      return false;
  }
  if (*p == '+' || *p == '_') {
    p++;
    if (!semver_read_build(&p, &found.build, &found.build_length))
      return false;
  }
  if (*p)
    return false;
  *ret = found;
  return true;
}

static int compare_numbers(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

/* One identifier each: numbers by value and below words, words in ASCII order. */
static int compare_identifiers(const char *a, size_t a_length, const char *b, size_t b_length) {
  bool a_number = true, b_number = true;
  for (size_t i = 0; i < a_length; i++)
    a_number &= is_digit(a[i]);
  for (size_t i = 0; i < b_length; i++)
    b_number &= is_digit(b[i]);
  if (a_number != b_number)
    return a_number ? -1 : 1;
  if (a_number && a_length != b_length)
    return a_length < b_length ? -1 : 1;
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  return order ? order : (a_length > b_length) - (a_length < b_length);
}

static size_t identifier_length(const char *p, const char *end) {
  const char *dot = memchr(p, '.', (size_t)(end - p));
  return (size_t)((dot ? dot : end) - p);
}

static int compare_prereleases(const struct semver *a, const struct semver *b) {
  if (!a->prerelease_length || !b->prerelease_length)
    return (a->prerelease_length == 0) - (b->prerelease_length == 0);
  const char *p = a->prerelease, *p_end = p + a->prerelease_length;
  const char *q = b->prerelease, *q_end = q + b->prerelease_length;
  for (;;) {
    size_t p_length = identifier_length(p, p_end), q_length = identifier_length(q, q_end);
    int order = compare_identifiers(p, p_length, q, q_length);
    if (order)
      return order;
    p += p_length;
    q += q_length;
    if (p == p_end || q == q_end)
      return (p != p_end) - (q != q_end);
    p++;
    q++;
  }
}

int semver_compare(const struct semver *a, const struct semver *b) {
  int order = compare_numbers(a->major, b->major);
  if (!order)
    order = compare_numbers(a->minor, b->minor);
  if (!order)
    order = compare_numbers(a->patch, b->patch);
  return order ? order : compare_prereleases(a, b);
}
