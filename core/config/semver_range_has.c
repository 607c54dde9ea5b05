/* SPDX-License-Identifier: Apache-2.0 */
/* Is a version in a range? As Masterminds/semver 3 decides it, also where that surprises. */
#include "config/semver_range.h"

static bool not_equal(const struct semver *v, const struct range_term *term, int order) {
  const struct semver *bound = &term->version;
  if (term->parts == 3 || term->parts == 0)
    return order != 0;
  if (v->major != bound->major)
    return true;
  if (term->parts == 1)
    return false;
  if (v->minor != bound->minor)
    return true;
  /* Of 1.2.x only the pre-releases are compared. */
  struct semver a = {.prerelease = v->prerelease, .prerelease_length = v->prerelease_length};
  struct semver b = {.prerelease = bound->prerelease,
                     .prerelease_length = bound->prerelease_length};
  return semver_compare(&a, &b) != 0;
}

/* ">11" begins with 12, ">11.1" with 11.2. */
static bool above(const struct semver *v, const struct range_term *term, int order) {
  const struct semver *bound = &term->version;
  if (term->parts == 3 || term->parts == 0)
    return order > 0;
  if (v->major != bound->major)
    return v->major > bound->major;
  return term->parts == 2 && v->minor > bound->minor;
}

/* "<=1.2" has all of 1.2. */
static bool at_most(const struct semver *v, const struct range_term *term, int order) {
  const struct semver *bound = &term->version;
  if (term->parts == 3)
    return order <= 0;
  if (v->major != bound->major)
    return v->major < bound->major;
  return term->parts == 1 || v->minor <= bound->minor;
}

/* The last number is free, and the one before where it is not given; "~0.0.0" and "~*" have all. */
static bool tilde(const struct semver *v, const struct range_term *term, int order) {
  const struct semver *bound = &term->version;
  if (order < 0)
    return false;
  if (term->parts != 1 && term->parts != 2 && !bound->major && !bound->minor && !bound->patch)
    return true;
  return v->major == bound->major && (term->parts == 1 || v->minor == bound->minor);
}

/* The first number that is not 0 stays. */
static bool caret(const struct semver *v, const struct range_term *term, int order) {
  const struct semver *bound = &term->version;
  if (order < 0 || v->major != bound->major)
    return false;
  if (bound->major > 0 || term->parts == 1)
    return true;
  if (v->minor != bound->minor)
    return false;
  return bound->minor > 0 || term->parts == 2 || v->patch == bound->patch;
}

static bool term_has(const struct range_term *term, const struct semver *v) {
  int order = semver_compare(v, &term->version);
  switch (term->relation) {
  case RANGE_EQUAL:
    return term->parts == 3 ? order == 0 : tilde(v, term, order);
  case RANGE_NOT:
    return not_equal(v, term, order);
  case RANGE_ABOVE:
    return above(v, term, order);
  case RANGE_BELOW:
    return order < 0;
  case RANGE_AT_LEAST:
    return order >= 0;
  case RANGE_AT_MOST:
    return at_most(v, term, order);
  case RANGE_TILDE:
    return tilde(v, term, order);
  case RANGE_CARET:
    return caret(v, term, order);
  }
  return false;
}

bool semver_range_has(const struct semver_range *range, const struct semver *version,
                      bool prereleases) {
  bool all = true;
  for (size_t i = 0; i < range->count; i++) {
    const struct range_term *term = &range->terms[i];
    bool seen = !version->prerelease_length || prereleases || term->prereleases;
    all = all && seen && term_has(term, version);
    if (term->last && all)
      return true;
    all = all || term->last;
  }
  return false;
}
