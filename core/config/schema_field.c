/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of one field: as strict as config/field_value.c. */
#include "base/json.h"
#include "base/text.h"
#include "config/field_value.h"
#include "config/referrers.h"
#include "config/scalar.h"
#include "config/schema_part.h"
#include <string.h>

#define DURATION_PATTERN "^([0-9]+|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$"
#define SIZE_PATTERN "^([0-9]+[bB]?|[0-9]+(\\.[0-9]{1,6})?[kKmMgGtT][iI]?[bB]?)$"
#define VARIABLE_PATTERN "\\$\\{"
#define PLATFORM_PATTERN "^[a-z0-9_.-]+/[a-z0-9_.-]+(/[a-z0-9_.-]+)?$"

json_t *schema_either(json_t *first, json_t *second) {
  json_t *list = json_array();
  json_array_append_new(list, first);
  json_array_append_new(list, second);
  json_t *schema = json_object();
  json_object_set_new(schema, "anyOf", list);
  return schema;
}

json_t *schema_text(const char *pattern) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("string"));
  if (pattern)
    json_object_set_new(schema, "pattern", json_string(pattern));
  return schema;
}

json_t *schema_some_text(const char *pattern) {
  json_t *schema = schema_text(pattern);
  json_object_set_new(schema, "minLength", json_integer(1));
  return schema;
}

json_t *schema_object(json_t *properties) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("object"));
  json_object_set_new(schema, "properties", properties);
  json_object_set_new(schema, "additionalProperties", json_false());
  return schema;
}

static json_t *number_schema(const char *type, const char *range) {
  int64_t min, max;
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string(type));
  if (range && field_range(range, &min, &max)) {
    if (min != INT64_MIN)
      json_object_set_new(schema, "minimum", json_integer(min));
    if (max != INT64_MAX || !text_ends(range, ".."))
      json_object_set_new(schema, "maximum", json_integer(max));
  }
  return schema;
}

static bool append_word(void *list, const char *word) {
  json_array_append_new(list, json_string(word));
  return false;
}

static json_t *enum_schema(const char *words) {
  json_t *list = json_array();
  field_alternatives(words, append_word, list);
  json_t *schema = schema_text(NULL);
  json_object_set_new(schema, "enum", list);
  return schema;
}

/* Schemes in any case, a host, no user name. */
static bool is_word(void *arg, const char *word) {
  return strcmp(arg, word) == 0;
}

/* Words for an editor to offer, and a pattern for any case of them. */
static json_t *severity_schema(const char *words) {
  auto_buf pattern = {0};
  buf_text(&pattern, "^(");
  for (const char *p = words; *p; p++) {
    if (*p == '|')
      buf_text(&pattern, "|");
    else
      buf_printf(&pattern, "[%c%c]", *p, *p - 'A' + 'a');
  }
  buf_text(&pattern, ")$");
  return schema_either(enum_schema(words), schema_text(pattern.data));
}

static json_t *url_schema(const char *schemes) {
  auto_buf pattern = {0};
  static const char file[] = "file";
  bool files = schemes && field_alternatives(schemes, is_word, (void *)(uintptr_t)file);
  buf_text(&pattern, files ? "^([fF][iI][lL][eE]://(/|\\.\\.?/)\\S*|(" : "^((");
  for (const char *p = schemes ? schemes : URL_SCHEMES; *p; p++) {
    if (*p >= 'a' && *p <= 'z')
      buf_printf(&pattern, "[%c%c]", *p, *p - 'a' + 'A');
    else
      buf_printf(&pattern, strchr("+.", *p) ? "\\%c" : "%c", *p);
  }
  buf_text(&pattern, ")://[^\\s/?#@]+([/?#]\\S*)?)$");
  return schema_text(pattern.data);
}

static json_t *secret_schema(void) {
  json_t *properties = json_object();
  json_object_set_new(properties, "file", schema_some_text(NULL));
  json_t *file = schema_object(properties);
  json_object_set_new(file, "required", json_pack("[s]", "file"));
  return schema_either(schema_some_text(NULL), file);
}

static json_t *bool_schema(void) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("boolean"));
  return schema;
}

static json_t *referrers_schema(void) {
  json_t *properties = json_object();
  schema_properties(properties, referrers_fields(), false);
  json_t *map = schema_object(properties);
  json_object_set_new(map, "required", json_pack("[s]", "artifact_types"));
  return schema_either(bool_schema(), map);
}

static json_t *scalar_schema(const struct artm_field *field, uint32_t type) {
  switch (type) {
  case ARTM_TYPE_BOOL:
    return bool_schema();
  case ARTM_TYPE_INT:
    return number_schema("integer", field->constraint);
  case FIELD_TYPE_NUMBER:
    return number_schema("number", field->constraint);
  case FIELD_TYPE_REFERRERS:
    return referrers_schema();
  case FIELD_TYPE_SEVERITY:
    return severity_schema(field->constraint);
  case ARTM_TYPE_ENUM:
    return enum_schema(field->constraint);
  case ARTM_TYPE_DURATION:
    return schema_either(schema_some_text(DURATION_PATTERN),
                         number_schema("integer", "0..9223372036854775"));
  case ARTM_TYPE_SIZE:
    return schema_either(schema_text(SIZE_PATTERN),
                         number_schema("integer", "0..9223372036854775807"));
  case ARTM_TYPE_URL:
    return url_schema(field->constraint);
  case ARTM_TYPE_SECRET:
    return secret_schema();
  default:
    return field->flags & ARTM_FIELD_REQUIRED ? schema_some_text(field->constraint)
                                              : schema_text(field->constraint);
  }
}

json_t *schema_or_variable(json_t *schema, bool setting) {
  return setting ? schema_either(schema, schema_text(VARIABLE_PATTERN)) : schema;
}

static json_t *list_schema(const struct artm_field *field, bool setting) {
  json_t *items = field->role == ARTM_ROLE_AXIS        ? schema_version(setting)
                  : field->role == ARTM_ROLE_PLATFORMS ? schema_text(PLATFORM_PATTERN)
                                                       : scalar_schema(field, field->element);
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("array"));
  json_object_set_new(schema, "items", schema_or_variable(items, setting));
  bool must_have = field->flags & ARTM_FIELD_REQUIRED || field->role == ARTM_ROLE_AXIS ||
                   field->role == ARTM_ROLE_PLATFORMS;
  if (must_have)
    json_object_set_new(schema, "minItems", json_integer(1));
  return schema;
}

static json_t *map_schema(const struct artm_field *field, bool setting) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("object"));
  json_object_set_new(schema, "additionalProperties",
                      schema_or_variable(scalar_schema(field, field->element), setting));
  if (field->flags & ARTM_FIELD_REQUIRED)
    json_object_set_new(schema, "minProperties", json_integer(1));
  return schema;
}

static json_t *default_value(const struct artm_field *field) {
  struct node node = {.kind = NODE_SCALAR, .text = field->default_value, .expanded = true};
  int64_t number;
  if (field->type == ARTM_TYPE_BOOL && value_number(field->type, &node, &number))
    return json_boolean(number != 0);
  if (field->type == ARTM_TYPE_INT && value_number(field->type, &node, &number))
    return json_integer(number);
  return json_string(field->default_value);
}

json_t *schema_field(const struct artm_field *field, bool setting) {
  bool plain = field->type == ARTM_TYPE_STRING && !field->constraint;
  json_t *schema;
  if (field->type == ARTM_TYPE_LIST)
    schema = list_schema(field, setting);
  else if (field->type == ARTM_TYPE_MAP)
    schema = map_schema(field, setting);
  else if (field->type == FIELD_TYPE_GATE)
    schema = schema_gate(setting);
  else if (field->type == FIELD_TYPE_ALLOW)
    schema = schema_allow(setting);
  else
    schema = schema_or_variable(scalar_schema(field, field->type), setting && !plain);
  if (field->doc)
    json_object_set_new(schema, "description", json_string(field->doc));
  if (field->default_value)
    json_object_set_new(schema, "default", default_value(field));
  if (field->flags & ARTM_FIELD_DEPRECATED)
    json_object_set_new(schema, "deprecated", json_true());
  return schema;
}

void schema_properties(json_t *properties, const struct field_table *table, bool setting) {
  for (size_t i = 0; i < table->count; i++)
    if (table->fields[i].type != FIELD_TYPE_SCAN)
      json_object_set_new(properties, table->fields[i].name,
                          schema_field(&table->fields[i], setting));
}
