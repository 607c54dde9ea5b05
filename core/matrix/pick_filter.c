/* SPDX-License-Identifier: Apache-2.0 */
/* One selector against one version: everything but latest. */
#include "base/memory.h"
#include "matrix/pick_part.h"
#include <string.h>

#define SHOWN_MAX 200 /* bytes of a pattern in a reason */

/* before, the text as far as it is shown, after: not cut within a character. */
static const char *reason_of(struct arena *memory, const char *before, const char *text,
                             const char *after) {
  size_t length = strlen(text), shown = length < SHOWN_MAX ? length : SHOWN_MAX;
  while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
    shown--;
  return arena_format(memory, "%s%.*s%s%s", before, (int)shown, text, shown < length ? "..." : "",
                      after);
}

static int64_t since_of(const struct version_selector *selector, int64_t now) {
  if (selector->has_date)
    return selector->date;
  int64_t since;
  return __builtin_sub_overflow(now, selector->age_ms / 1000, &since) ? INT64_MIN : since;
}

static int make_excludes(struct filter *filter, struct arena *memory, struct error *err) {
  const struct version_selector *selector = filter->selector;
  filter->excludes = mem_array(selector->exclude_count + 1, sizeof(struct pattern *));
  filter->excluded = arena_alloc(memory, (selector->exclude_count + 1) * sizeof(char *));
  for (size_t i = 0; i < selector->exclude_count; i++) {
    int result = pattern_compile(selector->excludes[i], &filter->excludes[i], err);
    if (result < 0)
      return error_wrap(err, "exclude");
    filter->excluded[i] = reason_of(memory, "excluded by '", selector->excludes[i], "'");
  }
  return 0;
}

int filter_make(const struct version_selector *selector, int64_t now, struct arena *memory,
                struct filter *ret, struct error *err) {
  struct filter filter = {.selector = selector, .since = since_of(selector, now)};
  int result = make_excludes(&filter, memory, err);
  if (result == 0 && selector->pattern) {
    filter.no_match = reason_of(memory, "does not match '", selector->pattern, "'");
    result = pattern_compile(selector->pattern, &filter.pattern, err);
    if (result < 0)
      error_wrap(err, "pattern");
  }
  if (result == 0 && selector->semver) {
    filter.not_in_range = reason_of(memory, "not in ", selector->semver, "");
    result = semver_range_parse(selector->semver, &filter.range, err);
    if (result < 0)
      error_wrap(err, "semver");
  }
  if (result < 0) {
    filter_done(&filter);
    return result;
  }
  if (selector->newer_than)
    filter.too_old = reason_of(memory, "older than ", selector->newer_than, "");
  filter.too_many = arena_format(memory, "not among the latest %u", selector->latest);
  *ret = filter;
  return 0;
}

void filter_done(struct filter *filter) {
  for (size_t i = 0; filter->excludes && i < filter->selector->exclude_count; i++)
    pattern_free(filter->excludes[i]);
  free_pointer(&filter->excludes);
  pattern_free(filter->pattern);
  semver_range_free(filter->range);
  *filter = (struct filter){0};
}

int filter_excludes(struct filter *filter, const char *version, const char **ret_reason,
                    struct error *err) {
  for (size_t i = 0; i < filter->selector->exclude_count; i++) {
    int result = pattern_match(filter->excludes[i], version, err);
    if (result != ARTM_NO) {
      *ret_reason = filter->excluded[i];
      return result;
    }
  }
  return ARTM_NO;
}

/* A pattern may ask for pre-releases by name, so it sees them; without one, only a range that names
 * one does. */
static enum step try_semver(const struct filter *filter, const struct offer *offer,
                            const char **ret_reason) {
  const struct version_selector *selector = filter->selector;
  bool wanted = selector->has_prerelease ? selector->prerelease : filter->pattern != NULL;
  bool prerelease = offer->full && offer->semver.prerelease_length > 0;
  if (filter->range && !offer->full) {
    *ret_reason = "no full version x.y.z";
    return STEP_SEMVER;
  }
  if (filter->range && !semver_range_has(filter->range, &offer->semver, true)) {
    *ret_reason = filter->not_in_range;
    return STEP_SEMVER;
  }
  if (!prerelease || wanted)
    return STEP_PICKED;
  if (!selector->has_prerelease && filter->range &&
      semver_range_has(filter->range, &offer->semver, false))
    return STEP_PICKED;
  *ret_reason = "pre-release";
  return STEP_PRERELEASE;
}

static enum step try_date(const struct filter *filter, const struct offer *offer,
                          const char **ret_reason) {
  const struct candidate *candidate = offer->candidate;
  if (!filter->selector->newer_than || (candidate->dated && candidate->created >= filter->since))
    return STEP_PICKED;
  *ret_reason = candidate->dated ? filter->too_old : "has no date";
  return STEP_NEWER_THAN;
}

/* Can it be sorted as asked? */
static enum step try_sort(const struct filter *filter, const struct offer *offer,
                          const char **ret_reason) {
  const struct version_selector *selector = filter->selector;
  if (selector->sort == SORT_BY_DATE && !offer->candidate->dated) {
    *ret_reason = "has no date";
    return STEP_SORT;
  }
  if (selector->sort == SORT_BY_SEMVER && selector->latest && !offer->full) {
    *ret_reason = "no full version x.y.z";
    return STEP_SORT;
  }
  return STEP_PICKED;
}

int filter_try(struct filter *filter, const struct offer *offer, const char **ret_reason,
               struct error *err) {
  const char *version = offer->candidate->version;
  if (offer->referrer) {
    *ret_reason = "refers to a digest, see referrers";
    return STEP_PATTERN;
  }
  int result = filter->pattern ? pattern_match(filter->pattern, version, err) : 0;
  if (result == ARTM_NO)
    *ret_reason = filter->no_match;
  if (result)
    return result < 0 ? result : STEP_PATTERN;
  enum step step = try_semver(filter, offer, ret_reason);
  if (step == STEP_PICKED)
    step = try_date(filter, offer, ret_reason);
  if (step != STEP_PICKED)
    return (int)step;
  result = filter_excludes(filter, version, ret_reason, err);
  if (result != ARTM_NO)
    return result < 0 ? result : STEP_EXCLUDE;
  return (int)try_sort(filter, offer, ret_reason);
}
