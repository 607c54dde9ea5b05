/* SPDX-License-Identifier: Apache-2.0 */
/* The run report in the formats that people and other tools read. All of them are made from the run
 * report alone, and each escapes what came from outside in its own way. */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H
#include "report/run.h"

/* Vulnerability table of one job's image: a heading for each platform, Trivy's columns. */
void render_image_text(const struct job_record *, const struct job_scan *scans, size_t count,
                       struct buf *out);
/* One line an image, platform and scanner with its counts, as on the terminal; nothing without
 * scans. */
void render_scan_table(const struct run_report *, const struct report_view *, struct buf *out);
/* GitHub flavoured Markdown: jobs, scans, failures. limit: bytes; what does not fit is left out and
 * a note says so; 0: no limit. */
void render_markdown(const struct run_report *, size_t limit, struct buf *out);
/* SARIF 2.1.0, within the limits of GitHub's code scanning: the worst findings first; a note says
 * what was left out. */
void render_sarif(const struct run_report *, struct buf *out);
/* What the limits made of it, for a notice; NULL: nothing. Caller frees. */
char *sarif_note(const struct run_report *);
/* JUnit XML: a test suite an image and platform, and one of the jobs. */
void render_junit(const struct run_report *, struct buf *out);
/* RFC 4180, one line a finding that is shown, with a heading. */
void render_csv(const struct run_report *, struct buf *out);
/* One file without anything from elsewhere. */
void render_html(const struct run_report *, struct buf *out);

/* The run report itself, as --report writes it. */
void render_json(const struct run_report *, struct buf *out);
/* Any JSON document with secrets taken out, indented. */
void render_document(const json_t *document, struct buf *out);

/* Whole text with "<", ">", "&", quotes as references, control characters replaced: for HTML and
 * XML. Secrets are taken out. */
void escape_markup(struct buf *out, const char *text);
#endif
