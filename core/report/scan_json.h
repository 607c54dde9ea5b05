/* SPDX-License-Identifier: Apache-2.0 */
/* Scans as JSON: schema artmirror.scan/1 (docs/run-report.schema.json), both ways. */
#ifndef REPORT_SCAN_JSON_H
#define REPORT_SCAN_JSON_H
#include "report/run.h"

/* A whole result, for the scan cache: no filter, no job, every finding. Caller decrefs. */
json_t *scan_result_json(const struct scan_result *);
/* Reads it again; text from it is bounded. ARTM_E_DIGEST: it is none. raw_file stays NULL. */
int scan_result_read(const json_t *, struct scan_result **ret, struct error *err);
/* One scan of a job, with secrets taken out. Caller decrefs. */
json_t *job_scan_json(const struct job_record *, const struct job_scan *);
/* Reads it again, with a result of its own that goes to the report's list. ARTM_E_CONFIG: it is
 * none. */
int job_scan_read(const json_t *, struct run_report *, struct job_scan *ret, struct error *err);

/* Findings that several jobs share, made once: a run's report is not larger in memory than need
 * be. */
struct finding_cache;
struct finding_cache *finding_cache_new(const struct run_report *);
void finding_cache_free(struct finding_cache *);
/* As job_scan_json, with what the cache has of the finding; NULL: no cache. */
json_t *job_scan_json_shared(const struct job_record *, const struct job_scan *,
                             struct finding_cache *);
#endif
