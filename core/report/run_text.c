/* SPDX-License-Identifier: Apache-2.0 */
/* What people read after a run: the jobs, totals, failures. */
#include "base/memory.h"
#include "report/guard.h"
#include "report/render.h"
#include "report/run.h"
#include "report/run_failures.h"
#include "report/run_table.h"
#include "report/totals.h"

static void add_totals(const struct run_report *report, struct buf *out) {
  struct totals sum = totals_of(report);
  auto_free char *sent = text_size(sum.bytes_sent);
  auto_free char *there = text_size(sum.bytes_mounted + sum.bytes_present);
  auto_free char *time = run_time(report->start_ms, report->end_ms);
  buf_printf(out, "%zu %s", sum.jobs, sum.jobs == 1 ? "job" : "jobs");
  if (sum.jobs > 0) {
    buf_text(out, ": ");
    totals_statuses(&sum, out);
  }
  totals_referrers(&sum, "copied", out);
  buf_printf(out, "; %s sent, %s mounted or already there, %llu %s, %s\n", sent, there,
             (unsigned long long)sum.requests, sum.requests == 1 ? "request" : "requests", time);
}

/* "20 manifests scanned: 2 CRITICAL, 3 HIGH; 1 scan failed, 2 skipped": no result is not 0. */
static void add_scan_totals(const struct run_report *report, struct buf *out) {
  struct totals sum = totals_of(report);
  const char *between = "";
  if (sum.scans[SCAN_OK] > 0) {
    buf_printf(out, "%zu %s: ", sum.scans[SCAN_OK],
               sum.scans[SCAN_OK] == 1 ? "manifest scanned" : "manifests scanned");
    totals_findings(sum.findings, out);
    between = "; ";
  }
  for (enum scan_status status = SCAN_FAILED; status <= SCAN_SKIPPED; status++) {
    if (sum.scans[status] == 0)
      continue;
    buf_printf(out, "%s%zu %s %s", between, sum.scans[status],
               sum.scans[status] == 1 ? "scan" : "scans",
               status == SCAN_TIMEOUT ? "timed out" : scan_status_name(status));
    between = ", ";
  }
  buf_text(out, between[0] != '\0' ? "\n" : "");
}

static void add_scan_table(const struct run_report *report, const struct report_view *view,
                           struct buf *out) {
  auto_buf table = {0};
  render_scan_table(report, view, &table);
  if (table.len > 0)
    buf_printf(out, "%s%s", out->len > 0 ? "\n" : "", table.data);
}

void run_report_text(const struct run_report *report, const struct report_view *view,
                     struct buf *out) {
  auto_buf text = {0};
  run_table_text(report, view, false, &text);
  if (!view->quiet) {
    add_scan_table(report, view, &text);
    buf_text(&text, text.len > 0 ? "\n" : "");
    add_totals(report, &text);
    add_scan_totals(report, &text);
    run_notices_text(report, &text);
  }
  run_failures_text(report, view->color, &text);
  if (text.len > 0)
    guard_text(out, text.data);
}
