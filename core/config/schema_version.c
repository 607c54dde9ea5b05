/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of a version, a pin or a selector: as strict as config/version.h. */
#include "base/json.h"
#include "config/schema_part.h"
#include "config/version_selector.h"
#include <string.h>

#define TAG_PATTERN "^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,127}$"
#define DIGEST_PATTERN "^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$"
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
                             schema_or_variable(schema_some_text(NULL), setting), "minItems", 1);
    schema = schema_either(schema_some_text(NULL), list);
  } else if (semver || age) {
    schema =
        schema_or_variable(schema_some_text(semver ? RANGE_PATTERN : NEWER_THAN_PATTERN), setting);
  } else {
    return schema_field(field, setting);
  }
  json_object_set_new(schema, "description", json_string(field->doc));
  return schema;
}

json_t *schema_version(bool setting) {
  json_t *pin = json_object(), *selector = json_object();
  json_object_set_new(pin, "tag", schema_or_variable(schema_text(TAG_PATTERN), setting));
  json_object_set_new(pin, "digest", schema_or_variable(schema_text(DIGEST_PATTERN), setting));
  const struct field_table *keys = selector_fields();
  for (size_t i = 0; i < keys->count; i++)
    json_object_set_new(selector, keys->fields[i].name, selector_field(&keys->fields[i], setting));
  json_t *maps[] = {schema_object(pin), schema_object(selector)};
  json_t *schema = schema_either(schema_text(TAG_PATTERN), schema_text("^sha256:[a-f0-9]{64}$"));
  for (size_t i = 0; i < 2; i++) {
    json_object_set_new(maps[i], "minProperties", json_integer(1));
    json_array_append_new(json_object_get(schema, "anyOf"), maps[i]);
  }
  return schema;
}
