/* SPDX-License-Identifier: Apache-2.0 */
/* One scanner for one entry: what the top level, scanners:, defaults: and the entry say, merged. */
#include "base/text.h"
#include "config/field_value.h"
#include "config/path.h"
#include "config/scanning_part.h"
#include <string.h>

#define DEFAULT_SEVERITIES                                                   \
  (SEVERITY_BIT(ARTM_SEVERITY_CRITICAL) | SEVERITY_BIT(ARTM_SEVERITY_HIGH) | \
   SEVERITY_BIT(ARTM_SEVERITY_MEDIUM))
#define LIBRARIES (PACKAGE_BIT(ARTM_PACKAGE_LANG) | PACKAGE_BIT(ARTM_PACKAGE_OTHER))

const struct node *maps_merge(const struct field_table *table, const struct node *const *maps,
                              size_t count, struct arena *memory) {
  struct node *merged = NULL;
  for (size_t i = 0; i < table->count; i++) {
    const struct node_pair *pair = NULL;
    for (size_t k = 0; !pair && k < count; k++)
      pair = node_pair(maps[k], table->fields[i].name);
    if (!pair)
      continue;
    if (!merged) {
      merged = arena_alloc(memory, sizeof *merged);
      *merged = (struct node){.kind = NODE_MAP, .file = pair->key->file};
      merged->pairs = arena_alloc(memory, table->count * sizeof *merged->pairs);
    }
    merged->pairs[merged->count++] = *pair;
  }
  return paths_make_absolute(table, merged, memory);
}

static const struct node *map_in(const struct node *map, const char *key) {
  const struct node *value = node_get(map, key);
  return value && value->kind == NODE_MAP && !value->broken ? value : NULL;
}

void scan_levels_find(const struct scan_levels *l, const char *id,
                      const struct node *ret[SCAN_LEVELS]) {
  ret[SCAN_OF_ENTRY] = node_get(node_get(l->entry, "scan"), id);
  ret[SCAN_OF_DEFAULTS] = node_get(node_get(l->defaults, "scan"), id);
  ret[SCAN_OF_SCANNERS] = node_get(l->settings->scanners, id);
}

void scan_gates_find(const struct scan_levels *l, const struct node *const own[SCAN_LEVELS],
                     const struct node *ret[SCAN_GATES]) {
  ret[0] = map_in(own[SCAN_OF_ENTRY], "gate");
  ret[1] = map_in(own[SCAN_OF_DEFAULTS], "gate");
  ret[2] = map_in(l->entry, "gate");
  ret[3] = map_in(l->defaults, "gate");
  ret[4] = map_in(own[SCAN_OF_SCANNERS], "gate");
  ret[5] = l->settings->gate;
}

static bool is_switch(const struct node *node, bool *ret) {
  int64_t number;
  if (!node || node->kind != NODE_SCALAR || !value_number(ARTM_TYPE_BOOL, node, &number))
    return false;
  *ret = number != 0;
  return true;
}

/* A level that says nothing of enabled leaves it to the next; to be named is enough if none does.
 * scan: true of an entry undoes scan: of defaults; scan: false of defaults is for what the entry
 * does not name. */
static bool is_enabled(const struct scan_levels *l, const struct scanner_schema *scanner,
                       const struct node *const own[SCAN_LEVELS]) {
  const struct node *const all[SCAN_LEVELS] = {node_get(l->entry, "scan"),
                                               node_get(l->defaults, "scan"), NULL};
  bool named = false, on;
  for (size_t i = 0; i < SCAN_LEVELS; i++) {
    if (is_switch(all[i], &on)) {
      if (!on && !named)
        return false;
      if (on && i == SCAN_OF_ENTRY)
        i = SCAN_OF_DEFAULTS;
      continue;
    }
    if (is_switch(own[i], &on) || is_switch(node_get(own[i], "enabled"), &on))
      return on;
    named |= own[i] != NULL;
  }
  return named || scanner->is_default;
}

static struct scan_filter filter_of(const struct artm_config *core) {
  struct scan_filter filter = {.ignore_unfixed = config_number(core, "ignore_unfixed", 0) != 0};
  uint32_t severity;
  for (uint32_t i = 0; i < config_count(core, "severity"); i++) {
    const char *text = config_text(core, "severity", i);
    if (text && severity_parse(text, &severity))
      filter.severities |= SEVERITY_BIT(severity);
  }
  for (uint32_t i = 0; i < config_count(core, "pkg_types"); i++) {
    const char *text = config_text(core, "pkg_types", i);
    filter.package_classes |= text_equal(text, "os") ? PACKAGE_BIT(ARTM_PACKAGE_OS) : LIBRARIES;
  }
  if (!filter.severities)
    filter.severities = DEFAULT_SEVERITIES;
  if (!filter.package_classes)
    filter.package_classes = PACKAGE_BIT(ARTM_PACKAGE_OS) | LIBRARIES;
  return filter;
}

static void make_rule(const struct scan_levels *l, const struct scanner_schema *scanner,
                      struct arena *memory, struct scan_rule *ret) {
  const struct node *own[SCAN_LEVELS], *gates[SCAN_GATES] = {0};
  scan_levels_find(l, scanner->id, own);
  scan_gates_find(l, own, gates);
  const struct field_table *fields = scanner_core_fields(), *options = &scanner->options;
  const struct artm_config core = {fields, maps_merge(fields, own, SCAN_LEVELS, memory), NULL};
  *ret = (struct scan_rule){
      .scanner = scanner,
      .enabled = is_enabled(l, scanner, own),
      .required = config_number(&core, "required", 0) != 0,
      .filter = filter_of(&core),
      .timeout_ms = (uint64_t)config_number(&core, "timeout", 0),
      .options = {options, maps_merge(options, own, SCAN_LEVELS, memory), NULL},
  };
  for (size_t i = 0; i < options->count; i++)
    ret->overridden |= node_get(own[SCAN_OF_ENTRY], options->fields[i].name) ||
                       node_get(own[SCAN_OF_DEFAULTS], options->fields[i].name);
  gate_merge(gates, SCAN_GATES, memory, &ret->gate);
  ret->required |= ret->gate.mode == GATE_BLOCK;
}

bool scan_rules_make(const struct settings *settings, const struct scanner_schema *known,
                     size_t count, const struct node *defaults, const struct node *entry,
                     struct arena *memory, struct scan_rule *ret, struct problems *problems) {
  const struct scan_levels l = {settings, defaults, entry};
  bool fine = true;
  for (size_t i = 0; i < count; i++) {
    make_rule(&l, &known[i], memory, &ret[i]);
    fine &= scan_rule_check_options(&l, &ret[i], problems);
  }
  return scan_rules_check_gates(&l, ret, count, memory, problems) && fine;
}
