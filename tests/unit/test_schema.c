/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema made from the tables; whether it agrees with validate is the end-to-end tests'
 * matter, which have an independent validator. */
#include "base/json.h"
#include "config/schema.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct artm_field image_fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED,
               .constraint = "^[a-z]+$", .doc = "The repository"),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED, .role = ARTM_ROLE_AXIS),
    ARTM_FIELD(.name = "url", .type = ARTM_TYPE_URL, .constraint = "https|oci"),
    ARTM_FIELD(.name = "wait", .type = ARTM_TYPE_DURATION, .default_value = "30s"),
    ARTM_FIELD(.name = "many", .type = ARTM_TYPE_INT, .default_value = "4", .constraint = "1..64"),
    ARTM_FIELD(.name = "old", .type = ARTM_TYPE_BOOL, .flags = ARTM_FIELD_DEPRECATED,
               .default_value = "true"),
};
static struct section_schema sections[] = {
    {.section = "images", .noun = "image", .plugin = "docker"},
    {.section = "layouts", .noun = "layout", .plugin = "oci-layout"},
};

static struct artm_field options[] = {ARTM_FIELD(.name = "offline", .type = ARTM_TYPE_BOOL)};
static const struct scanner_schema scanner = {.id = "probe", .options = {options, 1, NULL}};
static const struct scanners scanners = {&scanner, 1};

/* Follows names through objects: "properties/images/items". */
static const json_t *at(const json_t *value, const char *path) {
  while (value && *path) {
    size_t length = strcspn(path, "/");
    auto_free char *name = str_copy_n(path, length);
    value = json_object_get(value, name);
    path += length + (path[length] == '/');
  }
  return value;
}

static void expect(const json_t *schema, const char *path, const char *json) {
  const json_t *found = at(schema, path);
  assert_non_null(found);
  auto_free char *text = json_dumps(found, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
  if (strcmp(text, json) != 0)
    fail_msg("%s: %s", path, text);
}

static void test_whole(void **state) {
  (void)state;
  auto_json schema = schema_make(sections, 2, &scanners, NULL);
  expect(schema, "$schema", "\"https://json-schema.org/draft/2020-12/schema\"");
  expect(schema, "type", "\"object\"");
  expect(schema, "additionalProperties", "false");
  expect(schema, "patternProperties", "{\"^x-\":true}");
  expect(schema, "properties/images/type", "\"array\"");
  expect(schema, "properties/images/items/additionalProperties", "false");
  assert_non_null(at(schema, "properties/images/items/properties/gate/properties/allow"));
  expect(schema, "properties/images/items/properties/on_change/enum",
         "[\"update\",\"keep\",\"fail\"]");
  static const char *const settings[] = {"target",   "targets",  "registries", "run",
                                         "plugins",  "defaults", "on_change",  "index",
                                         "scanners", "gate",     "reports"};
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
    assert_non_null(json_object_get(at(schema, "properties"), settings[i]));
  assert_int_equal(json_array_size(at(schema, "allOf")), 2);
  auto_free char *required = json_dumps(json_array_get(at(schema, "allOf"), 0), JSON_COMPACT);
  assert_string_equal(
      required,
      "{\"if\":{\"not\":{\"required\":[\"defaults\"],\"properties\":{\"defaults\":{\"required\":["
      "\"images\"],\"properties\":{\"images\":{\"required\":[\"name\"]}}}}}},\"then\":{"
      "\"properties\":{\"images\":{\"items\":{\"required\":[\"name\"]}}}}}");
}

static void test_fields(void **state) {
  (void)state;
  auto_json schema = schema_make(sections, 2, &scanners, NULL);
  const json_t *fields = at(schema, "properties/images/items/properties");
  expect(fields, "name",
         "{\"description\":\"The repository\",\"minLength\":1,\"pattern\":\"^[a-z]+$\",\"type\":"
         "\"string\"}");
  expect(fields, "many", "{\"default\":4,\"maximum\":64,\"minimum\":1,\"type\":\"integer\"}");
  expect(fields, "old", "{\"default\":true,\"deprecated\":true,\"type\":\"boolean\"}");
  expect(fields, "wait/default", "\"30s\"");
  expect(fields, "url/pattern",
         "\"^(([hH][tT][tT][pP][sS]|[oO][cC][iI])://[^\\\\s/?#@]+([/?#]\\\\S*)?)$\"");
  expect(fields, "versions/minItems", "1");
  assert_int_equal(json_array_size(at(fields, "versions/items/anyOf")), 4);
  const json_t *selector = json_array_get(at(fields, "versions/items/anyOf"), 3);
  expect(selector, "additionalProperties", "false");
  expect(selector, "properties/latest/minimum", "1");
  expect(selector, "properties/sort/enum", "[\"semver\",\"date\",\"alpha\"]");
  /* A setting may be a variable, an entry's field may not. */
  expect(schema, "properties/run/properties/parallel/anyOf",
         "[{\"maximum\":256,\"minimum\":1,\"type\":\"integer\"},{\"pattern\":\"\\\\$\\\\{\","
         "\"type\":\"string\"}]");
}

/* What stands under ID for a scanner is its map, or true or false. */
static void test_scanning(void **state) {
  (void)state;
  auto_json schema = schema_make(sections, 2, &scanners, NULL);
  const json_t *entry = at(schema, "properties/images/items/properties");
  const json_t *scan = json_array_get(at(entry, "scan/anyOf"), 1);
  expect(entry, "scan/description",
         "\"Whether it is scanned, and how each scanner is set for it\"");
  expect(json_array_get(at(entry, "scan/anyOf"), 0), "type", "\"boolean\"");
  expect(scan, "additionalProperties", "false");
  const json_t *map = json_array_get(at(scan, "properties/probe/anyOf"), 1);
  expect(map, "properties/timeout/default", "\"10m\"");
  expect(map, "properties/offline/type", "\"boolean\"");
  expect(map, "properties/severity/minItems", "1");
  expect(map, "properties/gate/properties/mode/enum", "[\"warn\",\"block\"]");
  const json_t *severity = at(map, "properties/gate/properties/fail_on/anyOf");
  expect(json_array_get(severity, 1), "pattern",
         "\"^([Cc][Rr][Ii][Tt][Ii][Cc][Aa][Ll]|[Hh][Ii][Gg][Hh]|[Mm][Ee][Dd][Ii][Uu][Mm]|[Ll][Oo]"
         "[Ww]|[Nn][Ee][Gg][Ll][Ii][Gg][Ii][Bb][Ll][Ee]|[Uu][Nn][Kk][Nn][Oo][Ww][Nn])$\"");
  expect(schema, "properties/gate/properties/allow/items/required",
         "[\"id\",\"reason\",\"expires\"]");
  expect(schema, "properties/scanners/additionalProperties", "false");
  /* In settings a variable may stand for the whole of it. */
  assert_int_equal(json_array_size(at(entry, "scan/anyOf")), 2);
  assert_int_equal(
      json_array_size(at(schema, "properties/defaults/properties/images/properties/scan/anyOf")),
      3);
}

static void test_section(void **state) {
  (void)state;
  auto_json schema = schema_make(sections, 2, &scanners, "images");
  assert_non_null(at(schema, "properties/images"));
  assert_non_null(at(schema, "properties/run"));
  assert_null(at(schema, "properties/layouts"));
  auto_json other = schema_make(sections, 2, &scanners, "layouts");
  assert_null(at(other, "allOf"));
  assert_null(schema_make(sections, 2, &scanners, "wheels"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole),
      cmocka_unit_test(test_fields),
      cmocka_unit_test(test_scanning),
      cmocka_unit_test(test_section),
  };
  field_table_adopt(&sections[0].fields, image_fields, 6, sizeof image_fields[0]);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  field_table_done(&sections[0].fields);
  return failed;
}
