/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of one field; shared by the schema*.c files only. */
#ifndef CONFIG_SCHEMA_PART_H
#define CONFIG_SCHEMA_PART_H
#include "config/field.h"
#include <jansson.h>

/* setting: ${VAR} may stand for the value, so text with "${" passes everywhere. */
json_t *schema_field(const struct artm_field *, bool setting);
/* {type: string}, with a pattern if there is one. */
json_t *schema_text(const char *pattern);
/* Adds the fields of a table to the properties of an object, those of later versions left out. */
void schema_properties(json_t *properties, const struct field_table *, bool setting);
/* {type: object} that knows only these properties, which it takes over. */
json_t *schema_object(json_t *properties);
#endif
