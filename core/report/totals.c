/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the jobs of a run report. */
#include "report/totals.h"
#include "base/map.h"
#include "base/memory.h"
#include <stdlib.h>

struct seen_scan {
  size_t findings[SEVERITY_COUNT];
};

/* The most that any job is shown of it: their filters may differ. */
static void see_scan(struct map *seen, const struct job_scan *scan, struct totals *sum) {
  const struct scan_result *result = scan->result;
  const char *digest = result->manifest_digest != NULL ? result->manifest_digest : "";
  auto_free char *key = str_format("%d %s %s", (int)result->status, result->tool.plugin, digest);
  struct seen_scan *known = map_get(seen, key);
  if (known == NULL || digest[0] == '\0')
    sum->scans[result->status]++;
  if (known == NULL) {
    known = mem_alloc(sizeof *known);
    map_put(seen, key, known);
  }
  for (size_t i = 0; i < SEVERITY_COUNT; i++)
    if (scan->counts.by_severity[i] > known->findings[i])
      known->findings[i] = scan->counts.by_severity[i];
}

static void sum_scans(const struct run_report *report, struct totals *sum) {
  struct map seen = {0};
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++)
      see_scan(&seen, &report->jobs[i]->scans[j], sum);
  for (size_t i = 0; i < seen.count; i++) {
    struct seen_scan *scan = seen.items[i].value;
    for (size_t severity = 0; severity < SEVERITY_COUNT; severity++)
      sum->findings[severity] += scan->findings[severity];
    free(scan);
  }
  map_done(&seen);
}

struct totals totals_of(const struct run_report *report) {
  struct totals sum = {.jobs = report->job_count};
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    sum.status[job->status]++;
    sum.policy += job->policy.code != 0;
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
  sum_scans(report, &sum);
  return sum;
}

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
