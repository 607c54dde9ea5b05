/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a selector; shared by the floor's own files only. */
#ifndef CONFIG_VERSION_SELECTOR_H
#define CONFIG_VERSION_SELECTOR_H
#include "config/field.h"
#include "config/version.h"

/* In the order of their application. exclude may be a list of its type, too. */
const struct field_table *selector_fields(void);
/* Reads a map that has none but these keys, at least one; made in memory. False, with problems: it
 * is no valid selector. */
bool selector_read(const struct node *map, bool dates, struct arena *memory,
                   const struct version_selector **ret, struct problems *);
#endif
