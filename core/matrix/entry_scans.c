/* SPDX-License-Identifier: Apache-2.0 */
/* The scans of entries. */
#include "matrix/entry_scans.h"

static struct scan_rule *make(const struct scan_reader *r, const struct node *defaults,
                              const struct node *entry, struct problems *problems) {
  const struct scanners *scanners = r->scanners;
  struct arena *memory = &r->entries->memory;
  struct scan_rule *rules =
      scanners->count > 0 ? arena_alloc(memory, scanners->count * sizeof *rules) : NULL;
  scan_rules_make(r->settings, scanners->items, scanners->count, defaults, entry, memory, rules,
                  problems);
  return rules;
}

static void finish(struct scan_reader *r, struct shared_scans *shared, bool report) {
  if (report)
    problems_move(r->problems, &shared->problems);
  else
    problems_done(&shared->problems);
}

void scan_reader_begin(struct scan_reader *r, const struct settings *settings,
                       const struct scanners *scanners, struct entries *entries,
                       struct problems *problems) {
  *r = (struct scan_reader){
      .settings = settings, .scanners = scanners, .entries = entries, .problems = problems};
  r->top.rules = make(r, NULL, NULL, &r->top.problems);
  entries->scans = r->top.rules;
  entries->scan_count = scanners->count;
}

void scan_reader_section(struct scan_reader *r, const struct node *defaults) {
  finish(r, &r->section, r->section.used);
  r->section = (struct shared_scans){0};
  r->defaults = scanning_is_overridden(defaults) ? defaults : NULL;
  if (r->defaults == NULL)
    return;
  scanning_check_overrides(defaults, r->scanners->items, r->scanners->count, r->problems);
  r->section.rules = make(r, defaults, NULL, &r->section.problems);
}

/* A platform that is added to such an index can be pulled by its tag at once, before any scan. */
static void check_sparse(const struct entry *entry, struct problems *problems) {
  if (entry->index != INDEX_SPARSE || entry->platform_count == 0)
    return;
  for (size_t i = 0; i < entry->scan_count; i++) {
    if (!entry->scans[i].enabled || entry->scans[i].gate.mode != GATE_BLOCK)
      continue;
    const struct node *at = node_get(entry->node, "index");
    struct problem *problem =
        problem_add(problems, at != NULL ? at : entry->node, "conflict",
                    "'index: sparse' can't be held back by a gate that blocks: a platform that is "
                    "added later stands below a tag that is there already");
    problem_hint(problem, "use 'index: filtered', or 'gate: {mode: warn}' for this entry");
    return;
  }
}

void scan_reader_entry(struct scan_reader *r, struct entry *entry) {
  struct shared_scans *shared = r->defaults != NULL ? &r->section : &r->top;
  const struct scan_rule *rules = shared->rules;
  if (scanning_is_overridden(entry->core.node)) {
    scanning_check_overrides(entry->node, r->scanners->items, r->scanners->count, r->problems);
    rules = make(r, r->defaults, entry->node, r->problems);
  } else {
    shared->used = true;
  }
  entry->scans = rules;
  entry->scan_count = r->scanners->count;
  check_sparse(entry, r->problems);
}

void scan_reader_end(struct scan_reader *r) {
  finish(r, &r->section, r->section.used);
  finish(r, &r->top, r->top.used || r->entries->count == 0);
}
