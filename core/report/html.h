/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the HTML report. Nothing from outside gets into it but through html_text and what is
 * built on it; nothing in it has a style attribute, as its policy forbids them. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H
#include "report/run.h"

/* The worst findings that one report lists. */
#define HTML_FINDINGS_MAX 20000

/* Lines of core/report/html/report.css and report.js, by tools/embed; NULL ends them. */
extern const char *const html_style[];
extern const char *const html_script[];

struct html_part { /* of a bar */
  const char *kind;
  uint64_t amount;
};

/* Escaped, at most some thousand bytes of it. */
void html_text(struct buf *out, const char *text);
/* "name:version" of a job. */
void html_label(struct buf *out, const struct job_record *);
/* Both where elements are allowed, with places at which a line may break. */
void html_path(struct buf *out, const char *text);
void html_name(struct buf *out, const struct job_record *);
/* text, as a link if there is one (finding_link). */
void html_link(struct buf *out, const char *link, const char *text);
/* "3f2a90c1d5e7" of "sha256:3f2a90c1d5e7...", with the whole digest as its title. */
void html_digest(struct buf *out, const char *digest);
void html_time(struct buf *out, int64_t wall_ms);
/* "20,000" */
void html_number(struct buf *out, uint64_t number);
/* "1 job", "2 jobs" */
void html_count(struct buf *out, uint64_t number, const char *noun);
/* A coloured word. Both are our own. */
void html_mark(struct buf *out, const char *kind, const char *word);
/* The same for what a job came to. */
void html_status(struct buf *out, enum job_status);
/* Table cells with what they are sorted by. column: its class. */
void html_size_cell(struct buf *out, const char *column, uint64_t bytes);
void html_time_cell(struct buf *out, const char *column, int64_t start_ms, int64_t end_ms);
/* A stacked bar of parts in a whole; what it says stands in text (our own) for who can't see it. */
void html_bar(struct buf *out, const struct html_part *parts, size_t count, uint64_t whole,
              const char *text);
/* A share of a whole in percent, "12.34". */
void html_percent(struct buf *out, uint64_t amount, uint64_t whole);

/* All scans of a run together, as the tables have them: once a job, platform and scanner. */
struct html_scan_sums {
  size_t scans, statuses[SCAN_SKIPPED + 1];
  const char *scanner; /* the id of one of them */
  size_t scanners;     /* different ones, 2 for all that is more than one */
  size_t rows;         /* of findings */
  size_t violated;     /* gates */
  uint32_t severities; /* that any filter wants, or that were found */
};
struct html_scan_sums html_scan_sums(const struct run_report *);
/* "3 CRITICAL", ... as marks, worst first, of the severities in the set. */
void html_severities(struct buf *out, const size_t *by_severity, uint32_t severities);
/* With what was scanned, and what is shown of it. */
void html_conditions(struct buf *out, const struct run_report *);
/* The class of a severity's colour. */
const char *html_severity_kind(uint32_t severity);

/* The sections; each writes nothing where there is nothing to say. */
void html_summary(struct buf *out, const struct run_report *);
void html_failures(struct buf *out, const struct run_report *);
void html_scans(struct buf *out, const struct run_report *);
void html_findings(struct buf *out, const struct run_report *);
void html_jobs(struct buf *out, const struct run_report *);
void html_timeline(struct buf *out, const struct run_report *);
void html_notices(struct buf *out, const struct run_report *);
#endif
