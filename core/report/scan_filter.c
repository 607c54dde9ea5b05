/* SPDX-License-Identifier: Apache-2.0 */
/* What a job makes of a scan: rows by its filter, and counts. */
#include "base/text.h"
#include "report/scan.h"
#include <stdlib.h>
#include <string.h>

const char *gate_mode_name(enum gate_mode mode) {
  static const char *const names[] = {
      [GATE_NONE] = NULL, [GATE_WARN] = "warn", [GATE_BLOCK] = "block"};
  return names[mode];
}

const char *gate_verdict_name(enum gate_verdict verdict) {
  static const char *const names[] = {[VERDICT_NONE] = NULL,
                                      [VERDICT_PASS] = "pass",
                                      [VERDICT_WARN] = "warn",
                                      [VERDICT_BLOCK] = "block"};
  return names[verdict];
}

bool scan_filter_shows(const struct scan_filter *filter, const struct artm_finding *finding) {
  if (finding->severity >= SEVERITY_COUNT ||
      !(filter->severities & SEVERITY_BIT(finding->severity)))
    return false;
  if (finding->package_class >= 32 ||
      !(filter->package_classes & PACKAGE_BIT(finding->package_class)))
    return false;
  return !filter->ignore_unfixed || finding->fix_state == ARTM_FIX_FIXED;
}

void job_scan_done(struct job_scan *scan) {
  free(scan->platform);
  free(scan->repository);
  free(scan->rows);
  free(scan->raw_path);
  *scan = (struct job_scan){0};
}

struct counting {
  struct scan_counts counts;
  const char **ids; /* of the findings counted */
};

static void count_one(struct counting *counting, const struct artm_finding *finding) {
  struct scan_counts *counts = &counting->counts;
  uint32_t severity = finding->severity < SEVERITY_COUNT ? finding->severity : 0;
  if (finding->suppressed_status != NULL) {
    counts->suppressed++;
    return;
  }
  counting->ids[counts->total++] = finding->id != NULL ? finding->id : "";
  counts->by_severity[severity]++;
  if (finding->fix_state == ARTM_FIX_FIXED)
    counts->fixable[severity]++;
}

static int compare_ids(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct scan_counts counting_end(struct counting *counting) {
  struct scan_counts *counts = &counting->counts;
  if (counts->total > 1)
    qsort(counting->ids, counts->total, sizeof *counting->ids, compare_ids);
  for (size_t i = 0; i < counts->total; i++)
    counts->unique_ids += i == 0 || strcmp(counting->ids[i - 1], counting->ids[i]) != 0;
  free(counting->ids);
  return *counts;
}

void scan_count_rows(struct job_scan *scan) {
  struct counting counting = {.ids = mem_array(scan->row_count, sizeof(char *))};
  for (size_t i = 0; i < scan->row_count; i++)
    if (scan->rows[i].shown)
      count_one(&counting, scan->rows[i].finding);
  scan->counts = counting_end(&counting);
}

static void count_all(struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  struct counting counting = {.ids = mem_array(result->finding_count, sizeof(char *))};
  for (size_t i = 0; i < result->finding_count; i++)
    count_one(&counting, &result->findings[i]);
  scan->unfiltered = counting_end(&counting);
}

void job_scan_filter(struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  free(scan->rows);
  scan->rows = NULL;
  scan->row_count = 0;
  size_t capacity = 0;
  for (size_t i = 0; i < result->finding_count; i++) {
    const struct artm_finding *finding = &result->findings[i];
    if (!scan_filter_shows(&scan->filter, finding))
      continue;
    scan->rows = mem_grow(scan->rows, scan->row_count, &capacity, sizeof *scan->rows);
    scan->rows[scan->row_count++] = (struct scan_row){.finding = finding, .shown = true};
  }
  scan_count_rows(scan);
  count_all(scan);
}

size_t job_scan_violations(const struct job_scan *scan) {
  size_t count = 0;
  for (size_t i = 0; i < scan->row_count; i++)
    count += scan->rows[i].violates;
  return count;
}
