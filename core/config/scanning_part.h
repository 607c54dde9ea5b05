/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of scanning; shared by the floor's own files only. */
#ifndef CONFIG_SCANNING_PART_H
#define CONFIG_SCANNING_PART_H
#include "config/scanning.h"

#define GATE_SHAPE "a map like {fail_on: CRITICAL, mode: block}"
#define ALLOW_SHAPE \
  "a list like [{id: CVE-2026-1234, reason: 'not reachable', expires: '2026-12-31'}]"
#define SCAN_SHAPE "true, false, or a map like {SCANNER: {severity: [HIGH]}}"
#define SCANNER_SHAPE "true, false, or a map like {severity: [HIGH]}"

/* Check values of FIELD_TYPE_GATE and FIELD_TYPE_ALLOW. */
bool gate_check(const struct artm_field *, const struct node *, struct problems *);
bool allow_check(const struct artm_field *, const struct node *, struct problems *);

const struct scanner_schema *scanner_find(const struct scanner_schema *known, size_t count,
                                          const char *id);
/* The value, true, false or a map, of one scanner under scanners: or scan:. scanner NULL: it is not
 * open, nothing more can be said. */
bool scanner_check(const struct scanner_schema *, const char *id, const struct node *value,
                   struct problems *);

struct scan_levels {
  const struct settings *settings;
  const struct node *defaults, *entry; /* or NULL */
};
enum { SCAN_OF_ENTRY, SCAN_OF_DEFAULTS, SCAN_OF_SCANNERS, SCAN_LEVELS };
/* What each level has for a scanner, the nearest first: true, false, a map, or NULL. */
void scan_levels_find(const struct scan_levels *, const char *id,
                      const struct node *ret[SCAN_LEVELS]);
/* The gates: of the scanner in the entry, of it in defaults, of the entry, of defaults, of it in
 * scanners:, of the top level; NULL where there is none. */
enum { SCAN_GATES = 6 };
void scan_gates_find(const struct scan_levels *, const struct node *const own[SCAN_LEVELS],
                     const struct node *ret[SCAN_GATES]);
/* Has an enabled scanner all options that it requires? */
bool scan_rule_check_options(const struct scan_levels *, const struct scan_rule *,
                             struct problems *);
/* Is there a scan for a gate that blocks? Warns of gates without a mode, too. */
bool scan_rules_check_gates(const struct scan_levels *, const struct scan_rule *, size_t count,
                            struct arena *memory, struct problems *);

/* Of each field of the table what the first of these maps has that has it (NULL and what is no map
 * have nothing), paths absolute. NULL if none has any. */
const struct node *maps_merge(const struct field_table *, const struct node *const *maps,
                              size_t count, struct arena *memory);
/* The gates of several levels as one, the nearest first; NULL has none. */
void gate_merge(const struct node *const *gates, size_t count, struct arena *memory,
                struct gate_rule *ret);
#endif
