/* SPDX-License-Identifier: Apache-2.0 */
/* The table of scans: one line an image, platform and scanner. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/guard.h"
#include "report/render.h"
#include "report/run_table.h"
#include "report/scan_causes.h"
#include "report/scan_label.h"
#include "report/table.h"
#include "report/totals.h"

#define RED "\033[31m"
#define YELLOW "\033[33m"
#define NAMED_MAX 3 /* findings of a gate that only warns */

/* What the whole table needs to know, and what it leaves out. */
struct layout {
  bool targets, scanners, gates;
  bool end_of_life;    /* a system at it is listed */
  uint32_t severities; /* columns */
  struct strings tools;
  size_t unlisted_images; /* unchanged ones without anything new or bad */
  size_t unlisted[SEVERITY_COUNT];
};

static bool is_bad(const struct job_scan *scan) {
  const size_t *counts = scan->counts.by_severity;
  return scan->result->status != SCAN_OK || counts[ARTM_SEVERITY_CRITICAL] > 0 ||
         counts[ARTM_SEVERITY_HIGH] > 0 || scan->verdict == VERDICT_WARN ||
         scan->verdict == VERDICT_BLOCK || job_scan_violations(scan) > 0;
}

/* A scanner that is not there skips every image: that is said once, below the table. */
static bool is_only_skipped(const struct job_scan *scan) {
  return scan->result->status == SCAN_SKIPPED && !scan->required && scan->verdict != VERDICT_BLOCK;
}

static bool is_listed(const struct job_record *job, const struct job_scan *scan, bool verbose) {
  if (verbose)
    return true;
  if (is_only_skipped(scan))
    return false;
  if (scan->result->status == SCAN_OK && (!scan->result->os_known || scan->result->os_eol))
    return true;
  return is_bad(scan) || job->status != JOB_UNCHANGED || !scan->result->cached;
}

static void note_scan(struct layout *layout, const struct run_report *report,
                      const struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  if (report->targets.count > 1)
    layout->targets = true;
  if (result->status == SCAN_OK)
    layout->severities |= scan->filter.severities;
  for (uint32_t severity = 0; severity < SEVERITY_COUNT; severity++)
    if (scan->counts.by_severity[severity] > 0)
      layout->severities |= SEVERITY_BIT(severity);
  layout->gates |= scan->gate != GATE_NONE;
  if (result->status != SCAN_OK || result->tool.version == NULL)
    return;
  auto_free char *tool = scan_tool_label(&result->tool);
  if (!strings_has(&layout->tools, tool))
    strings_add(&layout->tools, tool);
}

static char *count_cell(const struct job_scan *scan, uint32_t severity, bool first) {
  if (scan->result->status != SCAN_OK)
    return str_copy(first ? scan_status_name(scan->result->status) : "-");
  if (!(scan->filter.severities & SEVERITY_BIT(severity)) &&
      scan->counts.by_severity[severity] == 0)
    return str_copy("-");
  return str_format("%zu", scan->counts.by_severity[severity]);
}

/* Gets the row's color, if it is the first one that does: the worst severity, or the word. */
static bool is_marked(const struct job_scan *scan, uint32_t severity) {
  return scan->result->status != SCAN_OK || scan->counts.by_severity[severity] > 0;
}

static char *gate_cell(const struct job_scan *scan) {
  size_t violations = job_scan_violations(scan);
  const char *verdict = gate_verdict_name(scan->verdict);
  if (verdict == NULL)
    return str_copy("-");
  return violations > 0 ? str_format("%s: %zu", verdict, violations) : str_copy(verdict);
}

static const char *color_of(const struct job_scan *scan) {
  if (scan->result->status == SCAN_FAILED || scan->result->status == SCAN_TIMEOUT ||
      scan->counts.by_severity[ARTM_SEVERITY_CRITICAL] > 0)
    return RED;
  return is_bad(scan) ? YELLOW : NULL;
}

/* The findings that a gate only warns of; a job that is blocked has them among the failures. */
static char *violations_text(const struct job_scan *scan) {
  auto_buf out = {0};
  size_t count = job_scan_violations(scan), named = 0;
  for (size_t i = 0; i < scan->row_count && named < NAMED_MAX; i++) {
    if (!scan->rows[i].violates)
      continue;
    const struct artm_finding *finding = scan->rows[i].finding;
    auto_free char *text = finding_text(finding), *shown = excerpt(text, EXCERPT_NAME);
    buf_printf(&out, "    %s %s\n", severity_name(finding->severity), shown);
    named++;
  }
  if (count > named)
    buf_printf(&out, "    and %zu more\n", count - named);
  return out.len > 0 ? buf_take(&out) : NULL;
}

static void add_heading(struct table *table, const struct layout *layout) {
  struct table_row *row = table_add(table);
  size_t at = 0;
  row->cells[at++] = str_copy("IMAGE");
  if (layout->targets)
    row->cells[at++] = str_copy("TARGET");
  row->cells[at++] = str_copy("PLATFORM");
  if (layout->scanners)
    row->cells[at++] = str_copy("SCANNER");
  row->cells[at++] = str_copy("OS");
  for (size_t i = 0; i < at; i++)
    table->cut[i] = true;
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    if (!(layout->severities & SEVERITY_BIT(severity_of_rank(rank))))
      continue;
    table->right[at] = true;
    row->cells[at++] = str_copy(severity_name(severity_of_rank(rank)));
  }
  if (layout->gates)
    row->cells[at++] = str_copy("GATE");
  table->columns = at;
}

static void add_scan(struct table *table, const struct layout *layout, const struct job_record *job,
                     const struct job_scan *scan, bool color) {
  struct table_row *row = table_add(table);
  const struct scan_result *result = scan->result;
  size_t at = 0;
  row->cells[at++] = job_label(job);
  if (layout->targets)
    row->cells[at++] = guard_field(job->target);
  row->cells[at++] = guard_field(scan_platform(scan));
  if (layout->scanners)
    row->cells[at++] = guard_field(result->tool.plugin);
  row->cells[at++] = scan_system_cell(result);
  size_t first = at;
  bool marked = false;
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (layout->severities & SEVERITY_BIT(severity)) {
      if (!marked && is_marked(scan, severity)) {
        row->colored = at;
        marked = true;
      }
      row->cells[at] = count_cell(scan, severity, at == first);
      at++;
    }
  }
  if (layout->gates) {
    row->colored = marked ? row->colored : at;
    row->cells[at++] = gate_cell(scan);
  }
  row->color = color ? color_of(scan) : NULL;
  if (scan->verdict == VERDICT_WARN)
    row->below = violations_text(scan);
}

static void leave_out(struct layout *layout, const struct job_scan *scan) {
  for (size_t i = 0; i < SEVERITY_COUNT; i++)
    layout->unlisted[i] += scan->counts.by_severity[i];
}

static void add_unlisted(const struct layout *layout, bool any, struct buf *out) {
  if (layout->unlisted_images == 0)
    return;
  buf_printf(out, "%s%zu %sunchanged %s with ", any ? "and " : "", layout->unlisted_images,
             any ? "more " : "", layout->unlisted_images == 1 ? "image" : "images");
  totals_findings(layout->unlisted, out);
  buf_text(out, "; --verbose lists them\n");
}

/* Rows, and in layout what has none. */
static void add_rows(const struct run_report *report, const struct report_view *view,
                     struct layout *layout, struct table *table) {
  add_heading(table, layout);
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    bool unlisted = false;
    for (size_t j = 0; j < job->scan_count; j++) {
      if (is_listed(job, &job->scans[j], view->verbose)) {
        add_scan(table, layout, job, &job->scans[j], view->color);
        layout->end_of_life |= job->scans[j].result->status == SCAN_OK &&
                               job->scans[j].result->os_known && job->scans[j].result->os_eol;
        continue;
      }
      unlisted |= !is_only_skipped(&job->scans[j]);
      leave_out(layout, &job->scans[j]);
    }
    layout->unlisted_images += unlisted;
  }
}

static struct layout survey(const struct run_report *report, bool verbose) {
  struct layout layout = {0};
  const char *plugin = NULL;
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      note_scan(&layout, report, scan);
      if (!verbose && is_only_skipped(scan))
        continue;
      layout.scanners |= plugin != NULL && !text_equal(plugin, scan->result->tool.plugin);
      plugin = scan->result->tool.plugin;
    }
  if (layout.severities == 0) /* no result at all: a place for the word instead of numbers */
    layout.severities = SEVERITY_BIT(ARTM_SEVERITY_CRITICAL);
  return layout;
}

static bool has_scans(const struct run_report *report) {
  for (size_t i = 0; i < report->job_count; i++)
    if (report->jobs[i]->scan_count > 0)
      return true;
  return false;
}

void render_scan_table(const struct run_report *report, const struct report_view *view,
                       struct buf *out) {
  if (!has_scans(report))
    return;
  __attribute__((cleanup(table_done))) struct table table = {0};
  struct layout layout = survey(report, view->verbose);
  auto_buf text = {0};
  add_rows(report, view, &layout, &table);
  for (size_t i = 0; i < layout.tools.count; i++)
    buf_printf(&text, "Scanned by %s\n", layout.tools.items[i]);
  table_write(&table, view->width > 0 ? (size_t)view->width : 0, &text);
  if (layout.end_of_life)
    buf_text(&text, "EOL: at its end of life, newer vulnerabilities may be missing\n");
  add_unlisted(&layout, table.count > 1, &text);
  scan_causes_text(report, &text);
  guard_text(out, text.data != NULL ? text.data : "");
  strings_done(&layout.tools);
}
