/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the scan model: severities, states of a fix, classes of packages (ARTM_SEVERITY_*,
 * ARTM_FIX_*, ARTM_PACKAGE_* of include/artmirror/scanner.h). */
#ifndef REPORT_SEVERITY_H
#define REPORT_SEVERITY_H
#include <artmirror/scanner.h>
#include <stdbool.h>
#include <stddef.h>

#define SEVERITY_COUNT 7 /* ARTM_SEVERITY_* are below this */
/* Sets of severities and of package classes, as bits. */
#define SEVERITY_BIT(severity) (1u << (severity))
#define PACKAGE_BIT(package_class) (1u << (package_class))

/* NONE < UNKNOWN < NEGLIGIBLE < LOW < MEDIUM < HIGH < CRITICAL: 0 to 6. */
unsigned severity_rank(uint32_t severity);
uint32_t severity_of_rank(unsigned rank);
const char *severity_name(uint32_t severity); /* "CRITICAL" */
/* Any case. False: no severity. */
bool severity_parse(const char *text, uint32_t *ret);
const char *fix_state_name(uint32_t fix_state); /* "fixed", "affected", "wont_fix", ... */
bool fix_state_parse(const char *text, uint32_t *ret);
const char *package_class_name(uint32_t package_class); /* "os", "lang", "other" */
bool package_class_parse(const char *text, uint32_t *ret);
#endif
