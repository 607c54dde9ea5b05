/* SPDX-License-Identifier: Apache-2.0 */
/* Why scans have no result: each cause once, however many images and platforms it hit. */
#ifndef REPORT_SCAN_CAUSES_H
#define REPORT_SCAN_CAUSES_H
#include "report/run.h"

struct scan_cause {
  const struct scan_result *result; /* the first one that has it */
  size_t scans;                     /* counted as the totals do */
  bool told;                        /* a notice says it, or the failure of each job that it hit */
};
struct scan_causes {
  struct scan_cause *items; /* in matrix order */
  size_t count, capacity;
};
struct scan_causes scan_causes_of(const struct run_report *);
void scan_causes_done(struct scan_causes *);
/* "12 scans by trivy failed: what happened", and a line with the hint; without those that are told
 * elsewhere. */
void scan_causes_text(const struct run_report *, struct buf *out);
/* ": what happened" of the first one with this status, and how many other causes there are; "" if
 * it is not known. Not escaped. Caller frees. */
char *scan_causes_first(const struct run_report *, enum scan_status);
#endif
