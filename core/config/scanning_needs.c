/* SPDX-License-Identifier: Apache-2.0 */
/* Have the rules of an entry what they need: options, and a scan where a gate blocks? */
#include "config/scanning_part.h"

/* Which of the gates gives the mode; SCAN_GATES: none. */
static size_t mode_giver(const struct scan_levels *l, const char *id,
                         const struct node *gates[SCAN_GATES]) {
  const struct node *own[SCAN_LEVELS] = {0};
  if (id)
    scan_levels_find(l, id, own);
  scan_gates_find(l, own, gates);
  size_t i = 0;
  while (i < SCAN_GATES && !node_get(gates[i], "mode"))
    i++;
  return i;
}

/* It is a mistake if its author thought that it blocks. */
static void warn_mode(const struct scan_levels *l, const char *id, const struct gate_rule *gate,
                      struct problems *problems) {
  const struct node *gates[SCAN_GATES] = {0};
  if (gate->mode != GATE_NONE && mode_giver(l, id, gates) == SCAN_GATES)
    problem_hint(
        problem_warn(problems, gate->at, "no-mode", "this gate only warns"),
        "say 'mode: block' to keep what violates it from being published, or 'mode: warn'");
}

/* Was the mode meant for this scanner alone? */
static bool has_own_mode(const struct scan_levels *l, const char *id) {
  static const bool is_own[SCAN_GATES + 1] = {true, true, false, false, true};
  const struct node *gates[SCAN_GATES] = {0};
  return is_own[mode_giver(l, id, gates)];
}

/* id: whose gate it is that blocks, NULL without any scanner. off: it alone is not enabled. */
static void refuse(const struct scan_levels *l, const char *id, bool off,
                   struct problems *problems) {
  const struct node *gates[SCAN_GATES] = {0}, *at = NULL;
  const struct node *gate = gates[mode_giver(l, id, gates)];
  const struct node *places[] = {node_get(l->entry, "scan"), node_get(l->entry, "gate"),
                                 node_get(l->defaults, "scan"), node_get(l->defaults, "gate"),
                                 gate};
  for (size_t i = 0; !at; i++)
    at = places[i];
  auto_free char *place =
      at == gate || !gate->file
          ? str_copy("this gate")
          : str_format("the gate in %s:%u:%u", gate->file->path, gate->line, gate->column);
  auto_free char *who =
      off ? str_format("the scanner '%s' is not enabled", id) : str_copy("no scanner is enabled");
  struct problem *problem = problem_add(problems, at, "gate-without-scan",
                                        "%s blocks what is not scanned, and %s here", place, who);
  problem_expected(problem, "a scanner that is enabled (scanners: {ID: {enabled: true}})");
  problem_hint(problem, "enable it, or say 'gate: {mode: warn}'");
}

bool scan_rules_check_gates(const struct scan_levels *l, const struct scan_rule *rules,
                            size_t count, struct arena *memory, struct problems *problems) {
  bool enabled = false, blocks = false;
  struct gate_rule gate = {0};
  if (count == 0) {
    const struct node *own[SCAN_LEVELS] = {0}, *gates[SCAN_GATES] = {0};
    scan_gates_find(l, own, gates);
    gate_merge(gates, SCAN_GATES, memory, &gate);
    warn_mode(l, NULL, &gate, problems);
    if (gate.mode == GATE_BLOCK)
      refuse(l, NULL, false, problems);
    return gate.mode != GATE_BLOCK;
  }
  for (size_t i = 0; i < count; i++) {
    enabled |= rules[i].enabled;
    blocks |= rules[i].enabled && rules[i].gate.mode == GATE_BLOCK;
    if (i == 0 || rules[i].gate.at != rules[i - 1].gate.at)
      warn_mode(l, rules[i].scanner->id, &rules[i].gate, problems);
  }
  for (size_t i = 0; !blocks && i < count; i++) {
    const char *id = rules[i].scanner->id;
    if (rules[i].gate.mode != GATE_BLOCK || (enabled && !has_own_mode(l, id)))
      continue;
    refuse(l, id, enabled, problems);
    return false;
  }
  return true;
}

bool scan_rule_check_options(const struct scan_levels *l, const struct scan_rule *rule,
                             struct problems *problems) {
  const struct field_table *table = &rule->scanner->options;
  bool fine = true;
  for (size_t i = 0; rule->enabled && i < table->count; i++) {
    const struct artm_field *field = &table->fields[i];
    if (!(field->flags & ARTM_FIELD_REQUIRED) || node_get(rule->options.node, field->name))
      continue;
    const struct node *own[SCAN_LEVELS], *at = NULL;
    scan_levels_find(l, rule->scanner->id, own);
    for (size_t k = 0; !at && k < SCAN_LEVELS; k++)
      at = own[k];
    auto_free char *type = field_type_name(field);
    struct problem *problem =
        problem_add(problems, at, "missing-field", "the scanner '%s' lacks '%s'", rule->scanner->id,
                    field->name);
    problem_expected(problem, "%s: %s%s%s", field->name, type, field->doc ? "; " : "",
                     field->doc ? field->doc : "");
    fine = false;
  }
  return fine;
}
