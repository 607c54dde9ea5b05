/* SPDX-License-Identifier: Apache-2.0 */
/* Scans in Markdown: a line an image, platform and scanner, and the worst findings of each. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/markdown.h"
#include "report/render.h"
#include "report/scan_label.h"

#define WORST_MAX 20 /* findings that are listed of a scan */

struct scan_columns {
  bool shown[SEVERITY_COUNT]; /* by rank: some filter wants it, or it was found */
  bool tools;                 /* several scanners */
};

static struct scan_columns columns_of(const struct run_report *report) {
  struct scan_columns columns = {0};
  const char *plugin = NULL;
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      columns.tools |= plugin != NULL && !text_equal(plugin, scan->result->tool.plugin);
      plugin = scan->result->tool.plugin;
      for (unsigned rank = 0; rank < SEVERITY_COUNT; rank++) {
        uint32_t severity = severity_of_rank(rank);
        columns.shown[rank] |= (scan->filter.severities & SEVERITY_BIT(severity)) != 0 ||
                               scan->counts.by_severity[severity] > 0;
      }
    }
  return columns;
}

static void add_heading(struct buf *out, const struct scan_columns *columns) {
  buf_printf(out, "\n## Scans\n\n| Image | Platform | OS |%s", columns->tools ? " Scanner |" : "");
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;)
    if (columns->shown[rank])
      buf_printf(out, " %s |", severity_name(severity_of_rank(rank)));
  buf_printf(out, " Fixable | Gate |\n|---|---|---|%s", columns->tools ? "---|" : "");
  for (unsigned rank = 0; rank < SEVERITY_COUNT; rank++)
    buf_text(out, columns->shown[rank] ? "--:|" : "");
  buf_text(out, "--:|---|\n");
}

/* A scan without a result has a word where the numbers would be. */
static void add_counts(struct buf *line, const struct scan_columns *columns,
                       const struct job_scan *scan) {
  const struct scan_counts *counts = &scan->counts;
  size_t fixable = 0;
  bool ok = scan->result->status == SCAN_OK;
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    fixable += counts->fixable[severity];
    if (!columns->shown[rank])
      continue;
    if (!ok)
      buf_printf(line, " %s |", scan_status_name(scan->result->status));
    else if (scan->filter.severities & SEVERITY_BIT(severity))
      buf_printf(line, " %zu |", counts->by_severity[severity]);
    else
      buf_text(line, " - |");
  }
  if (ok)
    buf_printf(line, " %zu |", fixable);
  else
    buf_text(line, " - |");
}

static void add_gate(struct buf *line, const struct job_scan *scan) {
  const char *verdict = gate_verdict_name(scan->verdict);
  size_t violations = job_scan_violations(scan);
  bool bad = scan->verdict == VERDICT_BLOCK;
  buf_printf(line, " %s%s%s", bad ? "**" : "", verdict != NULL ? verdict : "-", bad ? "**" : "");
  if (violations > 0)
    buf_printf(line, " (%zu)", violations);
  buf_text(line, " |\n");
}

static void add_scan(struct markdown *markdown, struct buf *before,
                     const struct scan_columns *columns, const char *title,
                     const struct job_scan *scan) {
  auto_buf line = {0};
  auto_free char *system = scan->result->status == SCAN_OK ? scan_system_label(scan->result) : NULL;
  buf_text(&line, "| ");
  markdown_code(&line, title, 2 * EXCERPT_NAME);
  buf_text(&line, " | ");
  markdown_code(&line, scan_platform(scan), EXCERPT_NAME);
  buf_text(&line, " | ");
  markdown_code(&line, system, EXCERPT_NAME);
  buf_text(&line, " |");
  if (columns->tools) {
    buf_text(&line, " ");
    markdown_code(&line, scan->result->tool.plugin, EXCERPT_NAME);
    buf_text(&line, " |");
  }
  add_counts(&line, columns, scan);
  add_gate(&line, scan);
  markdown_line(markdown, before, line.data);
}

void markdown_scans(struct markdown *markdown, const struct run_report *report) {
  auto_buf before = {0};
  struct scan_columns columns = columns_of(report);
  add_heading(&before, &columns);
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    auto_free char *title = job_heading(report, job);
    for (size_t j = 0; j < job->scan_count; j++)
      add_scan(markdown, &before, &columns, title, &job->scans[j]);
  }
}

/* In an HTML block: Markdown begins again after the empty line. */
static void add_summary(struct buf *out, const char *title, const struct job_scan *scan) {
  auto_free char *platform = excerpt(scan->platform, EXCERPT_NAME);
  auto_free char *tool = excerpt(scan->result->tool.plugin, EXCERPT_NAME);
  const char *join = ": ";
  buf_text(out, "\n<details><summary><code>");
  escape_markup(out, title);
  buf_text(out, " ");
  escape_markup(out, platform);
  buf_text(out, "</code> by <code>");
  escape_markup(out, tool);
  buf_text(out, "</code>");
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (scan->counts.by_severity[severity] == 0)
      continue;
    buf_printf(out, "%s%zu %s", join, scan->counts.by_severity[severity], severity_name(severity));
    join = ", ";
  }
  buf_text(out, "</summary>\n\n| Severity | Vulnerability | Package | Installed | Fixed in | "
                "Title |\n|---|---|---|---|---|---|\n");
}

static void add_finding(struct markdown *markdown, struct buf *before, const struct scan_row *row) {
  auto_buf line = {0};
  const struct artm_finding *finding = row->finding;
  auto_free char *fixes = finding_fixes(finding), *link = finding_link(finding);
  buf_printf(&line, "| %s | ", severity_name(finding->severity));
  markdown_link(&line, finding->id, link);
  const char *const cells[] = {finding->package_name, finding->package_version, fixes};
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    buf_text(&line, " | ");
    markdown_code(&line, cells[i], EXCERPT_NAME);
  }
  buf_text(&line, " | ");
  markdown_code(&line, finding->title, EXCERPT_NAME);
  buf_printf(&line, "%s |\n", row->allowed != NULL ? " (allowed)" : "");
  markdown_line(markdown, before, line.data);
}

static bool is_worth_a_line(const struct scan_row *row) {
  return scan_row_is_listed(row) && row->finding->suppressed_status == NULL;
}

/* heading: before the first one. */
static void add_details(struct markdown *markdown, struct buf *heading, const char *title,
                        const struct job_scan *scan) {
  static const char close[] = "\n</details>\n";
  auto_buf before = {0};
  size_t seen = 0;
  buf_add(&before, heading->data, heading->len);
  add_summary(&before, title, scan);
  markdown->close = close;
  for (size_t i = 0; i < scan->row_count; i++)
    if (is_worth_a_line(&scan->rows[i]) && seen++ < WORST_MAX)
      add_finding(markdown, &before, &scan->rows[i]);
  if (seen > WORST_MAX) {
    auto_free char *rest = str_format("\n%zu more: see the full report.\n", seen - WORST_MAX);
    markdown_add(markdown, rest, 1);
  }
  markdown->close = NULL;
  if (before.len > 0)
    return;
  buf_text(markdown->out, close);
  buf_done(heading);
}

void markdown_findings(struct markdown *markdown, const struct run_report *report) {
  auto_buf heading = {0};
  buf_text(&heading, "\n## Findings\n");
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    auto_free char *title = job_heading(report, job);
    for (size_t j = 0; j < job->scan_count; j++)
      if (job->scans[j].result->status == SCAN_OK)
        add_details(markdown, &heading, title, &job->scans[j]);
  }
}
