/* SPDX-License-Identifier: Apache-2.0 */
/* Applying one selector; shared by the pick*.c files only. */
#ifndef MATRIX_PICK_PART_H
#define MATRIX_PICK_PART_H
#include "config/pattern.h"
#include "config/semver.h"
#include "matrix/pick.h"

/* All that the source offers, read once for all selectors. */
struct offer {
  const struct candidate *candidate;
  struct semver semver;
  bool full;     /* semver is set */
  bool referrer; /* its tag names what refers to a digest: no version */
};

/* How far a candidate came with a selector: what it failed at, in the order of application. */
enum step {
  STEP_PATTERN,
  STEP_SEMVER,
  STEP_PRERELEASE,
  STEP_NEWER_THAN,
  STEP_EXCLUDE,
  STEP_SORT,
  STEP_LATEST,
  STEP_PICKED
};

/* A selector made ready. */
struct filter {
  const struct version_selector *selector;
  struct pattern *pattern; /* or NULL */
  struct semver_range *range;
  struct pattern **excludes;
  int64_t since; /* newer_than */
  /* For people; in the picks' memory. */
  const char *no_match, *not_in_range, *too_old, *too_many;
  const char **excluded; /* one an exclude */
};

int filter_make(const struct version_selector *, int64_t now, struct arena *memory,
                struct filter *ret, struct error *err);
void filter_done(struct filter *);
/* The step that the offer fails at before it comes to latest, with the reason; STEP_PICKED;
 * ARTM_E_CONFIG. */
int filter_try(struct filter *, const struct offer *, const char **ret_reason, struct error *err);
/* Does a pattern of exclude find the version? 0 with the reason, ARTM_NO, ARTM_E_CONFIG. */
int filter_excludes(struct filter *, const char *version, const char **ret_reason,
                    struct error *err);

/* Sorts positions in offers, the newest first: see picks. */
void offers_sort(const struct offer *offers, enum version_sort, size_t *order, size_t count);
#endif
