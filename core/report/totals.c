/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the jobs of a run report. */
#include "report/totals.h"
#include "base/map.h"
#include "base/memory.h"
#include <stdlib.h>

struct seen_scan {
  size_t findings[SEVERITY_COUNT], suppressed;
};

char *totals_scan_key(const struct scan_result *result) {
  if (result->manifest_digest == NULL || result->manifest_digest[0] == '\0')
    return NULL;
  return str_format("%d %s %s", (int)result->status, result->tool.plugin, result->manifest_digest);
}

static void count_scan(const struct scan_result *result, struct totals *sum) {
  sum->scans[result->status]++;
  if (result->status != SCAN_OK)
    return;
  sum->cached += result->cached;
  sum->os_unknown += !result->os_known;
  sum->os_eol += result->os_known && result->os_eol;
}

/* The most that any job is shown of it: their filters may differ. */
static void see_scan(struct map *seen, const struct job_scan *scan, struct totals *sum) {
  auto_free char *key = totals_scan_key(scan->result);
  if (key == NULL)
    key = str_format("%zu", seen->count);
  struct seen_scan *known = map_get(seen, key);
  if (known == NULL) {
    count_scan(scan->result, sum);
    known = mem_alloc(sizeof *known);
    map_put(seen, key, known);
  }
  for (size_t i = 0; i < SEVERITY_COUNT; i++)
    if (scan->counts.by_severity[i] > known->findings[i])
      known->findings[i] = scan->counts.by_severity[i];
  if (scan->unfiltered.suppressed > known->suppressed)
    known->suppressed = scan->unfiltered.suppressed;
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
    sum->suppressed += scan->suppressed;
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
