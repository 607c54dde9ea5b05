/* SPDX-License-Identifier: Apache-2.0 */
/* What people read after a run: the jobs, totals, failures. */
#include "base/memory.h"
#include "report/guard.h"
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

void run_report_text(const struct run_report *report, const struct report_view *view,
                     struct buf *out) {
  auto_buf text = {0};
  run_table_text(report, view, false, &text);
  if (!view->quiet) {
    buf_text(&text, text.len > 0 ? "\n" : "");
    add_totals(report, &text);
    run_notices_text(report, &text);
  }
  run_failures_text(report, view->color, &text);
  if (text.len > 0)
    guard_text(out, text.data);
}
