/* SPDX-License-Identifier: Apache-2.0 */
/* referrers: true, false, or {artifact_types: [...]}. */
#ifndef CONFIG_REFERRERS_H
#define CONFIG_REFERRERS_H
#include "config/field.h"

#define REFERRERS_SHAPE "true, false, or {artifact_types: ['application/vnd.example.sbom*']}"

/* Checks a value of FIELD_TYPE_REFERRERS. */
bool referrers_check(const struct artm_field *, const struct node *, struct problems *);
/* The fields of the map. */
const struct field_table *referrers_fields(void);
/* Of a checked value: are referrers wanted, and the list of globs over their types (NULL: all). */
bool referrers_wanted(const struct node *, const struct node **ret_types);
#endif
