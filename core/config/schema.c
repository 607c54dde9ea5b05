/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema 2020-12 from the option tables. It looks at one file: a config that validate takes
 * passes it file by file, unless defaults: stands in another file than the entries that need it.
 * It can't express duplicates, colliding destinations, templates, ids of targets, options
 * that a plugin, target or scanner requires, a gate without a scan, days that no calendar has, what
 * a variable holds, regular expressions, dates that a source does not know, exclude without a
 * selector, and all of the grammar of hosts. */
#include "config/schema.h"
#include "base/json.h"
#include "config/schema_part.h"
#include <string.h>

/* The fields of an entry, plugin's and core's. setting: of defaults. */
static json_t *entry_schema(const struct section_schema *section, const struct scanners *scanners,
                            bool setting) {
  json_t *properties = json_object();
  schema_properties(properties, &section->fields, setting);
  schema_properties(properties, core_entry_fields(), setting);
  json_object_set_new(properties, "scan", schema_scan(scanners, setting));
  return schema_object(properties);
}

static json_t *section_schema_of(const struct section_schema *section,
                                 const struct scanners *scanners) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("array"));
  json_object_set_new(schema, "items", entry_schema(section, scanners, false));
  if (section->noun)
    json_object_set_new(schema, "description",
                        json_sprintf("Each item: one %s and the versions of it", section->noun));
  return schema;
}

/* An entry needs the field unless defaults: has it. */
static json_t *required_schema(const char *section, const char *field) {
  return json_pack("{s:{s:{s:[s], s:{s:{s:[s], s:{s:{s:[s]}}}}}}, s:{s:{s:{s:{s:[s]}}}}}", "if",
                   "not", "required", "defaults", "properties", "defaults", "required", section,
                   "properties", section, "required", field, "then", "properties", section, "items",
                   "required", field);
}

static void add_required(json_t *all, const struct section_schema *section) {
  for (size_t i = 0; i < section->fields.count; i++)
    if (section->fields.fields[i].flags & ARTM_FIELD_REQUIRED)
      json_array_append_new(all, required_schema(section->section, section->fields.fields[i].name));
}

/* The plugin's own options are not known here. An id alone names no place. */
static json_t *target_schema(void) {
  json_t *map = json_object(), *properties = json_object();
  json_object_set_new(properties, "id", schema_text("^([A-Za-z0-9._-]+|.*\\$\\{.*)$"));
  json_object_set_new(properties, "type", schema_some_text(NULL));
  json_object_set_new(properties, "value", schema_some_text(NULL));
  json_object_set_new(map, "type", json_string("object"));
  json_object_set_new(map, "properties", properties);
  json_object_set_new(map, "minProperties", json_integer(1));
  json_object_set_new(map, "not", json_pack("{s:[s], s:i}", "required", "id", "maxProperties", 1));
  return schema_either(schema_some_text(NULL), map);
}

static json_t *targets_schema(void) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("array"));
  json_object_set_new(schema, "items", target_schema());
  json_object_set_new(schema, "minItems", json_integer(1));
  return schema;
}

static json_t *table_schema(const struct field_table *table) {
  json_t *properties = json_object();
  schema_properties(properties, table, true);
  return schema_object(properties);
}

/* What settings_registry.c says of settings that belong together. */
static json_t *registry_schema(void) {
  json_t *schema = table_schema(settings_tables()->registry);
  json_object_set_new(schema, "dependentRequired",
                      json_pack("{s:[s], s:[s]}", "password", "username", "key", "cert"));
  json_object_set_new(schema, "dependentSchemas",
                      json_pack("{s:{s:[{s:[s]}, {s:[s]}]}}", "username", "anyOf", "required",
                                "password", "required", "helper"));
  json_object_set_new(schema, "not", json_pack("{s:[s,s]}", "required", "password", "helper"));
  return schema;
}

static json_t *registries_schema(void) {
  json_t *schema = json_object();
  json_object_set_new(schema, "type", json_string("object"));
  json_object_set_new(schema, "propertyNames", schema_text("^[^/@\\s]+$"));
  json_object_set_new(schema, "additionalProperties", registry_schema());
  return schema;
}

/* plugins: {SECTION: ID | {id: ID, option: value}}. */
static json_t *plugin_schema(const struct section_schema *section) {
  json_t *properties = json_object();
  json_object_set_new(properties, "id", schema_some_text(NULL));
  schema_properties(properties, &section->options, true);
  return schema_either(schema_some_text(NULL), schema_object(properties));
}

static void add_settings(json_t *properties, const struct section_schema *schemas, size_t count,
                         const struct scanners *scanners) {
  json_t *plugins = json_object(), *defaults = json_object();
  for (size_t i = 0; i < count; i++) {
    json_object_set_new(plugins, schemas[i].section, plugin_schema(&schemas[i]));
    json_object_set_new(defaults, schemas[i].section, entry_schema(&schemas[i], scanners, true));
  }
  json_object_set_new(properties, "target", target_schema());
  json_object_set_new(properties, "targets", targets_schema());
  json_object_set_new(properties, "registries", registries_schema());
  json_object_set_new(properties, "run", table_schema(settings_tables()->run));
  json_object_set_new(properties, "scanners", schema_scanners(scanners, true));
  json_object_set_new(properties, "reports", table_schema(settings_tables()->reports));
  json_object_set_new(properties, "plugins", schema_object(plugins));
  json_object_set_new(properties, "defaults", schema_object(defaults));
  schema_properties(properties, settings_tables()->top, true);
}

json_t *schema_make(const struct section_schema *schemas, size_t count,
                    const struct scanners *scanners, const char *section) {
  json_t *properties = json_object(), *all = json_array();
  bool found = false;
  for (size_t i = 0; i < count; i++) {
    if (section && strcmp(section, schemas[i].section) != 0)
      continue;
    found = true;
    json_object_set_new(properties, schemas[i].section, section_schema_of(&schemas[i], scanners));
    add_required(all, &schemas[i]);
  }
  if (section && !found) {
    json_decref(properties);
    json_decref(all);
    return NULL;
  }
  add_settings(properties, schemas, count, scanners);
  json_t *schema = json_object();
  json_object_set_new(schema, "$schema",
                      json_string("https://json-schema.org/draft/2020-12/schema"));
  json_object_set_new(schema, "title", json_string("artmirror config"));
  json_t *object = schema_object(properties);
  json_object_update(schema, object);
  json_decref(object);
  json_object_set_new(schema, "patternProperties", json_pack("{s:b}", "^x-", 1));
  json_object_set_new(schema, "not", json_pack("{s:[s,s]}", "required", "target", "targets"));
  if (json_array_size(all) > 0)
    json_object_set(schema, "allOf", all);
  json_decref(all);
  return schema;
}
