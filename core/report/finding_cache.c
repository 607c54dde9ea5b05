/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JSON that the scans of several jobs share. */
#include "base/memory.h"
#include "report/finding_json.h"
#include "report/scan_json.h"
#include <stdlib.h>

struct cached_result {
  const struct scan_result *result;
  json_t **findings; /* in the result's order; NULL: not made yet */
};
struct finding_cache {
  struct cached_result *items; /* by address */
  size_t count;
};

static int compare_results(const void *left, const void *right) {
  const struct cached_result *a = left, *b = right;
  uintptr_t mine = (uintptr_t)a->result, other = (uintptr_t)b->result;
  return (mine > other) - (mine < other);
}

struct finding_cache *finding_cache_new(const struct run_report *report) {
  struct finding_cache *cache = mem_alloc(sizeof *cache);
  cache->items = mem_array(report->scan_count, sizeof *cache->items);
  cache->count = report->scan_count;
  for (size_t i = 0; i < cache->count; i++)
    cache->items[i].result = report->scans[i];
  if (cache->count > 1)
    qsort(cache->items, cache->count, sizeof *cache->items, compare_results);
  return cache;
}

void finding_cache_free(struct finding_cache *cache) {
  for (size_t i = 0; cache != NULL && i < cache->count; i++) {
    struct cached_result *item = &cache->items[i];
    for (size_t j = 0; item->findings != NULL && j < item->result->finding_count; j++)
      json_decref(item->findings[j]);
    free(item->findings);
  }
  if (cache != NULL)
    free(cache->items);
  free(cache);
}

json_t *finding_cache_get(struct finding_cache *cache, const struct scan_result *result,
                          const struct artm_finding *finding) {
  struct cached_result *item = NULL, wanted = {.result = result};
  if (cache != NULL && cache->count > 0)
    item = bsearch(&wanted, cache->items, cache->count, sizeof wanted, compare_results);
  if (item == NULL)
    return finding_json(finding);
  if (item->findings == NULL)
    item->findings = mem_array(result->finding_count, sizeof(json_t *));
  json_t **made = &item->findings[finding - result->findings];
  if (*made == NULL)
    *made = finding_json(finding);
  return json_incref(*made);
}
