/* SPDX-License-Identifier: Apache-2.0 */
/* A whole map against an option table. */
#include "base/text.h"
#include "config/field_value.h"
#include "report/log.h"
#include <string.h>

struct map_check {
  const struct field_table *table;
  const char *const *reserved;
  size_t reserved_count;
  const char *what;
  struct problems *problems;
};

static bool is_reserved(const struct map_check *check, const char *key) {
  for (size_t i = 0; i < check->reserved_count; i++)
    if (text_is(check->reserved[i], key))
      return true;
  return false;
}

static void unknown_key(const struct map_check *check, const struct node_pair *pair) {
  const struct field_table *table = check->table;
  const char *key = pair->key->text;
  const char **names = mem_array(table->count + check->reserved_count + 1, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < table->count; i++)
    names[count++] = table->fields[i].name;
  for (size_t i = 0; i < check->reserved_count; i++)
    names[count++] = check->reserved[i];
  auto_buf all = {0};
  for (size_t i = 0; i < count; i++)
    buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
  struct problem *problem = problem_add(check->problems, pair->key, "unknown-key",
                                        "unknown key '%.80s' in %s", key, check->what);
  if (count)
    problem_expected(problem, "%s%s", count > 1 ? "one of " : "", all.data);
  const char *nearest = text_nearest(key, names, count);
  if (nearest)
    problem_hint(problem, "did you mean '%s'?", nearest);
  const struct artm_field *meant = nearest ? field_find(table, nearest) : NULL;
  if (meant && meant->type == ARTM_TYPE_SECRET && node_text(pair->value))
    log_secret(node_text(pair->value)); /* a password below a misspelled key is still one */
  free_pointer(&names);
}

static bool check_pair(const struct map_check *check, const struct node_pair *pair) {
  const struct field_table *table = check->table;
  const struct artm_field *field = field_find(table, pair->key->text);
  if (!field) {
    if (is_reserved(check, pair->key->text))
      return true;
    unknown_key(check, pair);
    return false;
  }
  if (field->flags & ARTM_FIELD_DEPRECATED) {
    struct problem *problem =
        problem_warn(check->problems, pair->key, "deprecated", "'%s' is deprecated", field->name);
    if (field->doc)
      problem_hint(problem, "%s", field->doc);
  }
  const struct field_pattern *pattern =
      table->patterns ? &table->patterns[field - table->fields] : NULL;
  return value_check(field, pattern, pair->value, check->problems);
}

static bool check_map(const struct map_check *check, const struct node *map) {
  if (map->kind != NODE_MAP) {
    struct problem *problem =
        problem_add(check->problems, map, "wrong-type", "%s must be a map", check->what);
    problem_expected(problem, "lines of the form 'key: value'");
    return false;
  }
  bool fine = true;
  for (uint32_t i = 0; i < map->count; i++)
    fine &= check_pair(check, &map->pairs[i]);
  return fine;
}

bool field_check_some(const struct field_table *table, const struct node *map,
                      const char *const *reserved, size_t reserved_count, const char *what,
                      struct problems *problems) {
  struct map_check check = {table, reserved, reserved_count, what, problems};
  return check_map(&check, map);
}

bool field_check_map(const struct field_table *table, const struct node *map,
                     const struct node *fallback, const char *const *reserved,
                     size_t reserved_count, const char *what, struct problems *problems) {
  bool fine = field_check_some(table, map, reserved, reserved_count, what, problems);
  for (size_t i = 0; map->kind == NODE_MAP && i < table->count; i++) {
    const struct artm_field *field = &table->fields[i];
    if (!(field->flags & ARTM_FIELD_REQUIRED) || node_get(map, field->name) ||
        node_get(fallback, field->name))
      continue;
    auto_free char *type = field_type_name(field);
    struct problem *problem =
        problem_add(problems, map, "missing-field", "%s lacks '%s'", what, field->name);
    if (field->doc)
      problem_expected(problem, "%s: %s (%s)", field->name, type, field->doc);
    else
      problem_expected(problem, "%s: %s", field->name, type);
    fine = false;
  }
  return fine;
}
