/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of regsync: comparisons with spaces between, all of which must hold. "^" and "~" have its
 * own bounds, so each becomes a plain comparison. */
#include "base/text.h"
#include "import/part.h"
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 1000000000u

struct bound {
  uint64_t parts[3];
  char *prerelease; /* with its "-", or "" */
};

/* "v1.2-rc1" to three numbers. False: none, or more than three. */
static bool parse_bound(const char *text, struct bound *ret, const char **ret_why) {
  *ret = (struct bound){0};
  text += *text == 'v';
  for (size_t i = 0;; i++) {
    size_t digits = 0;
    uint64_t number = 0;
    for (; isdigit((unsigned char)text[digits]) && number < NUMBER_MAX; digits++)
      number = number * 10 + (uint64_t)(text[digits] - '0');
    if (digits == 0 || number >= NUMBER_MAX) {
      *ret_why = "it is no range that regsync takes";
      return false;
    }
    if (i >= 3) {
      *ret_why = "versions of more than three numbers are unknown here";
      return false;
    }
    ret->parts[i] = number;
    text += digits;
    if (*text != '.')
      break;
    text++;
  }
  if (*text && *text != '-' && *text != '+') {
    *ret_why = "it is no range that regsync takes";
    return false;
  }
  ret->prerelease = str_copy_n(text, *text == '-' ? strcspn(text, "+") : 0);
  return true;
}

static void add_comparison(struct buf *out, const char *sign, const struct bound *bound) {
  buf_printf(out, "%s%s%llu.%llu.%llu%s", out->len ? " " : "", sign,
             (unsigned long long)bound->parts[0], (unsigned long long)bound->parts[1],
             (unsigned long long)bound->parts[2], bound->prerelease ? bound->prerelease : "");
}

/* The first version above "^1.2.3" or "~1.2.3". */
static struct bound upper_bound(char sign, const struct bound *lower) {
  const uint64_t *p = lower->parts;
  if (sign == '~')
    return (struct bound){.parts = {p[0], p[1] + 1, 0}};
  if (p[0] > 0)
    return (struct bound){.parts = {p[0] + 1, 0, 0}};
  if (p[1] > 0)
    return (struct bound){.parts = {0, p[1] + 1, 0}};
  return (struct bound){.parts = {0, 0, p[2] + 1}};
}

static bool translate_word(const char *word, struct buf *out, const char **ret_why) {
  static const char *const signs[] = {">=", "<=", ">", "<", "=", "^", "~"};
  const char *sign = "=";
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (text_starts(word, signs[i])) {
      sign = signs[i];
      word += strlen(sign);
      break;
    }
  struct bound bound;
  if (!parse_bound(word, &bound, ret_why))
    return false;
  if (*sign == '^' || *sign == '~') {
    const struct bound upper = upper_bound(*sign, &bound);
    add_comparison(out, ">=", &bound);
    add_comparison(out, "<", &upper);
  } else {
    add_comparison(out, sign, &bound);
  }
  free_pointer(&bound.prerelease);
  return true;
}

char *range_translate(const char *text, const char **ret_why) {
  auto_buf out = {0};
  const char *at = text + strspn(text, " \t");
  while (*at) {
    auto_free char *word = str_copy_n(at, strcspn(at, " \t"));
    if (!translate_word(word, &out, ret_why))
      return NULL;
    at += strlen(word);
    at += strspn(at, " \t");
  }
  if (!out.len)
    *ret_why = "it is empty";
  return out.len ? buf_take(&out) : NULL;
}
