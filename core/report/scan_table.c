/* SPDX-License-Identifier: Apache-2.0 */
/* The table of scans: one line an image, platform and scanner. */
#include "base/map.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/render.h"
#include "report/run_table.h"
#include "report/scan_label.h"
#include "report/table.h"
#include "report/totals.h"

#define RED "\033[31m"
#define YELLOW "\033[33m"

/* What the whole table needs to know, and what it leaves out. */
struct layout {
  bool targets, scanners, gates;
  uint32_t severities; /* columns */
  struct strings tools;
  struct map reasons;     /* why images were not scanned */
  size_t unlisted_images; /* unchanged ones without anything new or bad */
  size_t unlisted[SEVERITY_COUNT];
};

static bool is_bad(const struct job_scan *scan) {
  const size_t *counts = scan->counts.by_severity;
  return scan->result->status != SCAN_OK || counts[ARTM_SEVERITY_CRITICAL] > 0 ||
         counts[ARTM_SEVERITY_HIGH] > 0 || scan->verdict == VERDICT_WARN ||
         scan->verdict == VERDICT_BLOCK || job_scan_violations(scan) > 0;
}

/* A scanner that is not there skips every image: its reason is said once. */
static bool is_only_skipped(const struct job_scan *scan) {
  return scan->result->status == SCAN_SKIPPED && !scan->required && scan->verdict != VERDICT_BLOCK;
}

static bool is_listed(const struct job_record *job, const struct job_scan *scan, bool verbose) {
  if (verbose)
    return true;
  if (is_only_skipped(scan))
    return false;
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
  if (result->tool.version == NULL)
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
  table->colored = at;
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
  row->cells[at++] = guard_field(scan->platform != NULL ? scan->platform : "-");
  if (layout->scanners)
    row->cells[at++] = guard_field(result->tool.plugin);
  row->cells[at++] = scan_system_label(result);
  size_t first = at;
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (layout->severities & SEVERITY_BIT(severity)) {
      row->cells[at] = count_cell(scan, severity, at == first);
      at++;
    }
  }
  if (layout->gates)
    row->cells[at++] = gate_cell(scan);
  row->color = color ? color_of(scan) : NULL;
  if (result->status != SCAN_OK) {
    auto_free char *cause = scan_cause_label(result);
    row->below = str_format("    %s\n", cause);
  }
}

static void leave_out(struct layout *layout, const struct job_scan *scan) {
  if (is_only_skipped(scan)) {
    auto_free char *tool = guard_field(scan->result->tool.plugin);
    auto_free char *cause = scan_cause_label(scan->result);
    auto_free char *reason = str_format("by %s %s", tool, cause);
    size_t before = (size_t)(uintptr_t)map_get(&layout->reasons, reason);
    map_put(&layout->reasons, reason, (void *)(uintptr_t)(before + 1));
    return;
  }
  for (size_t i = 0; i < SEVERITY_COUNT; i++)
    layout->unlisted[i] += scan->counts.by_severity[i];
}

static void add_unlisted(const struct layout *layout, bool any, struct buf *out) {
  for (size_t i = 0; i < layout->reasons.count; i++) {
    size_t count = (size_t)(uintptr_t)layout->reasons.items[i].value;
    buf_printf(out, "%zu %s %s\n", count, count == 1 ? "scan" : "scans",
               layout->reasons.items[i].key);
  }
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
        continue;
      }
      unlisted |= !is_only_skipped(&job->scans[j]);
      leave_out(layout, &job->scans[j]);
    }
    layout->unlisted_images += unlisted;
  }
}

static struct layout survey(const struct run_report *report) {
  struct layout layout = {0};
  const char *plugin = NULL;
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      note_scan(&layout, report, scan);
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
  struct layout layout = survey(report);
  auto_buf text = {0};
  add_rows(report, view, &layout, &table);
  for (size_t i = 0; i < layout.tools.count; i++)
    buf_printf(&text, "Scanned by %s\n", layout.tools.items[i]);
  table_write(&table, view->width > 0 ? (size_t)view->width : 0, &text);
  add_unlisted(&layout, table.count > 1, &text);
  guard_text(out, text.data != NULL ? text.data : "");
  strings_done(&layout.tools);
  map_done(&layout.reasons);
}
