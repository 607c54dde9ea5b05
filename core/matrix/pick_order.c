/* SPDX-License-Identifier: Apache-2.0 */
/* The order of versions: newest first. */
#include "matrix/pick_part.h"
#include <stdlib.h>
#include <string.h>

static int by_text(const struct offer *a, const struct offer *b) {
  return strcmp(b->candidate->version, a->candidate->version);
}

static int by_semver(const struct offer *a, const struct offer *b) {
  if (a->full != b->full)
    return a->full ? -1 : 1;
  int order = a->full ? semver_compare(&b->semver, &a->semver) : 0;
  return order ? order : by_text(a, b);
}

static int by_date(const struct offer *a, const struct offer *b) {
  int64_t first = a->candidate->created, second = b->candidate->created;
  return first != second ? (first < second) - (first > second) : by_semver(a, b);
}

typedef int compare_offers(const struct offer *, const struct offer *);

struct sorting {
  const struct offer *offers;
  compare_offers *compare;
};

static int compare(const void *a, const void *b, void *arg) {
  const struct sorting *sorting = arg;
  return sorting->compare(&sorting->offers[*(const size_t *)a],
                          &sorting->offers[*(const size_t *)b]);
}

void offers_sort(const struct offer *offers, enum version_sort sort, size_t *order, size_t count) {
  compare_offers *const compares[] = {
      [SORT_BY_SEMVER] = by_semver, [SORT_BY_DATE] = by_date, [SORT_BY_ALPHABET] = by_text};
  struct sorting sorting = {offers, compares[sort]};
  if (count > 1)
    qsort_r(order, count, sizeof *order, compare, &sorting);
}
