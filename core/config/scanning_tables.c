/* SPDX-License-Identifier: Apache-2.0 */
/* The core's fields of scanners, gates and their exceptions. They are checked by field_check_some:
 * REQUIRED says there that a value may not be empty. */
#include "config/scanning.h"

#define TABLE(array) \
  { (struct artm_field *)(array), sizeof(array) / sizeof((array)[0]), NULL }
#define SEVERITIES "CRITICAL|HIGH|MEDIUM|LOW|NEGLIGIBLE|UNKNOWN"

static const struct artm_field scanner_fields[] = {
    ARTM_FIELD(.name = "enabled", .type = ARTM_TYPE_BOOL,
               .doc = "Whether it scans; a scanner that the config names does"),
    ARTM_FIELD(.name = "required", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "A scan that is missing or fails makes the run end with 7"),
    ARTM_FIELD(.name = "severity", .type = ARTM_TYPE_LIST, .element = FIELD_TYPE_SEVERITY,
               .flags = ARTM_FIELD_REQUIRED, .constraint = SEVERITIES,
               .doc = "Severities to show; without it CRITICAL, HIGH and MEDIUM"),
    ARTM_FIELD(.name = "ignore_unfixed", .type = ARTM_TYPE_BOOL, .default_value = "true",
               .doc = "Show only what a newer version of the package fixes"),
    ARTM_FIELD(.name = "pkg_types", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_ENUM,
               .flags = ARTM_FIELD_REQUIRED, .constraint = "os|library",
               .doc = "Packages to show: of the operating system, of languages, or both"),
    ARTM_FIELD(.name = "timeout", .type = ARTM_TYPE_DURATION, .default_value = "10m",
               .doc = "Longest time for one scan"),
    ARTM_FIELD(.name = "gate", .type = FIELD_TYPE_GATE,
               .doc = "The gate for what this scanner finds"),
};

static const struct artm_field gate_table_fields[] = {
    ARTM_FIELD(.name = "fail_on", .type = FIELD_TYPE_SEVERITY, .constraint = SEVERITIES,
               .default_value = "CRITICAL", .doc = "The least severity that violates the gate"),
    ARTM_FIELD(.name = "fixable_only", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "Only what a newer version fixes violates"),
    ARTM_FIELD(.name = "mode", .type = ARTM_TYPE_ENUM, .constraint = "warn|block",
               .default_value = "warn",
               .doc = "warn: report a violation; block: scan first, and publish no violation"),
    ARTM_FIELD(.name = "allow", .type = FIELD_TYPE_ALLOW,
               .doc = "Findings that are tolerated for a time"),
};

static const struct artm_field allow_table_fields[] = {
    ARTM_FIELD(.name = "id", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED,
               .constraint = "^[!-~]+$", .doc = "Id of the finding, like CVE-2026-1234"),
    ARTM_FIELD(.name = "package", .type = ARTM_TYPE_STRING, .constraint = "^[!-~]+$",
               .doc = "Only in the package of this name"),
    ARTM_FIELD(.name = "reason", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED,
               .doc = "Why it is tolerated; stands in the reports"),
    ARTM_FIELD(.name = "expires", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED,
               .constraint = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
               .doc = "The last day on which it is tolerated, as YYYY-MM-DD"),
};

const struct field_table *scanner_core_fields(void) {
  static const struct field_table table = TABLE(scanner_fields);
  return &table;
}

const struct field_table *gate_fields(void) {
  static const struct field_table table = TABLE(gate_table_fields);
  return &table;
}

const struct field_table *allow_fields(void) {
  static const struct field_table table = TABLE(allow_table_fields);
  return &table;
}
