/* SPDX-License-Identifier: Apache-2.0 */
/* Applies the selectors of an entry to what its source offers. */
#include "matrix/pick.h"
#include "base/map.h"
#include "matrix/pick_part.h"
#include "oci/referrers.h"
#include <string.h>

struct picking {
  const struct entry *entry;
  struct offer *offers;
  size_t count;
  int64_t now;
  struct picks picks;
  uint8_t *steps;          /* how far each came with any selector so far */
  const char **taken_away; /* why an {exclude: ...} takes it away, or NULL */
  size_t *passed;          /* what passed the present selector */
};

static struct offer *read_offers(const struct candidate *candidates, size_t count) {
  struct offer *offers = mem_array(count + 1, sizeof *offers);
  for (size_t i = 0; i < count; i++) {
    offers[i].candidate = &candidates[i];
    offers[i].full = semver_parse(candidates[i].version, &offers[i].semver);
    offers[i].referrer = referrers_is_tag(candidates[i].version);
  }
  return offers;
}

/* As the version stands in a tag. Caller frees. */
static char *tag_of(const char *version) {
  char *tag = str_copy(version);
  for (char *p = strchr(tag, '+'); p; p = strchr(p, '+'))
    *p = '_';
  return tag;
}

/* What is named whole is picked by its name. */
static void find_named(struct picking *p) {
  struct map named = {0};
  for (size_t i = 0; i < p->entry->version_count; i++) {
    const struct version_item *item = &p->entry->versions[i];
    if (!item->text)
      continue;
    auto_free char *tag = tag_of(item->text);
    map_put(&named, tag, (void *)(uintptr_t)(i + 1));
  }
  for (size_t i = 0; named.count && i < p->count; i++) {
    auto_free char *tag = tag_of(p->offers[i].candidate->version);
    uintptr_t found = (uintptr_t)map_get(&named, tag);
    if (found)
      p->picks.verdicts[i].by = &p->entry->versions[found - 1];
  }
  map_done(&named);
}

/* {exclude: ...}: remembers what it takes away. */
static int take_away(struct picking *p, struct filter *filter, struct error *err) {
  for (size_t i = 0; i < p->count; i++) {
    if (p->taken_away[i])
      continue;
    int result = filter_excludes(filter, p->offers[i].candidate->version, &p->taken_away[i], err);
    if (result < 0)
      return result;
  }
  return 0;
}

/* The reason of the selector that it came furthest with stays. */
static void leave_out(struct picking *p, size_t i, int step, const char *reason) {
  struct verdict *verdict = &p->picks.verdicts[i];
  if (verdict->by || (verdict->reason && p->steps[i] >= step))
    return;
  verdict->reason = reason;
  p->steps[i] = (uint8_t)step;
}

static void pick(struct picking *p, size_t i, size_t item) {
  struct verdict *verdict = &p->picks.verdicts[i];
  if (!verdict->by && p->taken_away[i]) {
    leave_out(p, i, STEP_PICKED, p->taken_away[i]);
    return;
  }
  p->picks.matched[item] = true;
  if (verdict->by)
    return;
  *verdict = (struct verdict){.by = &p->entry->versions[item]};
  p->picks.order[p->picks.count++] = i;
}

static int apply(struct picking *p, size_t item, struct filter *filter, struct error *err) {
  const struct version_selector *selector = filter->selector;
  size_t count = 0;
  for (size_t i = 0; i < p->count; i++) {
    const char *reason = NULL;
    int step = filter_try(filter, &p->offers[i], &reason, err);
    if (step < 0)
      return step;
    if (step == STEP_PICKED)
      p->passed[count++] = i;
    else
      leave_out(p, i, step, reason);
  }
  offers_sort(p->offers, selector->sort, p->passed, count);
  for (size_t i = 0; i < count; i++)
    if (selector->latest && i >= selector->latest)
      leave_out(p, p->passed[i], STEP_LATEST, filter->too_many);
    else
      pick(p, p->passed[i], item);
  return 0;
}

/* All items that only exclude, or all others. */
static int apply_all(struct picking *p, bool only_excludes, struct error *err) {
  for (size_t i = 0; i < p->entry->version_count; i++) {
    const struct version_selector *selector = p->entry->versions[i].selector;
    if (!selector || selector->only_excludes != only_excludes)
      continue;
    struct filter filter;
    int result = filter_make(selector, p->now, &p->picks.memory, &filter, err);
    if (result < 0)
      return result;
    result = only_excludes ? take_away(p, &filter, err) : apply(p, i, &filter, err);
    filter_done(&filter);
    if (result < 0)
      return result;
  }
  return 0;
}

int versions_pick(const struct entry *entry, const struct candidate *candidates, size_t count,
                  int64_t now, struct picks *ret, struct error *err) {
  struct picking p = {.entry = entry,
                      .offers = read_offers(candidates, count),
                      .count = count,
                      .now = now,
                      .steps = mem_array(count + 1, 1),
                      .taken_away = mem_array(count + 1, sizeof(char *)),
                      .passed = mem_array(count + 1, sizeof(size_t))};
  p.picks.verdicts = mem_array(count + 1, sizeof *p.picks.verdicts);
  p.picks.order = mem_array(count + 1, sizeof *p.picks.order);
  p.picks.matched = mem_array(entry->version_count + 1, sizeof *p.picks.matched);
  find_named(&p);
  int result = apply_all(&p, true, err);
  if (result == 0)
    result = apply_all(&p, false, err);
  free_pointer(&p.offers);
  free_pointer(&p.steps);
  free_pointer(&p.taken_away);
  free_pointer(&p.passed);
  if (result == 0)
    *ret = p.picks;
  else
    picks_done(&p.picks);
  return result;
}

void picks_done(struct picks *picks) {
  free_pointer(&picks->verdicts);
  free_pointer(&picks->order);
  free_pointer(&picks->matched);
  arena_done(&picks->memory);
  *picks = (struct picks){0};
}
