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
  auto_buf scans = {0};
  totals_run(report, &sum, out);
  totals_scans(report, &sum, &scans);
  buf_printf(out, "\n%s%s", scans.len > 0 ? scans.data : "", scans.len > 0 ? "\n" : "");
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
    run_notices_text(report, &text);
  }
  run_failures_text(report, view->color, &text);
  if (text.len > 0)
    guard_text(out, text.data);
}
