/* SPDX-License-Identifier: Apache-2.0 */
/* The config blob of a chart: its metadata as Go's json.Marshal writes it. */
#include "helm/metadata/go_json.h"
#include "helm/metadata/metadata_fields.h"
#include <string.h>

static void add_record(struct builder *, const struct record_rule *, const void *record);
static void add_value(struct builder *, const struct value *);

static void add_text(struct builder *json, const struct text *text) {
  go_json_text(json, text->data, text->size);
}

static void add_comma(struct builder *json, size_t before) {
  if (before)
    builder_add_char(json, ',');
}

static bool is_empty(const struct field_rule *rule, const void *field) {
  switch (rule->type) {
  case FIELD_TEXT:
    return !((const struct field *)field)->text.size;
  case FIELD_BOOL:
    return !*(const bool *)field;
  case FIELD_TEXTS:
  case FIELD_RECORDS:
    return !((const struct field_list *)field)->count;
  case FIELD_STRINGS:
    return !((const struct string_map *)field)->count;
  default: {
    const struct value *list = *(const struct value *const *)field;
    return !list || !list->list.count;
  }
  }
}

static void add_list(struct builder *json, const struct field_rule *rule,
                     const struct field_list *list) {
  builder_add_char(json, '[');
  for (size_t i = 0; i < list->count; i++) {
    add_comma(json, i);
    if (rule->type == FIELD_TEXTS)
      add_text(json, &((const struct field *)list->items)[i].text);
    else
      add_record(json, rule->record, ((void *const *)list->items)[i]);
  }
  builder_add_char(json, ']');
}

static void add_strings(struct builder *json, const struct string_map *map) {
  builder_add_char(json, '{');
  for (size_t i = 0; i < map->count; i++) {
    add_comma(json, i);
    add_text(json, &map->pairs[i].keyed.key);
    builder_add_char(json, ':');
    add_text(json, &map->pairs[i].value);
  }
  builder_add_char(json, '}');
}

static void add_items(struct builder *json, const struct value *list) {
  builder_add_char(json, '[');
  for (size_t i = 0; i < list->list.count; i++) {
    add_comma(json, i);
    add_value(json, list->list.items[i]);
  }
  builder_add_char(json, ']');
}

static void add_pairs(struct builder *json, const struct value *map) {
  builder_add_char(json, '{');
  for (size_t i = 0; i < map->map.count; i++) {
    add_comma(json, i);
    add_text(json, &map->map.pairs[i].keyed.key);
    builder_add_char(json, ':');
    add_value(json, map->map.pairs[i].value);
  }
  builder_add_char(json, '}');
}

static void add_number(struct builder *json, double number) {
  char text[GO_NUMBER_MAX];
  go_json_number(number, text);
  builder_add_text(json, text);
}

/* A value of no certain type: Go keeps all of its numbers as float64. */
static void add_value(struct builder *json, const struct value *value) {
  switch (value->kind) {
  case VALUE_NULL:
    builder_add_text(json, "null");
    break;
  case VALUE_BOOL:
    builder_add_text(json, value->boolean ? "true" : "false");
    break;
  case VALUE_INT:
    add_number(json, (double)value->integer);
    break;
  case VALUE_UINT:
    add_number(json, (double)value->natural);
    break;
  case VALUE_FLOAT:
    add_number(json, value->number);
    break;
  case VALUE_TEXT:
    add_text(json, &value->text);
    break;
  case VALUE_LIST:
    add_items(json, value);
    break;
  case VALUE_MAP:
    add_pairs(json, value);
    break;
  }
}

static void add_field(struct builder *json, const struct field_rule *rule, const void *field) {
  switch (rule->type) {
  case FIELD_TEXT:
    add_text(json, &((const struct field *)field)->text);
    break;
  case FIELD_BOOL:
    builder_add_text(json, "true");
    break;
  case FIELD_TEXTS:
  case FIELD_RECORDS:
    add_list(json, rule, field);
    break;
  case FIELD_STRINGS:
    add_strings(json, field);
    break;
  case FIELD_ANY:
    add_value(json, *(const struct value *const *)field);
    break;
  }
}

static void add_record(struct builder *json, const struct record_rule *rule, const void *record) {
  size_t written = 0;
  builder_add_char(json, '{');
  for (size_t i = 0; i < rule->count; i++) {
    const struct field_rule *field = &rule->fields[i];
    if (!field->always && is_empty(field, field_in(record, field)))
      continue;
    add_comma(json, written++);
    go_json_text(json, field->key, strlen(field->key));
    builder_add_char(json, ':');
    add_field(json, field, field_in(record, field));
  }
  builder_add_char(json, '}');
}

char *metadata_config(const struct metadata *metadata, size_t *size) {
  struct builder json = {0};
  add_record(&json, &metadata_rule, metadata);
  return builder_take(&json, size);
}
