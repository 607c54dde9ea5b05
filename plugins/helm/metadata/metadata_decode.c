/* SPDX-License-Identifier: Apache-2.0 */
/* A chart's YAML into the metadata, as Go's encoding/json puts values into a struct that may
 * already have some (requirements.yaml goes over Chart.yaml): null leaves a text as it is and
 * empties a list, maps are added to, and an item of a list goes over the one that was at its place.
 * That holds even for items past a shorter list's end, which Go keeps in the slice's capacity. */
#include "common/registry_text.h"
#include "helm/metadata/metadata_fields.h"
#include <string.h>
#include <strings.h>

struct decoding {
  struct region *region;
  const char *file;
  char **why;
};

static bool decode_record(struct decoding *, const struct record_rule *, void *record,
                          const struct value *);

static bool refuse_type(struct decoding *decoding, const struct value *value, const char *key,
                        const char *wanted) {
  *decoding->why =
      registry_format("%s, line %zu: '%.60s' must be %s", decoding->file, value->line, key, wanted);
  return false;
}

/* JSON, which the file becomes on its way into Helm, has no such numbers. */
static bool check_finite(struct decoding *decoding, const struct value *value, const char *key) {
  return !value->infinite || refuse_type(decoding, value, key, "written without .inf and .nan");
}

static bool decode_text(struct decoding *decoding, const char *key, struct field *field,
                        const struct value *value) {
  if (value->kind == VALUE_NULL)
    return true;
  if (value->kind == VALUE_LIST || value->kind == VALUE_MAP)
    return refuse_type(decoding, value, key, "text");
  *field = (struct field){value->text, decoding->file, value->line};
  return true;
}

static bool decode_bool(struct decoding *decoding, const char *key, bool *field,
                        const struct value *value) {
  if (value->kind == VALUE_NULL)
    return true;
  if (value->kind != VALUE_BOOL)
    return refuse_type(decoding, value, key, "true or false, without quotes");
  *field = value->boolean;
  return true;
}

/* Makes a list of that many items; those that were there before keep what they have. */
static void resize(struct decoding *decoding, struct field_list *list, size_t count, size_t size) {
  if (count > list->stored) {
    void *items = region_alloc(decoding->region, count, size);
    if (list->stored)
      memcpy(items, list->items, list->stored * size);
    list->items = items;
    list->stored = count;
  }
  list->count = count;
  if (!count)
    list->stored = 0;
}

/* Is it a list with something to decode? An empty one and null empty the field at once. */
static bool start_list(struct decoding *decoding, const char *key, struct field_list *list,
                       const struct value *value, size_t size, bool *legal) {
  *legal = value->kind == VALUE_NULL || value->kind == VALUE_LIST ||
           refuse_type(decoding, value, key, "a list");
  if (!*legal)
    return false;
  resize(decoding, list, value->kind == VALUE_LIST ? value->list.count : 0, size);
  return list->count > 0;
}

static bool decode_texts(struct decoding *decoding, const char *key, struct field_list *list,
                         const struct value *value) {
  bool legal;
  if (!start_list(decoding, key, list, value, sizeof(struct field), &legal))
    return legal;
  struct field *items = list->items;
  for (size_t i = 0; i < list->count; i++)
    if (!decode_text(decoding, key, &items[i], value->list.items[i]))
      return false;
  return true;
}

static bool decode_records(struct decoding *decoding, const struct field_rule *rule,
                           struct field_list *list, const struct value *value) {
  bool legal;
  if (!start_list(decoding, rule->key, list, value, sizeof(void *), &legal))
    return legal;
  void **items = list->items;
  for (size_t i = 0; i < list->count; i++) {
    const struct value *item = value->list.items[i];
    if (item->kind == VALUE_NULL) {
      items[i] = NULL;
      continue;
    }
    if (item->kind != VALUE_MAP)
      return refuse_type(decoding, item, rule->key, "a list of maps");
    if (!items[i])
      items[i] = region_alloc(decoding->region, 1, rule->record->size);
    if (!decode_record(decoding, rule->record, items[i], item))
      return false;
  }
  return true;
}

static bool decode_strings(struct decoding *decoding, const char *key, struct string_map *map,
                           const struct value *value) {
  if (value->kind == VALUE_NULL) {
    *map = (struct string_map){0};
    return true;
  }
  if (value->kind != VALUE_MAP)
    return refuse_type(decoding, value, key, "a map");
  size_t count = map->count + value->map.count;
  struct string_pair *pairs = region_alloc(decoding->region, count, sizeof *pairs);
  if (map->count)
    memcpy(pairs, map->pairs, map->count * sizeof *pairs);
  for (size_t i = 0; i < value->map.count; i++) {
    struct field text = {0};
    const struct value_pair *pair = &value->map.pairs[i];
    if (!decode_text(decoding, pair->keyed.key.data, &text, pair->value))
      return false;
    pairs[map->count + i] = (struct string_pair){{.key = pair->keyed.key}, text.text};
  }
  map->count = keyed_sort(pairs, count, sizeof *pairs);
  map->pairs = pairs;
  return true;
}

static bool decode_any(struct decoding *decoding, const char *key, const struct value **field,
                       const struct value *value) {
  if (value->kind != VALUE_NULL && value->kind != VALUE_LIST)
    return refuse_type(decoding, value, key, "a list");
  *field = value->kind == VALUE_LIST ? value : NULL;
  return check_finite(decoding, value, key);
}

static bool decode_field(struct decoding *decoding, const struct field_rule *rule, void *field,
                         const struct value *value) {
  switch (rule->type) {
  case FIELD_TEXT:
    return decode_text(decoding, rule->key, field, value);
  case FIELD_BOOL:
    return decode_bool(decoding, rule->key, field, value);
  case FIELD_TEXTS:
    return decode_texts(decoding, rule->key, field, value);
  case FIELD_RECORDS:
    return decode_records(decoding, rule, field, value);
  case FIELD_STRINGS:
    return decode_strings(decoding, rule->key, field, value);
  default:
    return decode_any(decoding, rule->key, field, value);
  }
}

/* The field of a key in any case; NULL: none. */
static const struct field_rule *find_field(const struct record_rule *rule, const struct text *key) {
  for (size_t i = 0; i < rule->count; i++)
    if (key->size == strlen(rule->fields[i].key) &&
        !strncasecmp(key->data, rule->fields[i].key, key->size))
      return &rule->fields[i];
  return NULL;
}

/* The pairs come sorted: of "Name" and "name" the latter wins, as in Helm. */
static bool decode_record(struct decoding *decoding, const struct record_rule *rule, void *record,
                          const struct value *map) {
  for (size_t i = 0; i < map->map.count; i++) {
    const struct value_pair *pair = &map->map.pairs[i];
    const struct field_rule *field = find_field(rule, &pair->keyed.key);
    if (field ? !decode_field(decoding, field, field_of(record, field), pair->value)
              : !check_finite(decoding, pair->value, pair->keyed.key.data))
      return false;
  }
  return true;
}

bool metadata_decode(struct metadata *metadata, const char *file, const struct value *value,
                     char **why) {
  struct decoding decoding = {.region = &metadata->region, .file = file, .why = why};
  if (value->kind == VALUE_NULL)
    return true;
  if (value->kind != VALUE_MAP) {
    *why = registry_format("%s, line %zu: there must be a map", file, value->line);
    return false;
  }
  return decode_record(&decoding, &metadata_rule, metadata, value);
}
