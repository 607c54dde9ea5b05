/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a report as the formats show them: text from outside in one line, findings, scans. */
#ifndef REPORT_EXCERPT_H
#define REPORT_EXCERPT_H
#include "report/run.h"

#define EXCERPT_NAME 300  /* bytes of names, versions, paths */
#define EXCERPT_TEXT 1000 /* of titles, messages, descriptions */

/* One line: secrets taken out, white space collapsed, escaped, at most max bytes with "..." at the
 * end of what was cut; "" for NULL. Caller frees. */
char *excerpt(const char *text, size_t max);
/* Is the finding to be listed for this job? */
bool scan_row_is_listed(const struct scan_row *);
/* "3.1.4-r5, 3.2.0", or "". Not escaped. Caller frees. */
char *finding_fixes(const struct artm_finding *);
/* Best CVSS 3 or 4 score, in tenths, by the source that set the severity, or by any where none is
 * named; 0: none. */
uint32_t finding_score(const struct artm_finding *);
/* Its page: an http or https address in which nothing needs to be escaped again; NULL: none. Caller
 * frees. */
char *finding_link(const struct artm_finding *);
/* "Trivy", else the plugin's id; an excerpt. Caller frees. */
char *scan_tool_name(const struct scan_result *);
/* What happened, and where, if the message does not say so; an excerpt. Caller frees. */
char *error_excerpt(const struct error *);
/* Why a scan has no result, with the hint; an excerpt. Caller frees. */
char *scan_failure(const struct scan_result *);
/* The tag of the job's target, or the digest where it has none; not escaped. Caller frees. */
char *job_tag(const struct job_record *);
/* "name:version", "name@sha256:...", and the target if the run has several; an excerpt. Caller
 * frees. */
char *job_heading(const struct run_report *, const struct job_record *);
#endif
