/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables: an array of artm_field read with its stride, checked against nodes, and the typed
 * values that come of it (the ABI's artm_config). */
#ifndef CONFIG_FIELD_H
#define CONFIG_FIELD_H
#include "base/error.h"
#include "config/node.h"
#include "config/problem.h"
#include <artmirror/types.h>

/* Core tables only: a number with a fraction (config_fraction), a rule of config/referrers.h, a
 * severity in any case, and of config/scanning.h a gate, its list of exceptions, and scan: (checked
 * where the scanners are known). */
#define FIELD_TYPE_NUMBER 256u
#define FIELD_TYPE_REFERRERS 257u
#define FIELD_TYPE_SEVERITY 258u
#define FIELD_TYPE_GATE 259u
#define FIELD_TYPE_ALLOW 260u
#define FIELD_TYPE_SCAN 261u

struct field_pattern; /* compiled constraints of strings, by position */

/* Fields copied out of a plugin's array (min of sizes, rest zero). A static table of the core may
 * leave patterns out: they are compiled at each use then. */
struct field_table {
  struct artm_field *fields;
  size_t count;
  struct field_pattern *patterns; /* or NULL */
};
void field_table_adopt(struct field_table *, const struct artm_field *fields, uint32_t count,
                       uint32_t stride);
void field_table_done(struct field_table *);
const struct artm_field *field_find(const struct field_table *, const char *name);
const struct artm_field *field_with_role(const struct field_table *, uint32_t role);
/* Is the table itself sane (known types, defaults that pass their own constraint, unique names, no
 * name of reserved)? Returns NULL, or why not (caller frees). */
char *field_table_check(const struct field_table *, const char *const *reserved, size_t count);

/* Type names for messages and help: "list of strings". Caller frees. */
char *field_type_name(const struct artm_field *);

/* Checks one value; adds problems. True if fine. The axis of an entry is not checked here
 * (config/version.h does), only that it is a non-empty list. */
bool field_check(const struct artm_field *, const struct node *value, struct problems *);
/* Checks a whole map: unknown keys (with nearest name), missing required ones, values. Keys in
 * reserved are left to the caller. what: "an entry of images", for messages. fallback: a map that
 * fills missing fields (defaults:), or NULL. */
bool field_check_map(const struct field_table *, const struct node *map,
                     const struct node *fallback, const char *const *reserved,
                     size_t reserved_count, const char *what, struct problems *);
/* As field_check_map, but nothing is required: for defaults. */
bool field_check_some(const struct field_table *, const struct node *map,
                      const char *const *reserved, size_t reserved_count, const char *what,
                      struct problems *);

/* Valid values of one map against its table. The core makes these, plugins read them through
 * artm_host.config_*. Cheap: holds no copy of anything. */
struct artm_config {
  const struct field_table *table;
  const struct node *node;     /* NULL: defaults only */
  const struct node *fallback; /* or NULL */
};
const struct node *config_node(const struct artm_config *, const char *field); /* NULL: not set */
/* As artm_host.config_count, _text, _number, _key; defaults of the table apply. */
uint32_t config_count(const struct artm_config *, const char *field);
const char *config_text(const struct artm_config *, const char *field, uint32_t i);
int64_t config_number(const struct artm_config *, const char *field, uint32_t i);
double config_fraction(const struct artm_config *, const char *field); /* FIELD_TYPE_NUMBER */
const char *config_key(const struct artm_config *, const char *field, uint32_t i);
/* A secret's text: the scalar, or the first line of {file: PATH}. ARTM_NO: not set. Caller wipes
 * with str_wipe. */
int config_secret(const struct artm_config *, const char *field, char **ret, struct error *err);
#endif
