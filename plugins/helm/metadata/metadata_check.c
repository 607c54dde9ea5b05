/* SPDX-License-Identifier: Apache-2.0 */
/* What Helm's Metadata.Validate makes of metadata, and what it refuses. */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/metadata/metadata_fields.h"
#include "helm/metadata/unicode.h"
#include <string.h>

/* Each space becomes ' ', and what can't be printed goes. */
static void sanitise(struct region *region, struct text *text) {
  char *clean = region_alloc(region, text->size + 1, 1);
  size_t size = 0;
  for (size_t at = 0, length; at < text->size; at += length) {
    uint32_t rune;
    length = unicode_decode(text->data + at, text->size - at, &rune);
    if (unicode_is_space(rune)) {
      clean[size++] = ' ';
    } else if (unicode_is_print(rune)) {
      memcpy(clean + size, text->data + at, length);
      size += length;
    }
  }
  *text = (struct text){clean, size};
}

static void sanitise_record(struct region *region, const struct record_rule *rule, void *record) {
  for (size_t i = 0; i < rule->count; i++) {
    const struct field_rule *field = &rule->fields[i];
    struct field *text = field_of(record, field);
    const struct field_list *list = field_of(record, field);
    if (field->type == FIELD_TEXT && field->sanitised)
      sanitise(region, &text->text);
    for (size_t j = 0; field->type == FIELD_TEXTS && j < list->count; j++)
      sanitise(region, &((struct field *)list->items)[j].text);
    for (size_t j = 0; field->type == FIELD_RECORDS && j < list->count; j++)
      if (((void **)list->items)[j])
        sanitise_record(region, field->record, ((void **)list->items)[j]);
  }
}

/* "Chart.yaml, line 3: version '1_2' is no semantic version" */
static bool refuse_field(const struct field *field, const char *key, const char *fault,
                         char **why) {
  if (!field->file)
    *why = registry_format("Chart.yaml: %s '' %s", key, fault);
  else
    *why = registry_format("%s, line %zu: %s '%.80s' %s", field->file, field->line, key,
                           field->text.data, fault);
  return false;
}

static bool refuse(const char *fault, char **why) {
  *why = registry_format("Chart.yaml: %s", fault);
  return false;
}

static bool check_name(const struct field *name, char **why) {
  if (!name->text.size)
    return refuse("no name", why);
  if (text_is(&name->text, ".") || text_is(&name->text, "..") ||
      memchr(name->text.data, '/', name->text.size))
    return refuse_field(name, "name", "is no legal name: it can't be a path", why);
  return true;
}

static bool check_version(const struct field *version, char **why) {
  if (!version->text.size)
    return refuse("no version", why);
  if (strlen(version->text.data) != version->text.size || !version_is_legal(version->text.data))
    return refuse_field(version, "version", "is no semantic version", why);
  return true;
}

static bool check_alias(const struct field *alias, char **why) {
  for (size_t i = 0; i < alias->text.size; i++) {
    char c = alias->text.data[i];
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' &&
        c != '-')
      return refuse_field(alias, "alias", "has other characters than letters, digits, '_', '-'",
                          why);
  }
  return true;
}

/* What a dependency goes by in the chart. */
static const struct field *key_of(const struct dependency *dependency) {
  return dependency->alias.text.size ? &dependency->alias : &dependency->name;
}

/* Names a dependency that a later one hides: keyed_sort kept only the last of each key. */
static bool refuse_duplicate(const struct field_list *list, const struct keyed *keys, size_t kept,
                             char **why) {
  struct dependency *const *dependencies = list->items;
  auto_free bool *last = registry_zalloc(list->count * sizeof *last);
  size_t hidden = 0;
  for (size_t i = 0; i < kept; i++)
    last[keys[i].order] = true;
  while (last[hidden])
    hidden++;
  return refuse_field(key_of(dependencies[hidden]), "dependency",
                      "has the same name or alias as another one", why);
}

static bool check_dependencies(const struct field_list *list, char **why) {
  struct dependency *const *dependencies = list->items;
  auto_free struct keyed *keys = registry_zalloc(list->count * sizeof *keys);
  for (size_t i = 0; i < list->count; i++) {
    if (!dependencies[i])
      return refuse("there is an empty item in dependencies", why);
    if (!check_alias(&dependencies[i]->alias, why))
      return false;
    keys[i].key = key_of(dependencies[i])->text;
  }
  size_t kept = keyed_sort(keys, list->count, sizeof *keys);
  return kept == list->count || refuse_duplicate(list, keys, kept, why);
}

bool metadata_check(struct metadata *metadata, char **why) {
  struct maintainer *const *maintainers = metadata->maintainers.items;
  sanitise_record(&metadata->region, &metadata_rule, metadata);
  if (!metadata->api_version.text.size)
    return refuse("no apiVersion", why);
  if (!check_name(&metadata->name, why) || !check_version(&metadata->version, why))
    return false;
  if (metadata->type.text.size && !text_is(&metadata->type.text, "application") &&
      !text_is(&metadata->type.text, "library"))
    return refuse_field(&metadata->type, "type", "is neither application nor library", why);
  for (size_t i = 0; i < metadata->maintainers.count; i++)
    if (!maintainers[i])
      return refuse("there is an empty item in maintainers", why);
  return check_dependencies(&metadata->dependencies, why);
}
