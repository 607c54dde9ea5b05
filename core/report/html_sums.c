/* SPDX-License-Identifier: Apache-2.0 */
/* What the HTML report says of all scans together. */
#include "report/html.h"

static void add_scan(struct html_scan_sums *sums, const struct job_scan *scan) {
  if (sums->scanners < 2 && !text_equal(sums->scanner, scan->result->tool.plugin)) {
    sums->scanner = scan->result->tool.plugin;
    sums->scanners++;
  }
  sums->scans++;
  sums->statuses[scan->result->status]++;
  sums->rows += scan->row_count;
  sums->violated += scan->verdict == VERDICT_WARN || scan->verdict == VERDICT_BLOCK;
  sums->severities |= scan->filter.severities;
  if (scan->result->status != SCAN_OK)
    return;
  for (uint32_t i = 0; i < SEVERITY_COUNT; i++)
    if (scan->counts.by_severity[i] > 0)
      sums->severities |= SEVERITY_BIT(i);
}

struct html_scan_sums html_scan_sums(const struct run_report *report) {
  struct html_scan_sums sums = {0};
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++)
      add_scan(&sums, &report->jobs[i]->scans[j]);
  return sums;
}

const char *html_severity_kind(uint32_t severity) {
  static const char *const kinds[SEVERITY_COUNT] = {
      [ARTM_SEVERITY_UNKNOWN] = "unknown",       [ARTM_SEVERITY_NONE] = "unknown",
      [ARTM_SEVERITY_NEGLIGIBLE] = "negligible", [ARTM_SEVERITY_LOW] = "low",
      [ARTM_SEVERITY_MEDIUM] = "medium",         [ARTM_SEVERITY_HIGH] = "high",
      [ARTM_SEVERITY_CRITICAL] = "critical",
  };
  return severity < SEVERITY_COUNT ? kinds[severity] : "unknown";
}

void html_severities(struct buf *out, const size_t *by_severity, uint32_t severities) {
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (!(severities & SEVERITY_BIT(severity)))
      continue;
    buf_printf(out, "<span class=\"count%s\"><b>", by_severity[severity] == 0 ? " zero" : "");
    html_number(out, by_severity[severity]);
    buf_printf(out, "</b> <span class=\"mark %s\">%s</span></span> ", html_severity_kind(severity),
               severity_name(severity));
  }
}
