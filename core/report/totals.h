/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the jobs of a run report. */
#ifndef REPORT_TOTALS_H
#define REPORT_TOTALS_H
#include "report/run.h"

struct totals {
  size_t jobs;
  size_t status[JOB_WOULD_UPDATE + 1];
  uint64_t bytes_sent, blobs_sent;
  uint64_t bytes_mounted, blobs_mounted;
  uint64_t bytes_present, blobs_present;
  uint64_t manifests_sent, counted_pulls, requests, retries;
  uint64_t referrers_copied, referrers_present;
  size_t policy; /* jobs at the target that a policy is against */
  /* Each manifest and scanner once, however many jobs share it. */
  size_t scans[SCAN_SKIPPED + 1];  /* by enum scan_status */
  size_t findings[SEVERITY_COUNT]; /* that are shown; by ARTM_SEVERITY_* */
  size_t suppressed;
  size_t cached, os_unknown, os_eol; /* of the scans with a result */
};
struct totals totals_of(const struct run_report *);
/* "3 created, 15 unchanged, 1 failed": only what there is. */
void totals_statuses(const struct totals *, struct buf *out);
/* "2 CRITICAL, 3 HIGH": what is not 0, worst first; "no findings" without any. */
void totals_findings(const size_t by_severity[SEVERITY_COUNT], struct buf *out);
/* "3 jobs: 3 created; 1.2 MB sent, 0 B mounted or already there, 20 requests, 4.5s"; of a scan,
 * without bytes. */
void totals_run(const struct run_report *, const struct totals *, struct buf *out);
/* "6 scans (4 from earlier runs): 2 CRITICAL, 3 HIGH; 1 scan failed": no result is not 0. Nothing
 * without scans; but a run that was to scan says so. */
void totals_scans(const struct run_report *, const struct totals *, struct buf *out);
/* What is the same for scans that are counted once; NULL: counted for itself. Caller frees. */
char *totals_scan_key(const struct scan_result *);
/* "; 2 referrers copied", if there are any. */
void totals_referrers(const struct totals *, const char *what, struct buf *out);
#endif
