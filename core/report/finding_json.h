/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JSON, both ways. */
#ifndef REPORT_FINDING_JSON_H
#define REPORT_FINDING_JSON_H
#include "report/json_read.h"
#include "report/scan.h"

/* The finding itself, without what a job makes of it. Caller decrefs. */
json_t *finding_json(const struct artm_finding *);
struct finding_cache;
/* The same from the cache, if the result is in it; the caller decrefs and does not change it. */
json_t *finding_cache_get(struct finding_cache *, const struct scan_result *,
                          const struct artm_finding *);
/* Adds what was read to a result. */
void finding_read(struct json_reader *, const json_t *, struct scan_result *);
#endif
