/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of each run: they may stand behind the results that refer to them, so they are read
 * first. */
#include "common/cleanup.h"
#include "exec/sarif.h"
#include <string.h>

#define RUNS_MAX 1000
#define RULES_MAX 200000
#define RULES_SIZE_MAX (64u << 20)

/* Of all runs. */
struct rules {
  json_t *runs;
  size_t count;
  uint64_t size;
};

/* Without what is only for people: rules are kept, and there may be many. */
static void shorten(json_t *rule) {
  static const char *const dropped[] = {"guid", "messageStrings", "relationships"};
  static const char *const texts[] = {"help", "shortDescription", "fullDescription"};
  for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
    json_object_del(rule, dropped[i]);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    json_object_del(json_object_get(rule, texts[i]), "markdown");
}

static void take_rules(struct json_walk *walk, json_t *run, struct rules *all) {
  json_t *rules = json_object_get(run, "rules"), *by_id = json_object_get(run, "by_id");
  if (json_walk_peek(walk) != '[') {
    json_walk_skip(walk);
    return;
  }
  json_walk_enter(walk, '[');
  while (json_walk_item(walk)) {
    uint64_t start = json_walk_at(walk);
    json_t *rule = json_walk_value(walk);
    const char *id = json_text(rule, "id");
    shorten(rule);
    if (id && !json_object_get(by_id, id))
      json_object_set(by_id, id, rule);
    if (rule)
      json_array_append_new(rules, rule);
    all->size += json_walk_at(walk) - start;
    if (++all->count > RULES_MAX || all->size > RULES_SIZE_MAX)
      json_walk_refuse(walk, "it has too many rules");
  }
}

static void take_driver(struct json_walk *walk, json_t *run, struct rules *all) {
  if (!json_walk_enter(walk, '{'))
    return;
  while (json_walk_member(walk))
    if (!strcmp(walk->name, "rules"))
      take_rules(walk, run, all);
    else if (!strcmp(walk->name, "name") && json_walk_peek(walk) == '"')
      json_object_set_new(run, "driver", json_walk_value(walk));
    else
      json_walk_skip(walk);
}

static void take_tool(struct json_walk *walk, json_t *run, struct rules *all) {
  if (!json_walk_enter(walk, '{'))
    return;
  while (json_walk_member(walk))
    if (!strcmp(walk->name, "driver"))
      take_driver(walk, run, all);
    else
      json_walk_skip(walk);
}

static void take_run(struct json_walk *walk, struct rules *all) {
  json_t *run = json_pack("{s:[], s:{}}", "rules", "by_id");
  json_array_append_new(all->runs, run);
  if (json_array_size(all->runs) > RUNS_MAX)
    json_walk_refuse(walk, "it has too many runs");
  if (!json_walk_enter(walk, '{'))
    return;
  while (json_walk_member(walk))
    if (!strcmp(walk->name, "tool"))
      take_tool(walk, run, all);
    else
      json_walk_skip(walk);
}

static void take_runs(struct json_walk *walk, struct rules *all) {
  if (!json_walk_enter(walk, '['))
    return;
  while (json_walk_item(walk))
    take_run(walk, all);
}

json_t *sarif_rules(struct json_walk *walk) {
  struct rules all = {.runs = json_array()};
  json_walk_enter(walk, '{');
  while (json_walk_member(walk))
    if (!strcmp(walk->name, "runs"))
      take_runs(walk, &all);
    else
      json_walk_skip(walk);
  if (json_walk_end(walk))
    return all.runs;
  json_decref(all.runs);
  return NULL;
}

const char *sarif_rule_id(const json_t *result) {
  const char *id = json_text(result, "ruleId");
  return id ? id : json_text(json_object_get(result, "rule"), "id");
}

const json_t *sarif_rule_of(const json_t *run, const json_t *result) {
  const char *id = sarif_rule_id(result);
  const json_t *index = json_object_get(result, "ruleIndex");
  if (!index)
    index = json_object_get(json_object_get(result, "rule"), "index");
  json_int_t i = json_is_integer(index) ? json_integer_value(index) : -1;
  const json_t *rule = i < 0 ? NULL : json_array_get(json_object_get(run, "rules"), (size_t)i);
  const char *rule_id = json_text(rule, "id");
  bool is_same = rule && (!id || (rule_id && !strcmp(id, rule_id)));
  if (is_same || !id)
    return rule;
  return json_object_get(json_object_get(run, "by_id"), id);
}
