/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ranges of semantic versions, by the grammar of Masterminds/semver 3: terms with spaces or
 * commas between must all hold, "||" stands between alternatives. */
#include "config/semver_range.h"
#include "base/memory.h"
#include <string.h>

#define TERMS_MAX 1000 /* each is tried on each of many versions */

struct reader {
  struct semver_range *range;
  size_t capacity;
  const char *p;
  struct error *err;
};

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static void skip_space(struct reader *r) {
  while (is_space(*r->p))
    r->p++;
}

static int broken(struct reader *r, const char *at) {
  size_t length = strcspn(at, " \t\r\n,|");
  if (length == 0 && *at)
    length = 1;
  if (length == 0)
    error_set(r->err, ARTM_E_CONFIG, "a version is missing at its end");
  else
    error_set(r->err, ARTM_E_CONFIG, "'%.*s' is no version or range",
              length > 60 ? 60 : (int)length, at);
  return error_hint(r->err,
                    "write versions like 1.2.3, 1.2 or 1.x after one of ^ ~ = != > >= < <=, "
                    "spaces or commas between conditions, || between alternatives");
}

/* "*", "x" and "X" stand for any number. False: neither that nor a number. */
static bool read_part(const char **p, bool *any, uint64_t *ret) {
  *any = **p == '*' || **p == 'x' || **p == 'X';
  if (!*any)
    return semver_read_number(p, ret);
  (*p)++;
  *ret = 0;
  return true;
}

/* v1.2.3-rc.1+build with parts left out. What stands behind a part for any number is not looked at,
 * but for the pre-release. */
static bool read_version(const char **p, struct range_term *term) {
  struct semver *version = &term->version;
  uint64_t *parts[3] = {&version->major, &version->minor, &version->patch};
  *p += **p == 'v';
  term->parts = 3;
  for (unsigned i = 0; i < 3; i++) {
    bool any = false;
    if (i > 0 && **p != '.') {
      term->parts = term->parts < i ? term->parts : i;
      break;
    }
    *p += i > 0;
    if (!read_part(p, &any, parts[i]))
      return false;
    if (any && term->parts > i)
      term->parts = i;
  }
  for (unsigned i = term->parts; i < 3; i++)
    *parts[i] = 0;
  if (**p == '-') {
    (*p)++;
    if (!semver_read_prerelease(p, &version->prerelease, &version->prerelease_length))
      return false;
  }
  if (**p != '+')
    return true;
  (*p)++;
  return semver_read_build(p, &version->build, &version->build_length);
}

static enum range_relation read_operator(const char **p) {
  static const struct {
    const char *text;
    enum range_relation means;
  } operators[] = {{">=", RANGE_AT_LEAST}, {"=>", RANGE_AT_LEAST}, {"<=", RANGE_AT_MOST},
                   {"=<", RANGE_AT_MOST},  {"!=", RANGE_NOT},      {"~>", RANGE_TILDE},
                   {"~", RANGE_TILDE},     {"^", RANGE_CARET},     {">", RANGE_ABOVE},
                   {"<", RANGE_BELOW},     {"=", RANGE_EQUAL}};
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
    size_t length = strlen(operators[i].text);
    if (strncmp(*p, operators[i].text, length) == 0) {
      *p += length;
      return operators[i].means;
    }
  }
  return RANGE_EQUAL;
}

static int add_term(struct reader *r, struct range_term term) {
  struct semver_range *range = r->range;
  if (range->count == TERMS_MAX)
    return error_set(r->err, ARTM_E_CONFIG, "it has more than %d conditions", TERMS_MAX);
  range->terms = mem_grow(range->terms, range->count, &r->capacity, sizeof *range->terms);
  range->terms[range->count++] = term;
  return 0;
}

/* The " - 2.0" of "1.2 - 2.0". ARTM_NO: there is none. */
static int read_upper_end(struct reader *r, struct range_term *ret) {
  const char *p = r->p;
  while (is_space(*p))
    p++;
  if (p == r->p || *p != '-' || !is_space(p[1]))
    return ARTM_NO;
  for (p++; is_space(*p);)
    p++;
  struct range_term upper = {.relation = RANGE_AT_MOST};
  const char *start = p;
  if (!read_version(&p, &upper))
    return broken(r, start);
  r->p = p;
  *ret = upper;
  return 0;
}

static int read_term(struct reader *r) {
  skip_space(r);
  struct range_term term = {0};
  const char *start = r->p, *p = start;
  term.relation = read_operator(&p);
  bool bare = p == start;
  while (is_space(*p))
    p++;
  if (!read_version(&p, &term) || (*p && !is_space(*p) && *p != ',' && *p != '|'))
    return broken(r, start);
  r->p = p;
  struct range_term upper;
  int result = bare ? read_upper_end(r, &upper) : ARTM_NO;
  if (result < 0)
    return result;
  if (result == ARTM_NO)
    return add_term(r, term);
  term.relation = RANGE_AT_LEAST;
  result = add_term(r, term);
  return result < 0 ? result : add_term(r, upper);
}

/* Moves to the next term of the alternative. False: there is none. */
static bool next_term(struct reader *r) {
  const char *before = r->p;
  skip_space(r);
  bool more = *r->p == ',' || (r->p > before && *r->p && *r->p != '|');
  if (*r->p == ',')
    r->p++;
  return more;
}

static int read_alternative(struct reader *r) {
  size_t first = r->range->count;
  do {
    int result = read_term(r);
    if (result < 0)
      return result;
  } while (next_term(r));
  bool prerelease = false;
  for (size_t i = first; i < r->range->count; i++)
    prerelease |= r->range->terms[i].version.prerelease_length > 0;
  for (size_t i = first; i < r->range->count; i++)
    r->range->terms[i].prereleases = prerelease;
  r->range->terms[r->range->count - 1].last = true;
  return 0;
}

static int read_all(struct reader *r) {
  for (;;) {
    int result = read_alternative(r);
    if (result < 0)
      return result;
    if (!*r->p)
      return 0;
    if (r->p[0] != '|' || r->p[1] != '|')
      return broken(r, r->p);
    r->p += 2;
  }
}

int semver_range_parse(const char *text, struct semver_range **ret, struct error *err) {
  if (!text[strspn(text, " \t\r\n")]) {
    error_set(err, ARTM_E_CONFIG, "it is empty");
    return error_hint(err, "'*' stands for every version that is no pre-release");
  }
  struct semver_range *range = mem_alloc(sizeof *range);
  range->text = str_copy(text);
  struct reader r = {.range = range, .p = range->text, .err = err};
  int result = read_all(&r);
  if (result < 0) {
    semver_range_free(range);
    return result;
  }
  *ret = range;
  return 0;
}

void semver_range_free(struct semver_range *range) {
  if (!range)
    return;
  free_pointer(&range->text);
  free_pointer(&range->terms);
  free_pointer(&range);
}
