/* SPDX-License-Identifier: Apache-2.0 */
/* What people read of a plan: what each job would do, and what it would cost. */
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
  buf_printf(out, "%zu %s", sum.jobs, sum.jobs == 1 ? "job" : "jobs");
  if (sum.jobs > 0) {
    buf_text(out, ": ");
    totals_statuses(&sum, out);
  }
  totals_referrers(&sum, "to copy", out);
  buf_printf(out, "; %s to send in %llu %s, %s to mount or already there\n", sent,
             (unsigned long long)sum.blobs_sent, sum.blobs_sent == 1 ? "blob" : "blobs", there);
}

/* "6h", "90m", "45s": windows are round numbers. */
static char *window_text(uint64_t seconds) {
  uint64_t unit = seconds % 3600 == 0 ? 3600 : seconds % 60 == 0 ? 60 : 1;
  return str_format("%llu%c", (unsigned long long)(seconds / unit),
                    unit == 3600 ? 'h'
                    : unit == 60 ? 'm'
                                 : 's');
}

static void add_budget(const struct run_budget *budget, struct buf *out) {
  auto_free char *registry = guard_field(budget->registry);
  buf_printf(out, "%s: %llu counted %s needed, ", registry, (unsigned long long)budget->needed,
             budget->needed == 1 ? "pull" : "pulls");
  if (!budget->known) {
    buf_text(out, "how many are left is not known\n");
    return;
  }
  buf_printf(out, "%llu of %llu left", (unsigned long long)budget->remaining,
             (unsigned long long)budget->limit);
  if (budget->window_seconds > 0) {
    auto_free char *window = window_text(budget->window_seconds);
    buf_printf(out, ", window %s", window);
  }
  buf_text(out, budget->needed > budget->remaining ? ": not enough\n" : "\n");
}

void run_plan_text(const struct run_report *report, const struct report_view *view,
                   struct buf *out) {
  auto_buf text = {0};
  run_table_text(report, view, true, &text);
  if (!view->quiet) {
    buf_text(&text, text.len > 0 ? "\n" : "");
    add_totals(report, &text);
    for (size_t i = 0; i < report->budget_count; i++)
      add_budget(&report->budgets[i], &text);
    run_notices_text(report, &text);
  }
  run_failures_text(report, view->color, &text);
  if (text.len > 0)
    guard_text(out, text.data);
}
