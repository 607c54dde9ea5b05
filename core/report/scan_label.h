/* SPDX-License-Identifier: Apache-2.0 */
/* Words for people about a scan; escaped, redacted. Callers free. */
#ifndef REPORT_SCAN_LABEL_H
#define REPORT_SCAN_LABEL_H
#include "report/run.h"

/* "trivy 0.74.0, database of 2026-11-24 06:05 UTC"; a tool of another name than the plugin's stands
 * in brackets. */
char *scan_tool_label(const struct scan_tool *);
/* "alpine 3.19.1", "debian 10 (end of life)", "unknown"; "-" without a result. */
char *scan_system_label(const struct scan_result *);
/* The same for a narrow table: "debian 10 EOL". */
char *scan_system_cell(const struct scan_result *);
/* "failed: what happened", "skipped: why". */
char *scan_cause_label(const struct scan_result *);
/* "2026-11-24 06:05 UTC", or "an unknown time". */
char *scan_time_label(int64_t wall_ms);
/* "2 CRITICAL, 3 HIGH, os unknown" of the job's worst scan, and what scans failed; "" without any.
 */
char *job_scans_label(const struct job_record *);
/* What follows; neither is to be freed, nor escaped. */
const char *scan_status_word(enum scan_status);     /* "timed out", else its name */
const char *scan_platform(const struct job_scan *); /* "all platforms" where none is known */
#endif
