/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of scanners:, scan: and gate:. */
#include "base/json.h"
#include "config/schema_part.h"

json_t *schema_gate(bool setting) {
  json_t *properties = json_object();
  schema_properties(properties, gate_fields(), setting);
  return schema_object(properties);
}

json_t *schema_allow(bool setting) {
  const struct field_table *table = allow_fields();
  json_t *properties = json_object(), *required = json_array(), *list = json_object();
  schema_properties(properties, table, setting);
  for (size_t i = 0; i < table->count; i++)
    if (table->fields[i].flags & ARTM_FIELD_REQUIRED)
      json_array_append_new(required, json_string(table->fields[i].name));
  json_t *item = schema_object(properties);
  json_object_set_new(item, "required", required);
  json_object_set_new(list, "type", json_string("array"));
  json_object_set_new(list, "items", item);
  return list;
}

/* true, false, or what the map says. */
static json_t *or_switch(json_t *map, bool setting) {
  json_t *schema = schema_either(json_pack("{s:s}", "type", "boolean"), map);
  if (setting)
    json_array_append_new(json_object_get(schema, "anyOf"), schema_text("\\$\\{"));
  return schema;
}

static json_t *scanner_schema_of(const struct scanner_schema *scanner, bool setting) {
  json_t *properties = json_object();
  schema_properties(properties, scanner_core_fields(), setting);
  schema_properties(properties, &scanner->options, setting);
  return or_switch(schema_object(properties), setting);
}

json_t *schema_scanners(const struct scanners *scanners, bool setting) {
  json_t *properties = json_object();
  for (size_t i = 0; i < scanners->count; i++)
    json_object_set_new(properties, scanners->items[i].id,
                        scanner_schema_of(&scanners->items[i], setting));
  return schema_object(properties);
}

json_t *schema_scan(const struct scanners *scanners, bool setting) {
  json_t *schema = or_switch(schema_scanners(scanners, setting), setting);
  const struct artm_field *field = field_find(core_entry_fields(), "scan");
  json_object_set_new(schema, "description", json_string(field->doc));
  return schema;
}
