/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors made into versions. */
#include "engine/versions.h"
#include "base/map.h"
#include "engine/backoff.h"
#include "engine/begin.h"
#include "engine/pool.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKERS 32u
#define WAIT_MS 100u

struct listing {
  struct task task; /* first */
  const struct run_input *input;
  struct resolution *resolution;
  uint32_t retries;
  struct map seen;
  size_t illegal; /* that were left out */
  char *example;
};

static int32_t take_version(void *arg, struct artm_call *call, const struct artm_version *version) {
  struct listing *listing = arg;
  struct resolution *resolution = listing->resolution;
  if (!version->version || !version_is_legal(version->version)) {
    if (!listing->illegal++)
      listing->example = text_escaped(version->version ? version->version : "");
    return 0;
  }
  if (!map_put(&listing->seen, version->version, listing))
    return 0;
  if (resolution->candidate_count == VERSIONS_MAX)
    return call_fail(call, ARTM_E_UNSUPPORTED, "it offers more than %d versions", VERSIONS_MAX);
  resolution->candidates = mem_grow(resolution->candidates, resolution->candidate_count,
                                    &resolution->candidate_capacity, sizeof(struct candidate));
  resolution->candidates[resolution->candidate_count++] =
      (struct candidate){.version = arena_copy(&resolution->memory, version->version),
                         .created = version->created,
                         .dated = (version->flags & ARTM_VERSION_DATED) != 0};
  return 0;
}

static struct source *source_of(const struct run_input *input, const struct entry *entry) {
  for (size_t i = 0; i < input->schema_count; i++)
    if (&input->schemas[i] == entry->schema)
      return input->sources[i];
  return NULL;
}

/* A list that broke off is asked for again, from its beginning. */
static int ask_source(struct listing *listing, struct source *source, struct error *err) {
  const struct entry *entry = listing->resolution->entry;
  for (uint32_t attempt = 1;; attempt++) {
    auto_call call = {.cancel = listing->input->cancel};
    listing->illegal = 0;
    free(take(listing->example));
    if (source_list_versions(source, &call, &entry->config, take_version, listing) >= 0)
      return 0;
    if (backoff_retry(&call, attempt, listing->retries) < 0)
      return error_move(err, &call.error);
  }
}

static int list(struct listing *listing, struct error *err) {
  const struct entry *entry = listing->resolution->entry;
  struct source *source = source_of(listing->input, entry);
  if (source->begin_error.code)
    return error_copy(err, &source->begin_error);
  int result = ask_source(listing, source, err);
  if (result < 0)
    return result;
  if (listing->illegal)
    log_write(LOG_WARNING, NULL,
              "%s: %zu of its tags can't be versions and are left out, like '%s'", entry->name,
              listing->illegal, listing->example);
  return 0;
}

/* How often each reason stands in the verdicts: "40 not in ^9, 2 pre-release". Caller frees. */
static char *count_reasons(const struct resolution *resolution) {
  struct map counts = {0};
  struct buf text = {0};
  for (size_t i = 0; i < resolution->candidate_count; i++) {
    const char *reason = resolution->picks.verdicts[i].reason;
    if (reason)
      map_put(&counts, reason, (void *)((uintptr_t)map_get(&counts, reason) + 1));
  }
  for (size_t i = 0; i < counts.count && i < 3; i++)
    buf_printf(&text, "%s%s (%zu)", i ? ", " : ": ", counts.items[i].key,
               (size_t)(uintptr_t)counts.items[i].value);
  map_done(&counts);
  buf_text(&text, "");
  return buf_take(&text);
}

static void find_empty(struct resolution *resolution) {
  const struct entry *entry = resolution->entry;
  for (size_t i = 0; i < entry->version_count && !entry->allow_empty; i++) {
    const struct version_item *item = &entry->versions[i];
    if (!item->selector || item->selector->only_excludes || resolution->picks.matched[i])
      continue;
    auto_free char *spelled = version_spelled(item);
    auto_free char *reasons = count_reasons(resolution);
    struct error *error = &resolution->empty[i];
    error_set(error, ARTM_E_NOT_FOUND, "%s of %s picks none of %zu versions%s", spelled,
              entry->name, resolution->candidate_count, reasons);
    error_hint(error,
               "'artmirror versions %s/%s' tells more; 'allow_empty: true' if that is how "
               "it should be",
               entry->schema->section, entry->name);
  }
}

static void listing_run(struct task *task, uint32_t worker) {
  (void)worker;
  struct listing *listing = (struct listing *)task;
  struct resolution *resolution = listing->resolution;
  if (list(listing, &resolution->error) == 0 &&
      versions_pick(resolution->entry, resolution->candidates, resolution->candidate_count,
                    (int64_t)time(NULL), &resolution->picks, &resolution->error) == 0)
    find_empty(resolution);
  map_done(&listing->seen);
  free(listing->example);
}

static bool has_selectors(const struct entry *entry) {
  for (size_t i = 0; i < entry->version_count; i++)
    if (entry->versions[i].selector && !entry->versions[i].error)
      return true;
  return false;
}

/* The entries of the matrix, whose rows are in their order, that have selectors. */
static void find_entries(const struct matrix *matrix, struct entries *entries,
                         struct resolutions *ret) {
  ret->items = mem_array(entries->count + 1, sizeof *ret->items);
  const struct entry *last = NULL;
  for (size_t i = 0; i < matrix->count; i++) {
    const struct entry *entry = matrix->rows[i].entry;
    if (entry != last && has_selectors(entry))
      ret->items[ret->count++] =
          (struct resolution){.entry = &entries->items[entry - entries->items],
                              .item_count = entry->version_count,
                              .empty = mem_array(entry->version_count + 1, sizeof(struct error))};
    last = entry;
  }
}

void versions_resolve(const struct run_input *input, struct entries *entries, uint32_t parallel,
                      uint32_t retries, struct resolutions *ret) {
  *ret = (struct resolutions){0};
  find_entries(input->matrix, entries, ret);
  if (!ret->count)
    return;
  sources_begin(input);
  struct pool *pool = pool_new();
  struct listing *listings = mem_array(ret->count, sizeof *listings);
  for (size_t i = 0; i < ret->count; i++) {
    listings[i] = (struct listing){.task = {.run = listing_run},
                                   .input = input,
                                   .resolution = &ret->items[i],
                                   .retries = retries};
    pool_add_job(pool, &listings[i].task);
  }
  uint32_t workers = parallel ? parallel : WORKERS;
  if (pool_start(pool, ret->count < workers ? (uint32_t)ret->count : workers))
    while (!pool_wait(pool, WAIT_MS))
      continue;
  else
    for (size_t i = 0; i < ret->count; i++)
      error_set(&ret->items[i].error, ARTM_E_LOCAL, "no thread could be started");
  pool_free(pool);
  free(listings);
}

const struct error *resolution_error(const struct resolution *resolution) {
  if (resolution->error.code)
    return &resolution->error;
  for (size_t i = 0; i < resolution->item_count; i++)
    if (resolution->empty[i].code)
      return &resolution->empty[i];
  return NULL;
}

struct replacement {
  const struct resolution *resolution;
  struct arena *memory;
  struct version_item *items;
  size_t count;
  struct map seen;
  bool failed; /* the list's failure stands once */
};

static void replace(struct replacement *r, const struct version_item *item,
                    const struct error *empty) {
  const struct resolution *resolution = r->resolution;
  const struct picks *picks = &resolution->picks;
  bool failed = resolution->error.code != 0;
  if (item->selector->only_excludes || (failed && r->failed))
    return;
  if (failed || empty->code) {
    r->failed = failed;
    r->items[r->count] = *item;
    r->items[r->count++].error = failed ? &resolution->error : empty;
    return;
  }
  for (size_t i = 0; i < picks->count; i++) {
    const char *text = resolution->candidates[picks->order[i]].version;
    if (picks->verdicts[picks->order[i]].by == item && map_put(&r->seen, text, NULL))
      r->items[r->count++] = (struct version_item){
          .text = arena_copy(r->memory, text), .at = item->at, .picked = true};
  }
}

/* What is named stays where it is; what a selector picked takes its place, each version once. */
static void apply(const struct resolution *resolution, struct arena *memory) {
  struct entry *entry = resolution->entry;
  size_t most = entry->version_count + resolution->picks.count + 1;
  struct replacement r = {.resolution = resolution,
                          .memory = memory,
                          .items = arena_alloc(memory, most * sizeof(struct version_item))};
  for (size_t i = 0; i < entry->version_count; i++)
    if (entry->versions[i].text)
      map_put(&r.seen, entry->versions[i].text, NULL);
  for (size_t i = 0; i < entry->version_count; i++) {
    if (entry->versions[i].selector)
      replace(&r, &entry->versions[i], &resolution->empty[i]);
    else
      r.items[r.count++] = entry->versions[i];
  }
  map_done(&r.seen);
  entry->versions = r.items;
  entry->version_count = r.count;
}

static void forget(struct resolution *resolution) {
  picks_done(&resolution->picks);
  free(take(resolution->candidates));
  resolution->candidate_count = 0;
  arena_done(&resolution->memory);
}

void versions_apply(struct resolutions *resolutions, struct entries *entries) {
  for (size_t i = 0; i < resolutions->count; i++) {
    apply(&resolutions->items[i], &entries->memory);
    forget(&resolutions->items[i]);
  }
}

void resolutions_done(struct resolutions *resolutions) {
  for (size_t i = 0; i < resolutions->count; i++) {
    struct resolution *resolution = &resolutions->items[i];
    forget(resolution);
    error_done(&resolution->error);
    for (size_t k = 0; k < resolution->item_count; k++)
      error_done(&resolution->empty[k]);
    free(resolution->empty);
  }
  free(resolutions->items);
  *resolutions = (struct resolutions){0};
}
