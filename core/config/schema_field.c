/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of one field: as strict as config/field_value.c. */
#include "base/json.h"
#include "base/text.h"
#include "config/field_value.h"
#include "config/referrers.h"
#include "config/scalar.h"
#include "config/schema_part.h"
#include "config/version_selector.h"
#include <string.h>

#define DURATION_PATTERN "^([0-9]+|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$"
#define SIZE_PATTERN "^([0-9]+[bB]?|[0-9]+(\\.[0-9]{1,6})?[kKmMgGtT][iI]?[bB]?)$"
#define VARIABLE_PATTERN "\\$\\{"
#define TAG_PATTERN "^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,127}$"
#define DIGEST_PATTERN "^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$"
#define PLATFORM_PATTERN "^[a-z0-9_.-]+/[a-z0-9_.-]+(/[a-z0-9_.-]+)?$"

static json_t *any_of(json_t *first, json_t *second) {
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

static json_t *some_text(const char *pattern) {
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
  json_object_set_new(properties, "file", some_text(NULL));
  json_t *file = schema_object(properties);
  json_object_set_new(file, "required", json_pack("[s]", "file"));
  return any_of(some_text(NULL), file);
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
  return any_of(bool_schema(), map);
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
  case ARTM_TYPE_ENUM:
    return enum_schema(field->constraint);
  case ARTM_TYPE_DURATION:
    return any_of(some_text(DURATION_PATTERN), number_schema("integer", "0..9223372036854775"));
  case ARTM_TYPE_SIZE:
    return any_of(schema_text(SIZE_PATTERN), number_schema("integer", "0..9223372036854775807"));
  case ARTM_TYPE_URL:
    return url_schema(field->constraint);
  case ARTM_TYPE_SECRET:
    return secret_schema();
  default:
    return field->flags & ARTM_FIELD_REQUIRED ? some_text(field->constraint)
                                              : schema_text(field->constraint);
  }
}

static json_t *or_variable(json_t *schema, bool setting) {
  return setting ? any_of(schema, schema_text(VARIABLE_PATTERN)) : schema;
}

#define RANGE_PART "([0-9]+|[xX*])"
#define RANGE_VERSION \
  "v?" RANGE_PART "(\\." RANGE_PART "){0,2}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?"
#define RANGE_TERM \
  "(" RANGE_VERSION "\\s+-\\s+" RANGE_VERSION "|(~>|=>|=<|[<>!]=|[=<>~^])?\\s*" RANGE_VERSION ")"
#define RANGE_ALTERNATIVE "\\s*" RANGE_TERM "((\\s+|\\s*,\\s*)" RANGE_TERM ")*\\s*"
#define RANGE_PATTERN "^" RANGE_ALTERNATIVE "(\\|\\|" RANGE_ALTERNATIVE ")*$"
#define AGE_PATTERN "([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?"
#define DATE_PATTERN                                                                               \
  "[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{" \
  "2}))?"
#define NEWER_THAN_PATTERN "^(" AGE_PATTERN "|" DATE_PATTERN ")$"

/* One key of a selector: config/version_selector.h. */
static json_t *selector_field(const struct artm_field *field, bool setting) {
  bool semver = strcmp(field->name, "semver") == 0, age = strcmp(field->name, "newer_than") == 0;
  json_t *schema;
  if (strcmp(field->name, "exclude") == 0) {
    json_t *list = json_pack("{s:s, s:o, s:i}", "type", "array", "items",
                             or_variable(some_text(NULL), setting), "minItems", 1);
    schema = any_of(some_text(NULL), list);
  } else if (semver || age) {
    schema = or_variable(some_text(semver ? RANGE_PATTERN : NEWER_THAN_PATTERN), setting);
  } else {
    return schema_field(field, setting);
  }
  json_object_set_new(schema, "description", json_string(field->doc));
  return schema;
}

/* A version: config/version.h. setting: ${VAR} may stand for any text in it. */
static json_t *version_schema(bool setting) {
  json_t *pin = json_object(), *selector = json_object();
  json_object_set_new(pin, "tag", or_variable(schema_text(TAG_PATTERN), setting));
  json_object_set_new(pin, "digest", or_variable(schema_text(DIGEST_PATTERN), setting));
  const struct field_table *keys = selector_fields();
  for (size_t i = 0; i < keys->count; i++)
    json_object_set_new(selector, keys->fields[i].name, selector_field(&keys->fields[i], setting));
  json_t *maps[] = {schema_object(pin), schema_object(selector)};
  json_t *schema = any_of(schema_text(TAG_PATTERN), schema_text("^sha256:[a-f0-9]{64}$"));
  for (size_t i = 0; i < 2; i++) {
    json_object_set_new(maps[i], "minProperties", json_integer(1));
    json_array_append_new(json_object_get(schema, "anyOf"), maps[i]);
  }
  return schema;
}

static json_t *list_schema(const struct artm_field *field, bool setting) {
  json_t *items = field->role == ARTM_ROLE_AXIS        ? version_schema(setting)
                  : field->role == ARTM_ROLE_PLATFORMS ? schema_text(PLATFORM_PATTERN)
                                                       : scalar_schema(field, field->element);
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("array"));
  json_object_set_new(schema, "items", or_variable(items, setting));
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
                      or_variable(scalar_schema(field, field->element), setting));
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
  else
    schema = or_variable(scalar_schema(field, field->type), setting && !plain);
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
    if (!(table->fields[i].flags & FIELD_UNSUPPORTED))
      json_object_set_new(properties, table->fields[i].name,
                          schema_field(&table->fields[i], setting));
}
