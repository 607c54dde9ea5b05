/* SPDX-License-Identifier: Apache-2.0 */
/* scanners:, gate: and every scan:, checked. */
#include "base/text.h"
#include "config/field_value.h"
#include "config/scanning_part.h"
#include <stdlib.h>
#include <string.h>

/* Calls visit with the key of each scanner that scanners: or a scan: names. */
static void visit_map(const struct node *map, void (*visit)(void *, const struct node *),
                      void *arg) {
  for (uint32_t i = 0; map && map->kind == NODE_MAP && i < map->count; i++)
    visit(arg, map->pairs[i].key);
}

static void visit_ids(const struct settings *settings, void (*visit)(void *, const struct node *),
                      void *arg) {
  visit_map(settings->scanners, visit, arg);
  for (size_t i = 0; i < settings->section_count; i++) {
    const struct section *section = &settings->sections[i];
    visit_map(node_get(section->defaults, "scan"), visit, arg);
    for (size_t k = 0; k < section->entry_count; k++)
      visit_map(node_get(section->entries[k], "scan"), visit, arg);
  }
}

static void add_name(void *names, const struct node *key) {
  if (!strings_has(names, key->text))
    strings_add(names, key->text);
}

void scanning_names(const struct settings *settings, struct strings *ret) {
  visit_ids(settings, add_name, ret);
}

struct id_check {
  const struct strings *found;
  struct problems *problems;
};

static void check_id(void *arg, const struct node *key) {
  const struct id_check *check = arg;
  const struct strings *found = check->found;
  if (strings_has(found, key->text))
    return;
  auto_buf all = {0};
  for (size_t i = 0; i < found->count; i++)
    buf_printf(&all, "%s%s", i ? ", " : "", found->items[i]);
  struct problem *problem = problem_add(check->problems, key, "unknown-scanner",
                                        "no plugin offers the scanner '%.80s'; found: %s",
                                        key->text, all.data ? all.data : "none");
  const char *nearest = text_nearest(key->text, (const char *const *)found->items, found->count);
  if (nearest)
    problem_hint(problem, "did you mean '%s'?", nearest);
}

const struct scanner_schema *scanner_find(const struct scanner_schema *known, size_t count,
                                          const char *id) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(known[i].id, id) == 0)
      return &known[i];
  return NULL;
}

static bool check_fields(const struct scanner_schema *scanner, const struct node *map,
                         struct problems *problems) {
  const struct field_table *core = scanner_core_fields();
  auto_free const char **names = mem_array(core->count, sizeof *names);
  bool fine = true;
  for (size_t i = 0; i < core->count; i++) {
    const struct artm_field *field = &core->fields[i];
    const struct node *value = node_get(map, field->name);
    names[i] = field->name;
    if (value)
      fine &= field_check(field, value, problems);
  }
  auto_free char *what = str_format("the scanner '%s'", scanner->id);
  return field_check_some(&scanner->options, map, names, core->count, what, problems) && fine;
}

/* True, false, or a map; else the problem is added. */
static bool check_switch(const char *name, const char *shape, const struct node *node,
                         struct problems *problems) {
  int64_t number;
  if (node->broken)
    return false;
  if (node->kind == NODE_MAP ||
      (node->kind == NODE_SCALAR && value_number(ARTM_TYPE_BOOL, node, &number)))
    return true;
  bool null = node->kind == NODE_SCALAR && node->type == NODE_NULL;
  struct problem *problem = problem_add(
      problems, node, null ? "empty-value" : "wrong-type",
      null ? "'%.80s' has no value" : "'%.80s' is neither true nor false nor a map", name);
  problem_expected(problem, "%s", shape);
  if (node->quoted)
    problem_hint(problem, "write true or false, without quotes");
  return false;
}

bool scanner_check(const struct scanner_schema *scanner, const char *id, const struct node *value,
                   struct problems *problems) {
  if (!check_switch(id, SCANNER_SHAPE, value, problems))
    return false;
  return !scanner || value->kind != NODE_MAP || check_fields(scanner, value, problems);
}

static bool check_all(const struct node *map, const struct scanner_schema *known, size_t count,
                      struct problems *problems) {
  bool fine = true;
  for (uint32_t i = 0; map->kind == NODE_MAP && i < map->count; i++) {
    const char *id = map->pairs[i].key->text;
    fine &= scanner_check(scanner_find(known, count, id), id, map->pairs[i].value, problems);
  }
  return fine;
}

void scanning_check(const struct settings *settings, const struct scanner_schema *known,
                    size_t count, const struct strings *found, struct problems *problems) {
  struct id_check check = {found, problems};
  visit_ids(settings, check_id, &check);
  if (settings->scanners)
    check_all(settings->scanners, known, count, problems);
  const struct artm_field *gate = field_find(settings_tables()->top, "gate");
  if (settings->gate)
    field_check(gate, settings->gate, problems);
}

bool scanning_check_overrides(const struct node *map, const struct scanner_schema *known,
                              size_t count, struct problems *problems) {
  const struct node *scan = node_get(map, "scan");
  return !scan || (check_switch("scan", SCAN_SHAPE, scan, problems) &&
                   check_all(scan, known, count, problems));
}

bool scanning_is_overridden(const struct node *map) {
  return node_pair(map, "scan") || node_pair(map, "gate");
}
