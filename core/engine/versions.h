/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors made into versions: what their sources offer is listed, each entry once and several at
 * a time, and the selectors pick from it. */
#ifndef ENGINE_VERSIONS_H
#define ENGINE_VERSIONS_H
#include "engine/run.h"
#include "matrix/pick.h"

#define VERSIONS_MAX 1000000 /* that one entry's source may offer */

/* What came of one entry. */
struct resolution {
  struct entry *entry;
  struct candidate *candidates; /* what the source offers, each version once */
  size_t candidate_count, candidate_capacity;
  struct picks picks;
  struct error error;  /* the source did not tell */
  size_t item_count;   /* of the entry's versions, when they were tried */
  struct error *empty; /* one an item of the entry's versions: that selector picks nothing */
  struct arena memory;
};
struct resolutions {
  struct resolution *items; /* in the order of the entries */
  size_t count;
};

/* Lists and picks for every entry of input's matrix that has selectors; parallel: workers, 0 is 8;
 * retries: further attempts for a list. input's sources are there and its matrix points into
 * entries. */
void versions_resolve(const struct run_input *input, struct entries *entries, uint32_t parallel,
                      uint32_t retries, struct resolutions *ret);
/* The first error of an entry, or NULL. */
const struct error *resolution_error(const struct resolution *);
/* Puts what was picked in the place of the selectors; one that failed stays, with its error, which
 * lives as long as the resolutions. What was listed is forgotten. */
void versions_apply(struct resolutions *, struct entries *);
void resolutions_done(struct resolutions *);
#endif
