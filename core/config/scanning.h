/* SPDX-License-Identifier: Apache-2.0 */
/* What the config says of scanning: scanners:, gate:, reports:, and scan: and gate: of an entry or
 * of defaults. */
#ifndef CONFIG_SCANNING_H
#define CONFIG_SCANNING_H
#include "config/settings.h"
#include "report/scan.h"

/* A scanner as the validator sees it; made by the plugin floor's caller. */
struct scanner_schema {
  const char *id;             /* of the plugin: the key under scanners: and scan: */
  struct field_table options; /* the plugin's own */
  bool is_default;            /* on when the config does not mention it */
};
struct scanners { /* that are open */
  const struct scanner_schema *items;
  size_t count;
};

struct allowed_finding {
  const char *id;      /* "CVE-2026-1", any case */
  const char *package; /* only in this package, or NULL */
  const char *reason;
  int64_t until_ms; /* the day's end, UTC: from then on it counts again */
  const struct node *at;
};
struct gate_rule {
  enum gate_mode mode; /* GATE_NONE: no level has a gate */
  uint32_t fail_on;    /* ARTM_SEVERITY_* */
  bool fixable_only;
  const struct allowed_finding *allow; /* of all levels */
  size_t allow_count;
  const struct node *at; /* the nearest gate:, for messages; NULL without one */
};
/* One scanner for one entry: the core's fields merged from the top level, scanners:, defaults: and
 * the entry, the nearest first. */
struct scan_rule {
  const struct scanner_schema *scanner;
  bool enabled;
  bool required; /* gate.mode block implies it */
  struct scan_filter filter;
  uint64_t timeout_ms;
  struct gate_rule gate;
  struct artm_config options; /* of the plugin, with the entry's overrides */
  bool overridden;            /* the entry or defaults: set some of the plugin's options */
};

/* Ids that scanners: and every scan: name, each once: their plugins are to be opened. */
void scanning_names(const struct settings *, struct strings *ret);
/* Checks scanners: and gate: of the top level, and the ids in every scan:. known: the scanners that
 * are open, and found: the ids of all that were found (one that is found but not open was reported
 * by whoever tried to open it). */
void scanning_check(const struct settings *, const struct scanner_schema *known, size_t count,
                    const struct strings *found, struct problems *);
/* Checks scan: of an entry or of defaults, but for ids that are not known. True if fine. Their
 * gate: is checked as a field of the section. */
bool scanning_check_overrides(const struct node *map, const struct scanner_schema *known,
                              size_t count, struct problems *);
/* The rules of an entry, one a scanner. entry and defaults may be NULL: the top level alone. What
 * these say was checked before; what is wrong in them counts as not said. False with problems: a
 * gate that blocks is left without the scan that it needs (scan: false, enabled: false, no scanner
 * at all), or an enabled scanner lacks an option. A gate that nobody gave a mode gets a warning. */
bool scan_rules_make(const struct settings *, const struct scanner_schema *known, size_t count,
                     const struct node *defaults, const struct node *entry, struct arena *memory,
                     struct scan_rule *ret, struct problems *);
/* Does an entry, or a section's defaults, say anything of scanning? */
bool scanning_is_overridden(const struct node *map);

/* Tables for schema, help and man pages: the core's fields of a scanner, those of a gate, and those
 * of an item of its allow. */
const struct field_table *scanner_core_fields(void);
const struct field_table *gate_fields(void);
const struct field_table *allow_fields(void);
#endif
