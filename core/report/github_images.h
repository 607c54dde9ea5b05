/* SPDX-License-Identifier: Apache-2.0 */
/* What a run's scans found, image by image, whatever the number of targets, platforms and scanners;
 * for the annotations and outputs of a workflow. */
#ifndef REPORT_GITHUB_IMAGES_H
#define REPORT_GITHUB_IMAGES_H
#include "report/run.h"

struct image_tally {
  const struct job_record *job; /* the first one with this label */
  size_t place;                 /* in matrix order */
  char *label;                  /* "name:version", escaped, redacted */
  size_t worst[SEVERITY_COUNT]; /* of one platform by one scanner; by ARTM_SEVERITY_* */
  bool scanned;                 /* a scan came to its end */
};
struct image_tallies {
  struct image_tally *items; /* in matrix order */
  size_t count;
  size_t scans[4]; /* by enum scan_status, as the totals count them */
};
void image_tallies_of(const struct run_report *, struct image_tallies *ret);
void image_tallies_done(struct image_tallies *);
/* Worst first: by CRITICAL, HIGH and MEDIUM; equal ones stay in order. */
void image_tallies_sort(struct image_tallies *);
#endif
