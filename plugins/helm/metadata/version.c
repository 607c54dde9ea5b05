/* SPDX-License-Identifier: Apache-2.0 */
/* Versions as Masterminds' semver reads them for Helm:
 * v?N(.N(.N)?)?(-pre)?(+build), where pre and build are identifiers with points between. */
#include "helm/metadata/metadata.h"
#include <string.h>

struct version_parts {
  uint64_t number[3];
  const char *pre, *build; /* without the sign before them; what follows counts to the end */
  size_t pre_size, build_size;
};

static bool read_part(const char **text, uint64_t *ret) {
  const char *at = *text;
  uint64_t number = 0;
  for (; *at >= '0' && *at <= '9'; at++)
    if (__builtin_mul_overflow(number, 10u, &number) ||
        __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
      return false;
  bool any = at > *text;
  *text = at;
  *ret = number;
  return any;
}

/* One identifier of a pre-release or build; its length, 0 if there is none. */
static size_t identifier_size(const char *text) {
  return strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
}

/* Identifiers with points between; numbers may start with 0 only in a build. */
static bool read_identifiers(const char **text, bool is_pre, const char **ret, size_t *ret_size) {
  const char *at = *text;
  for (;;) {
    size_t size = identifier_size(at);
    if (!size || (is_pre && size > 1 && *at == '0' && strspn(at, "0123456789") == size))
      return false;
    at += size;
    if (*at != '.')
      break;
    at++;
  }
  *ret = *text;
  *ret_size = (size_t)(at - *text);
  *text = at;
  return true;
}

static bool version_read(const char *text, struct version_parts *ret) {
  struct version_parts parts = {.pre = "", .build = ""};
  text += *text == 'v';
  for (int i = 0; i < 3; i++) {
    if (!read_part(&text, &parts.number[i]))
      return false;
    if (*text != '.' || i == 2)
      break;
    text++;
  }
  if (*text == '-') {
    text++;
    if (!read_identifiers(&text, true, &parts.pre, &parts.pre_size))
      return false;
  }
  if (*text == '+') {
    text++;
    if (!read_identifiers(&text, false, &parts.build, &parts.build_size))
      return false;
  }
  *ret = parts;
  return !*text;
}

bool version_is_legal(const char *text) {
  struct version_parts parts;
  return version_read(text, &parts);
}

bool version_is_same(const char *a, const char *b) {
  struct version_parts first, second;
  if (!version_read(a, &first) || !version_read(b, &second))
    return !strcmp(a, b);
  return !memcmp(first.number, second.number, sizeof first.number) &&
         first.pre_size == second.pre_size && !memcmp(first.pre, second.pre, first.pre_size) &&
         first.build_size == second.build_size &&
         !memcmp(first.build, second.build, first.build_size);
}
