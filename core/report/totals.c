/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the jobs of a run report. */
#include "report/totals.h"

struct totals totals_of(const struct run_report *report) {
  struct totals sum = {.jobs = report->job_count};
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    sum.status[job->status]++;
    sum.bytes_sent += job->bytes_sent;
    sum.blobs_sent += job->blobs_sent;
    sum.bytes_mounted += job->bytes_mounted;
    sum.blobs_mounted += job->blobs_mounted;
    sum.bytes_present += job->bytes_present;
    sum.blobs_present += job->blobs_present;
    sum.manifests_sent += job->manifests_sent;
    sum.counted_pulls += job->counted_pulls;
    sum.referrers_copied += job->referrers_copied;
    sum.referrers_present += job->referrers_present;
    for (size_t j = 0; j < job->request_count; j++) {
      sum.requests += job->requests[j].requests;
      sum.retries += job->requests[j].retries;
    }
  }
  return sum;
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
