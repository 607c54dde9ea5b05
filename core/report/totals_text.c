/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the jobs of a run report, in words. */
#include "base/memory.h"
#include "report/run_table.h"
#include "report/scan_label.h"
#include "report/totals.h"

void totals_findings(const size_t by_severity[SEVERITY_COUNT], struct buf *out) {
  bool first = true;
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (by_severity[severity] == 0)
      continue;
    buf_printf(out, "%s%zu %s", first ? "" : ", ", by_severity[severity], severity_name(severity));
    first = false;
  }
  if (first)
    buf_text(out, "no findings");
}

void totals_statuses(const struct totals *sum, struct buf *out) {
  static const enum job_status order[] = {
      JOB_CREATED, JOB_UPDATED, JOB_WOULD_CREATE, JOB_WOULD_UPDATE, JOB_UNCHANGED, JOB_KEPT,
      JOB_PENDING, JOB_SKIPPED, JOB_CANCELLED,    JOB_BLOCKED,      JOB_FAILED};
  bool first = true;
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    if (sum->status[order[i]] == 0)
      continue;
    buf_printf(out, "%s%zu %s", first ? "" : ", ", sum->status[order[i]],
               job_status_name(order[i]));
    first = false;
  }
}

void totals_referrers(const struct totals *sum, const char *what, struct buf *out) {
  if (sum->referrers_copied > 0)
    buf_printf(out, "; %llu referrer%s %s", (unsigned long long)sum->referrers_copied,
               sum->referrers_copied == 1 ? "" : "s", what);
}

static bool only_scans(const struct run_report *report) {
  return text_equal(report->command, "scan");
}

void totals_run(const struct run_report *report, const struct totals *sum, struct buf *out) {
  auto_free char *sent = text_size(sum->bytes_sent);
  auto_free char *there = text_size(sum->bytes_mounted + sum->bytes_present);
  auto_free char *time = run_time(report->start_ms, report->end_ms);
  buf_printf(out, "%zu %s", sum->jobs, sum->jobs == 1 ? "job" : "jobs");
  if (sum->jobs > 0) {
    buf_text(out, ": ");
    totals_statuses(sum, out);
  }
  totals_referrers(sum, "copied", out);
  if (!only_scans(report))
    buf_printf(out, "; %s sent, %s mounted or already there", sent, there);
  buf_printf(out, "%s %llu %s, %s", only_scans(report) ? ";" : ",",
             (unsigned long long)sum->requests, sum->requests == 1 ? "request" : "requests", time);
}

static void add_systems(const struct totals *sum, struct buf *out) {
  if (sum->os_unknown > 0)
    buf_printf(out, " (%zu with os unknown", sum->os_unknown);
  if (sum->os_eol > 0)
    buf_printf(out, "%s%zu with os at its end of life", sum->os_unknown > 0 ? ", " : " (",
               sum->os_eol);
  buf_text(out, sum->os_unknown + sum->os_eol > 0 ? ")" : "");
}

static void add_results(const struct totals *sum, struct buf *out) {
  size_t scans = sum->scans[SCAN_OK];
  buf_printf(out, "%zu %s", scans, scans == 1 ? "scan" : "scans");
  if (sum->cached == scans)
    buf_text(out, scans == 1 ? " (from an earlier run)" : " (all from earlier runs)");
  else if (sum->cached > 0)
    buf_printf(out, " (%zu from earlier runs)", sum->cached);
  buf_text(out, ": ");
  totals_findings(sum->findings, out);
  add_systems(sum, out);
}

/* Charts have nothing to scan, and an entry may want no scanner. */
static const char *why_nothing(const struct totals *sum) {
  size_t undone = sum->status[JOB_FAILED] + sum->status[JOB_BLOCKED] + sum->status[JOB_SKIPPED] +
                  sum->status[JOB_CANCELLED] + sum->status[JOB_PENDING];
  if (sum->jobs == 0)
    return "no job was selected";
  if (undone == sum->jobs)
    return "no job came to its end";
  return "what was selected is no image, or every scanner is off for it";
}

void totals_scans(const struct run_report *report, const struct totals *sum, struct buf *out) {
  const char *between = "";
  if (sum->scans[SCAN_OK] > 0) {
    add_results(sum, out);
    between = "; ";
  }
  for (enum scan_status status = SCAN_FAILED; status <= SCAN_SKIPPED; status++) {
    if (sum->scans[status] == 0)
      continue;
    buf_printf(out, "%s%zu %s %s", between, sum->scans[status],
               sum->scans[status] == 1 ? "scan" : "scans", scan_status_word(status));
    between = ", ";
  }
  if (between[0] == '\0' && only_scans(report))
    buf_printf(out, "nothing was scanned: %s", why_nothing(sum));
}
