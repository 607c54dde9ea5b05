/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema 2020-12 from the option tables. */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H
#include "config/scanning.h"
#include <jansson.h>

/* Schema of a whole config file; with section, of a file that holds just that section (and
 * settings), NULL if none of schemas has it. x-* keys are allowed. Caller decrefs. */
json_t *schema_make(const struct section_schema *schemas, size_t count, const struct scanners *,
                    const char *section);
#endif
