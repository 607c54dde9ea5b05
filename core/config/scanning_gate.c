/* SPDX-License-Identifier: Apache-2.0 */
/* gate: checked, and merged from several levels. */
#include "base/clock.h"
#include "config/field_value.h"
#include "config/scanning_part.h"
#include "config/version_date.h"
#include <string.h>

#define DAY_SECONDS 86400

bool gate_check(const struct artm_field *field, const struct node *node,
                struct problems *problems) {
  if (node->broken)
    return false;
  if (node->kind == NODE_MAP)
    return field_check_some(gate_fields(), node, NULL, 0, "a gate", problems);
  bool null = node->kind == NODE_SCALAR && node->type == NODE_NULL;
  struct problem *problem =
      problem_add(problems, node, null ? "empty-value" : "wrong-type",
                  null ? "'%s' has no value" : "'%s' must be a map", field->name);
  problem_expected(problem, GATE_SHAPE);
  if (text_equal(node_text(node), "block") || text_equal(node_text(node), "warn"))
    problem_hint(problem, "write %s: {mode: %s}", field->name, node->text);
  return false;
}

/* The end, UTC, of the day that an item of allow names. */
static bool end_of_day(const struct node *date, int64_t *ret_ms) {
  const char *text = node_text(date);
  int64_t start;
  if (!text || date->broken || strlen(text) != strlen("2026-01-31") ||
      !version_date_parse(text, &start))
    return false;
  *ret_ms = (start + DAY_SECONDS) * 1000;
  return true;
}

static bool check_expiry(const struct node *item, struct problems *problems) {
  const struct node *expires = node_get(item, "expires");
  int64_t until_ms;
  if (!end_of_day(expires, &until_ms)) {
    struct problem *problem =
        problem_add(problems, expires, "bad-value", "'expires': '%.80s' is no date", expires->text);
    problem_expected(problem, "a day of the calendar, like 2026-12-31");
    return false;
  }
  if (until_ms > clock_wall_ms())
    return true;
  struct problem *problem =
      problem_warn(problems, expires, "expired", "'%.80s' is allowed no longer: %s is over",
                   node_text(node_get(item, "id")), expires->text);
  problem_hint(problem, "remove it, or allow it until a later day");
  return true;
}

bool allow_check(const struct artm_field *field, const struct node *node,
                 struct problems *problems) {
  if (node->broken)
    return false;
  if (node->kind != NODE_LIST) {
    struct problem *problem =
        problem_add(problems, node, "wrong-type", "'%s' must be a list", field->name);
    problem_expected(problem, ALLOW_SHAPE);
    return false;
  }
  bool fine = true;
  for (uint32_t i = 0; i < node->count; i++)
    fine &= field_check_map(allow_fields(), node->items[i], NULL, NULL, 0, "an item of 'allow'",
                            problems) &&
            check_expiry(node->items[i], problems);
  return fine;
}

/* False: an item that was refused. */
static bool read_allowed(const struct node *item, struct allowed_finding *ret) {
  const char *id = node_text(node_get(item, "id")), *reason = node_text(node_get(item, "reason"));
  int64_t until_ms;
  if (!id || !reason || !end_of_day(node_get(item, "expires"), &until_ms))
    return false;
  *ret = (struct allowed_finding){.id = id,
                                  .package = node_text(node_get(item, "package")),
                                  .reason = reason,
                                  .until_ms = until_ms,
                                  .at = item};
  return true;
}

static void merge_allow(const struct node *const *gates, size_t count, struct arena *memory,
                        struct gate_rule *ret) {
  size_t most = 0;
  for (size_t i = 0; i < count; i++) {
    const struct node *list = node_get(gates[i], "allow");
    most += list && list->kind == NODE_LIST ? list->count : 0;
  }
  if (most == 0)
    return;
  struct allowed_finding *allow = arena_alloc(memory, most * sizeof *allow);
  for (size_t i = 0; i < count; i++) {
    const struct node *list = node_get(gates[i], "allow");
    for (uint32_t k = 0; list && list->kind == NODE_LIST && k < list->count; k++)
      ret->allow_count += read_allowed(list->items[k], &allow[ret->allow_count]);
  }
  ret->allow = allow;
}

void gate_merge(const struct node *const *gates, size_t count, struct arena *memory,
                struct gate_rule *ret) {
  *ret = (struct gate_rule){.fail_on = ARTM_SEVERITY_CRITICAL};
  for (size_t i = count; i-- > 0;)
    ret->at = gates[i] ? gates[i] : ret->at;
  if (!ret->at)
    return;
  const struct artm_config gate = {gate_fields(), maps_merge(gate_fields(), gates, count, memory),
                                   NULL};
  ret->mode = text_equal(config_text(&gate, "mode", 0), "block") ? GATE_BLOCK : GATE_WARN;
  uint32_t severity;
  const char *fail_on = config_text(&gate, "fail_on", 0);
  if (fail_on && severity_parse(fail_on, &severity))
    ret->fail_on = severity;
  ret->fixable_only = config_number(&gate, "fixable_only", 0) != 0;
  merge_allow(gates, count, memory, ret);
}
