/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON from outside within a budget, on top of jansson. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/error.h"
#include <jansson.h>

/* Once, first thing in main: jansson allocates through a counter per thread. */
void json_setup(void);
/* Parses one document (any value at the top): duplicate names refused, heap of one parse limited to
 * 64 MiB. ARTM_E_LOCAL above the budget, ARTM_E_DIGEST for what is no JSON. */
int json_parse(const void *data, size_t len, json_t **ret, struct error *err);
/* Members of an object by type; NULL, -1 or def when absent or of another type. */
const char *json_text(const json_t *object, const char *name);
json_int_t json_number(const json_t *object, const char *name, json_int_t def);
/* One line without spaces, keys in order of insertion; caller frees. */
char *json_compact(const json_t *value);
void json_done(json_t **value);
#define auto_json __attribute__((cleanup(json_done))) json_t *
#endif
