/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of one field; shared by the schema*.c files only. */
#ifndef CONFIG_SCHEMA_PART_H
#define CONFIG_SCHEMA_PART_H
#include "config/scanning.h"
#include <jansson.h>

/* setting: ${VAR} may stand for the value, so text with "${" passes everywhere. */
json_t *schema_field(const struct artm_field *, bool setting);
/* {type: string}, with a pattern if there is one. */
json_t *schema_text(const char *pattern);
/* The same of text that is not empty. */
json_t *schema_some_text(const char *pattern);
/* With setting, ${VAR} may stand for it. */
json_t *schema_or_variable(json_t *, bool setting);
/* An item of the axis. */
json_t *schema_version(bool setting);
/* Adds the fields of a table to the properties of an object, but for scan:, which needs the
 * scanners.
 */
void schema_properties(json_t *properties, const struct field_table *, bool setting);
/* {type: object} that knows only these properties, which it takes over. */
json_t *schema_object(json_t *properties);
/* {anyOf: [first, second]}. */
json_t *schema_either(json_t *first, json_t *second);

json_t *schema_gate(bool setting);
json_t *schema_allow(bool setting);
/* scanners: {ID: true | false | {...}}. */
json_t *schema_scanners(const struct scanners *, bool setting);
/* scan: true | false | {ID: ...}. */
json_t *schema_scan(const struct scanners *, bool setting);
#endif
