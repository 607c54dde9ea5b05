/* SPDX-License-Identifier: Apache-2.0 */
/* target: and targets:. What a target's plugin knows of them is checked when it is open. */
#include "base/text.h"
#include "config/field_value.h"
#include "config/settings_part.h"
#include <string.h>

#define ID_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define FORM "a string like registry.example/owner, or a map {id, type, ...}"

/* The text of a key that must be a string, NULL if it is absent or, with a problem, wrong. */
static const char *text_of(const struct node *map, const char *key, struct problems *problems) {
  const struct node *node = node_get(map, key);
  if (!node)
    return NULL;
  const struct artm_field field = {
      .name = key, .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED};
  return field_check(&field, node, problems) ? node->text : NULL;
}

static bool is_free_id(const struct settings *settings, const char *id, const struct node *at,
                       struct problems *problems) {
  if (id[strspn(id, ID_CHARACTERS)]) {
    struct problem *problem =
        problem_add(problems, at, "bad-value", "'%.80s' is no valid id of a target", id);
    problem_expected(problem, "letters, digits and . _ -");
    return false;
  }
  for (size_t i = 0; i < settings->target_count; i++) {
    const struct target_setting *other = &settings->targets[i];
    if (!text_equal(other->id, id))
      continue;
    problem_add(problems, at, "duplicate-id", "another target has the id '%.80s': %s:%u:%u", id,
                other->at->file->path, other->at->line, other->at->column);
    return false;
  }
  return true;
}

static bool read_map(const struct settings *settings, const struct node *map,
                     struct target_setting *target, struct problems *problems) {
  size_t before = problems->errors;
  target->node = map;
  target->id = text_of(map, "id", problems);
  target->type = text_of(map, "type", problems);
  target->value = text_of(map, "value", problems);
  if (target->id && !is_free_id(settings, target->id, node_get(map, "id"), problems))
    return false;
  if (problems->errors == before && map->count == (target->id != NULL)) {
    problem_expected(problem_add(problems, map, "missing-field", "this target names no place"),
                     FORM);
    return false;
  }
  return problems->errors == before;
}

void settings_read_target(struct settings *settings, const struct node *node,
                          struct problems *problems) {
  struct target_setting target = {.at = node};
  bool fine = false;
  if (node->broken)
    return;
  if (node->kind == NODE_MAP) {
    fine = read_map(settings, node, &target, problems);
  } else if (node->kind == NODE_SCALAR && node->type == NODE_STRING && node->text[0]) {
    target.value = node->text;
    fine = true;
  } else if (node->kind == NODE_SCALAR && node->type != NODE_NULL && node->text[0]) {
    value_wants_quotes("a target", node, problems);
  } else {
    bool empty = node->kind == NODE_SCALAR;
    struct problem *problem =
        problem_add(problems, node, empty ? "empty-value" : "wrong-type",
                    empty ? "the target has no value" : "a target can't be a list");
    problem_expected(problem, FORM);
    if (!empty)
      problem_hint(problem, "several targets go under 'targets:'");
  }
  if (!fine)
    return;
  size_t count = settings->target_count;
  settings->targets = mem_resize(settings->targets, count + 1, sizeof *settings->targets);
  settings->targets[count] = target;
  settings->target_count = count + 1;
}

void settings_read_targets(struct settings *settings, const struct node *node,
                           struct problems *problems) {
  if (node->kind != NODE_LIST || node->count == 0) {
    bool list = node->kind == NODE_LIST;
    struct problem *problem = problem_add(problems, node, list ? "empty-list" : "wrong-type",
                                          list ? "'targets' is empty" : "'targets' must be a list");
    problem_expected(problem, "a list, each item " FORM);
    if (!list)
      problem_hint(problem, "a single target goes under 'target:'");
    return;
  }
  for (uint32_t i = 0; i < node->count; i++)
    settings_read_target(settings, node->items[i], problems);
}
