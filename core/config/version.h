/* SPDX-License-Identifier: Apache-2.0 */
/* One item of an entry's axis of versions, as written in the config: a version named whole, or a
 * selector that picks from what the source offers. */
#ifndef CONFIG_VERSION_H
#define CONFIG_VERSION_H
#include "base/error.h"
#include "config/node.h"
#include "config/problem.h"

enum version_sort { SORT_BY_SEMVER, SORT_BY_DATE, SORT_BY_ALPHABET };

/* {pattern, semver, newer_than, exclude, latest, sort, prerelease}, checked; applied by
 * matrix/pick.h. Strings are the config's. */
struct version_selector {
  const char *pattern;         /* regular expression, or NULL */
  const char *semver;          /* range, or NULL */
  const char *const *excludes; /* regular expressions */
  size_t exclude_count;
  const char *newer_than; /* as written, or NULL */
  bool has_age, has_date; /* newer_than: exactly one of them if set */
  uint64_t age_ms;        /* newer_than: 90d */
  int64_t date;           /* newer_than: 2025-01-31, as 1970 seconds UTC */
  uint32_t latest;        /* 0: all */
  enum version_sort sort; /* SORT_BY_SEMVER if not given */
  bool has_sort;
  bool has_prerelease, prerelease;
  bool only_excludes; /* subtracts from what all other selectors of the entry picked */
};

struct version_item {
  const char *text;   /* the tag; NULL: a bare digest, pushed without a tag, or a selector */
  const char *digest; /* pin, or NULL */
  const struct node *at;
  const struct version_selector *selector; /* NULL: a version */
  bool picked;               /* by a selector, which stands at "at"; else named whole */
  const struct error *error; /* of a selector, once it was tried: why it stands for no version */
};

/* Reads one item: a string, "sha256:HEX", {tag, digest} or a selector, which is made in memory. ret
 * is untouched and problems are added when it is no valid version. dates: the source knows dates.
 */
bool version_read(const struct node *item, bool dates, struct arena *memory,
                  struct version_item *ret, struct problems *);
/* Reads a whole list into ret, which has room for each: the valid ones. Besides what is wrong with
 * an item, {exclude: ...} in a list without another selector is a problem. False: any problem. */
bool version_read_list(const struct node *list, bool dates, struct arena *memory,
                       struct version_item *ret, size_t *ret_count, struct problems *);

/* May it be a version at all? The tag grammar, with "+" besides, which becomes "_" in a tag. */
bool version_is_legal(const char *text);
/* The item as people wrote it: "1.2", the tag of a pin, the bare digest, a selector in flow form:
 * "{semver: ^1.2, latest: 3}". Caller frees. */
char *version_spelled(const struct version_item *);
#endif
