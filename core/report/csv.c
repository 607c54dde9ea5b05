/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as comma-separated values (RFC 4180). A scan without a result has one line with its
 * status; one that found nothing has none. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/guard.h"
#include "report/render.h"
#include "report/scan_label.h"
#include <stdlib.h>
#include <string.h>

enum column {
  COLUMN_IMAGE,
  COLUMN_VERSION,
  COLUMN_TARGET,
  COLUMN_PLATFORM,
  COLUMN_DIGEST,
  COLUMN_OS,
  COLUMN_SCANNER,
  COLUMN_STATUS,
  COLUMN_ID,
  COLUMN_SEVERITY,
  COLUMN_FIX_STATE,
  COLUMN_PACKAGE,
  COLUMN_INSTALLED,
  COLUMN_FIXED,
  COLUMN_TYPE,
  COLUMN_PATH,
  COLUMN_TITLE,
  COLUMN_URL,
  COLUMN_CVSS,
  COLUMN_EPSS,
  COLUMN_KEV,
  COLUMN_GATE,
  COLUMN_VIOLATES,
  COLUMN_ALLOWED,
  COLUMN_SUPPRESSED,
  COLUMN_ERROR,
  COLUMN_COUNT
};
static const char *const names[COLUMN_COUNT] = {
    "image",  "version",  "target",   "platform",   "digest",  "os",        "scanner",
    "status", "id",       "severity", "fix_state",  "package", "installed", "fixed",
    "type",   "path",     "title",    "url",        "cvss",    "epss",      "kev",
    "gate",   "violates", "allowed",  "suppressed", "error"};

struct line {
  char *cells[COLUMN_COUNT]; /* owned; NULL: empty */
};

static void line_done(struct line *line) {
  for (size_t i = 0; i < COLUMN_COUNT; i++)
    free(line->cells[i]);
}
#define auto_line __attribute__((cleanup(line_done))) struct line

/* A spreadsheet takes such a beginning for a formula, in the wide forms of East Asian text too. */
static bool is_formula(const char *text) {
  static const char *const starts[] = {
      "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
    if (text_starts(text, starts[i]))
      return true;
  return false;
}

static void add_cell(struct buf *out, const char *text) {
  const char *mark = is_formula(text) ? "'" : "";
  bool quoted = mark[0] != '\0' || strpbrk(text, ",;\"'|") != NULL;
  buf_text(out, quoted ? "\"" : "");
  buf_text(out, mark);
  for (const char *p = text; *p != '\0'; p++) {
    buf_text(out, *p == '"' ? "\"" : "");
    buf_add(out, p, 1);
  }
  buf_text(out, quoted ? "\"" : "");
}

static void add_line(struct buf *out, const char *const *cells) {
  auto_buf line = {0};
  for (size_t i = 0; i < COLUMN_COUNT; i++) {
    buf_text(&line, i > 0 ? "," : "");
    add_cell(&line, cells[i] != NULL ? cells[i] : "");
  }
  guard_text(out, line.data);
  buf_text(out, "\r\n");
}

static void set_text(struct line *line, enum column column, const char *text, size_t max) {
  free(line->cells[column]);
  line->cells[column] = excerpt(text, max);
}

static void set_name(struct line *line, enum column column, const char *text) {
  set_text(line, column, text, EXCERPT_NAME);
}

static void set_scan(struct line *line, const struct job_record *job, const struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  set_name(line, COLUMN_IMAGE, job->name);
  set_name(line, COLUMN_VERSION, job->version);
  set_name(line, COLUMN_TARGET, job->target_reference ? job->target_reference : job->target);
  set_name(line, COLUMN_PLATFORM, scan->platform);
  set_name(line, COLUMN_DIGEST, result->manifest_digest);
  line->cells[COLUMN_OS] = result->status == SCAN_OK ? scan_system_label(result) : NULL;
  set_name(line, COLUMN_SCANNER, result->tool.plugin);
  set_name(line, COLUMN_STATUS, scan_status_name(result->status));
  set_name(line, COLUMN_GATE, gate_verdict_name(scan->verdict));
}

static void set_suppressed(struct line *line, const struct artm_finding *finding) {
  if (finding->suppressed_status == NULL)
    return;
  const char *why = finding->suppressed_statement != NULL ? finding->suppressed_statement : "";
  auto_free char *text =
      str_format("%s%s%s", finding->suppressed_status, why[0] != '\0' ? ": " : "", why);
  set_text(line, COLUMN_SUPPRESSED, text, EXCERPT_TEXT);
}

static void set_row(struct line *line, const struct scan_row *row) {
  const struct artm_finding *finding = row->finding;
  auto_free char *fixes = finding_fixes(finding);
  uint32_t score = finding_score(finding);
  set_name(line, COLUMN_ID, finding->id);
  set_name(line, COLUMN_SEVERITY, severity_name(finding->severity));
  set_name(line, COLUMN_FIX_STATE, fix_state_name(finding->fix_state));
  set_name(line, COLUMN_PACKAGE, finding->package_name);
  set_name(line, COLUMN_INSTALLED, finding->package_version);
  set_name(line, COLUMN_FIXED, fixes);
  set_name(line, COLUMN_TYPE, finding->package_type);
  set_name(line, COLUMN_PATH, finding->package_path);
  set_text(line, COLUMN_TITLE, finding->title, EXCERPT_TEXT);
  set_text(line, COLUMN_URL, finding->url, EXCERPT_TEXT);
  line->cells[COLUMN_CVSS] = score > 0 ? str_format("%u.%u", score / 10, score % 10) : NULL;
  line->cells[COLUMN_EPSS] =
      finding->flags & ARTM_FINDING_EPSS
          ? str_format("%u.%06u", finding->epss / 1000000, finding->epss % 1000000)
          : NULL;
  set_name(line, COLUMN_KEV, finding->flags & ARTM_FINDING_KEV ? "yes" : NULL);
  set_name(line, COLUMN_VIOLATES, row->violates ? "yes" : NULL);
  set_text(line, COLUMN_ALLOWED, row->allowed, EXCERPT_TEXT);
  set_suppressed(line, finding);
}

static void add_scan(struct buf *out, const struct job_record *job, const struct job_scan *scan) {
  if (scan->result->status != SCAN_OK) {
    auto_line line = {0};
    set_scan(&line, job, scan);
    line.cells[COLUMN_ERROR] = scan_failure(scan->result);
    add_line(out, (const char *const *)line.cells);
    return;
  }
  for (size_t i = 0; i < scan->row_count; i++) {
    if (!scan_row_is_listed(&scan->rows[i]))
      continue;
    auto_line line = {0};
    set_scan(&line, job, scan);
    set_row(&line, &scan->rows[i]);
    add_line(out, (const char *const *)line.cells);
  }
}

void render_csv(const struct run_report *report, struct buf *out) {
  add_line(out, names);
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++)
      add_scan(out, report->jobs[i], &report->jobs[i]->scans[j]);
}
