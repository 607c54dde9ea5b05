/* SPDX-License-Identifier: Apache-2.0 */
/* Counted pulls. */
#include "engine/budget.h"
#include "base/map.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct budget {
  char *registry;
  uint64_t needed, under_way;
};
struct budget_table {
  struct http_client *http;
  pthread_mutex_t lock;
  struct map budgets; /* registry -> struct budget */
};

struct budget_table *budget_table_new(struct http_client *http) {
  struct budget_table *table = mem_alloc(sizeof *table);
  table->http = http;
  pthread_mutex_init(&table->lock, NULL);
  return table;
}

void budget_table_free(struct budget_table *table) {
  if (!table)
    return;
  for (size_t i = 0; i < table->budgets.count; i++) {
    struct budget *budget = table->budgets.items[i].value;
    free(budget->registry);
    free(budget);
  }
  map_done(&table->budgets);
  pthread_mutex_destroy(&table->lock);
  free(table);
}

static bool is_counted(const struct artefact *artefact) {
  return artefact->counted && artefact->repository;
}

static char *registry_of(const struct artefact *artefact) {
  return str_copy_n(artefact->repository, strcspn(artefact->repository, "/"));
}

/* With the lock held. */
static struct budget *budget_get(struct budget_table *table, const char *registry) {
  struct budget *budget = map_get(&table->budgets, registry);
  if (!budget) {
    budget = mem_alloc(sizeof *budget);
    budget->registry = str_copy(registry);
    map_put(&table->budgets, registry, budget);
  }
  return budget;
}

static int refuse(const char *registry, const struct http_budget *known, uint64_t keep,
                  struct error *err) {
  error_set(err, ARTM_E_RATE_LIMIT,
            "%" PRIu64 " of %" PRIu64 " counted pulls are left, and min_remaining keeps %" PRIu64,
            known->remaining, known->limit, keep);
  error_where(err, "%s", registry);
  err->tried = true; /* it stays so for hours */
  return error_hint(err,
                    "the registry counts over %" PRIu64
                    " hours; run again later, log in, or lower registries: %s: min_remaining",
                    known->window_seconds / 3600, registry);
}

int budget_take(struct budget_table *table, const struct artefact *artefact, struct error *err) {
  if (!is_counted(artefact))
    return 0;
  auto_free char *registry = registry_of(artefact);
  const struct registry_settings *settings = http_registry_settings(table->http, registry);
  struct http_budget known = {0};
  int result = 0;
  pthread_mutex_lock(&table->lock);
  struct budget *budget = budget_get(table, registry);
  /* Read with the lock held: a pull that is still under way was not told yet, all others were. */
  bool told = http_budget(table->http, registry, &known);
  if (settings && settings->has_min_remaining && told &&
      known.remaining <= settings->min_remaining + budget->under_way) {
    result = refuse(registry, &known, settings->min_remaining, err);
  } else {
    budget->needed++;
    budget->under_way++;
  }
  pthread_mutex_unlock(&table->lock);
  return result;
}

void budget_return(struct budget_table *table, const struct artefact *artefact) {
  if (!is_counted(artefact))
    return;
  auto_free char *registry = registry_of(artefact);
  pthread_mutex_lock(&table->lock);
  budget_get(table, registry)->under_way--;
  pthread_mutex_unlock(&table->lock);
}

void budget_need(struct budget_table *table, const struct artefact *artefact, uint64_t pulls) {
  if (!is_counted(artefact))
    return;
  auto_free char *registry = registry_of(artefact);
  pthread_mutex_lock(&table->lock);
  budget_get(table, registry)->needed += pulls;
  pthread_mutex_unlock(&table->lock);
}

bool budget_is_unknown(struct budget_table *table, const struct artefact *artefact) {
  if (!is_counted(artefact))
    return false;
  auto_free char *registry = registry_of(artefact);
  const struct registry_settings *settings = http_registry_settings(table->http, registry);
  struct http_budget known;
  return settings && settings->has_min_remaining && !http_budget(table->http, registry, &known);
}

void budget_report(struct budget_table *table, struct run_report *report) {
  report->budgets = mem_array(table->budgets.count + 1, sizeof *report->budgets);
  for (size_t i = 0; i < table->budgets.count; i++) {
    const struct budget *budget = table->budgets.items[i].value;
    struct http_budget known = {0};
    struct run_budget *row = &report->budgets[report->budget_count++];
    row->known = http_budget(table->http, budget->registry, &known);
    row->registry = str_copy(budget->registry);
    row->needed = budget->needed;
    row->remaining = known.remaining;
    row->limit = known.limit;
    row->window_seconds = known.window_seconds;
  }
}
