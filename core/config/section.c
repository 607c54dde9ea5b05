/* SPDX-License-Identifier: Apache-2.0 */
/* Entries and defaults of a section: the plugin's fields and the core's. */
#include "config/field_value.h"
#include "config/settings.h"
#include "config/version.h"
#include "oci/platform.h"

/* The plugin's table is checked with the core's names left out, so here are those. */
static bool check_core_fields(const struct node *map, struct problems *problems) {
  bool fine = true;
  for (uint32_t i = 0; map->kind == NODE_MAP && i < map->count; i++) {
    const struct node_pair *pair = &map->pairs[i];
    const struct artm_field *field = field_find(core_entry_fields(), pair->key->text);
    if (field)
      fine &= field_check(field, pair->value, problems);
  }
  return fine;
}

bool section_has_core_fields(const struct node *entry) {
  for (uint32_t i = 0; entry->kind == NODE_MAP && i < entry->count; i++)
    if (field_find(core_entry_fields(), entry->pairs[i].key->text))
      return true;
  return false;
}

bool section_check_entry(const struct section_schema *schema, const char *what,
                         const struct node *entry, const struct node *defaults,
                         struct problems *problems) {
  size_t count;
  const char *const *names = core_entry_names(&count);
  bool fine = field_check_map(&schema->fields, entry, defaults, names, count, what, problems);
  return check_core_fields(entry, problems) && fine;
}

/* What the matrix says of an entry's versions, for defaults that no entry may use. */
static bool check_versions(const struct node *list, bool dates, struct problems *problems) {
  struct arena memory = {0};
  struct version_item *items = mem_array(list->count, sizeof *items);
  size_t count;
  bool fine = version_read_list(list, dates, &memory, items, &count, problems);
  free_pointer(&items);
  arena_done(&memory);
  return fine;
}

/* The same of its platforms. */
static bool check_platforms(const struct node *list, struct problems *problems) {
  bool fine = true;
  for (uint32_t i = 0; i < list->count; i++) {
    const char *text = node_text(list->items[i]);
    struct platform platform;
    if (!text || platform_parse(text, &platform))
      continue;
    struct problem *problem =
        problem_add(problems, list->items[i], "bad-platform", "'%s' is not a platform", text);
    problem_expected(problem, "os/architecture or os/architecture/variant in lower case, like "
                              "linux/amd64 or linux/arm/v7");
    fine = false;
  }
  return fine;
}

/* The field's list in defaults, or NULL. */
static const struct node *list_with_role(const struct section_schema *schema,
                                         const struct node *defaults, uint32_t role) {
  const struct artm_field *field = field_with_role(&schema->fields, role);
  const struct node *list = field ? node_get(defaults, field->name) : NULL;
  return list && list->kind == NODE_LIST && list->count > 0 ? list : NULL;
}

bool section_check_defaults(const struct section_schema *schema, const struct node *defaults,
                            struct problems *problems) {
  size_t count;
  const char *const *names = core_entry_names(&count);
  auto_free char *what = str_format("defaults of %s", schema->section);
  bool fine = field_check_some(&schema->fields, defaults, names, count, what, problems);
  const struct node *versions = list_with_role(schema, defaults, ARTM_ROLE_AXIS);
  if (versions)
    fine &= check_versions(versions, schema->dates, problems);
  const struct node *platforms = list_with_role(schema, defaults, ARTM_ROLE_PLATFORMS);
  if (platforms)
    fine &= check_platforms(platforms, problems);
  return check_core_fields(defaults, problems) && fine;
}
