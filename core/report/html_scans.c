/* SPDX-License-Identifier: Apache-2.0 */
/* Scans of the HTML report: a bar of severities for each image, the worst first. */
#include "base/memory.h"
#include "report/html.h"
#include "report/scan_label.h"
#include <stdlib.h>

struct place { /* of a scan in the report */
  const struct job_scan *scan;
  size_t job;
  size_t at; /* in the report's order */
};

static bool has_result(const struct job_scan *scan) {
  return scan->result->status == SCAN_OK;
}

/* Failed scans first, as nobody knows what they hide; skipped ones last. */
static int class_of(const struct job_scan *scan) {
  static const int classes[] = {
      [SCAN_OK] = 1, [SCAN_FAILED] = 0, [SCAN_TIMEOUT] = 0, [SCAN_SKIPPED] = 2};
  return classes[scan->result->status];
}

static int compare_places(const void *left, const void *right) {
  const struct place *a = left, *b = right;
  if (class_of(a->scan) != class_of(b->scan))
    return class_of(a->scan) - class_of(b->scan);
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0 && has_result(a->scan);) {
    uint32_t severity = severity_of_rank(rank);
    size_t x = a->scan->counts.by_severity[severity], y = b->scan->counts.by_severity[severity];
    if (x != y)
      return x > y ? -1 : 1;
  }
  return a->at < b->at ? -1 : a->at > b->at;
}

static struct place *places_of(const struct run_report *report, size_t count) {
  struct place *places = mem_array(count, sizeof *places);
  size_t at = 0;
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++, at++)
      places[at] = (struct place){&report->jobs[i]->scans[j], i, at};
  qsort(places, count, sizeof *places, compare_places);
  return places;
}

static void add_heading(struct buf *out, uint32_t severities, bool scanners) {
  buf_text(out, "<div class=\"scroll\"><table id=\"scan-table\" class=\"sortable\">\n"
                "<thead><tr><th scope=\"col\">Image</th><th scope=\"col\">Platform</th>");
  if (scanners)
    buf_text(out, "<th scope=\"col\">Scanner</th>");
  buf_text(out, "<th scope=\"col\" data-first=\"descending\">Findings</th>");
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;)
    if (severities & SEVERITY_BIT(severity_of_rank(rank)))
      buf_printf(out, "<th scope=\"col\" class=\"n\" data-first=\"descending\">%s</th>",
                 severity_name(severity_of_rank(rank)));
  buf_text(out, "<th scope=\"col\" class=\"n\" data-first=\"descending\">Unfiltered</th>"
                "<th scope=\"col\">Gate</th></tr></thead>\n<tbody>\n");
}

static void add_image(struct buf *out, const struct run_report *report, const struct place *place,
                      bool scanners) {
  const struct job_scan *scan = place->scan;
  const struct scan_result *result = scan->result;
  const struct job_record *job = report->jobs[place->job];
  buf_printf(out, "<tr><th scope=\"row\" class=\"c-image\"><a href=\"#job-%zu\">", place->job + 1);
  html_name(out, job);
  buf_text(out, "</a>");
  if (report->targets.count > 1) {
    buf_text(out, "<small>");
    html_text(out, job->target);
    buf_text(out, "</small>");
  }
  buf_text(out, "</th><td class=\"c-platform\">");
  html_text(out, scan_platform(scan));
  if (has_result(scan) && result->os_known) {
    buf_text(out, "<small>");
    html_text(out, result->os_family);
    buf_text(out, " ");
    html_text(out, result->os_version);
    buf_text(out, "</small>");
  }
  if (has_result(scan) && !result->os_known)
    html_mark(out, "fair", "os unknown");
  if (has_result(scan) && result->os_known && result->os_eol)
    html_mark(out, "bad", "end of life");
  buf_text(out, "</td>");
  if (!scanners)
    return;
  buf_text(out, "<td class=\"c-scanner\">");
  html_text(out, result->tool.plugin);
  buf_text(out, "</td>");
}

static char *counts_text(const struct job_scan *scan) {
  auto_buf text = {0};
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (scan->counts.by_severity[severity] > 0)
      buf_printf(&text, "%s%zu %s", text.len > 0 ? ", " : "", scan->counts.by_severity[severity],
                 severity_name(severity));
  }
  return text.len > 0 ? buf_take(&text) : str_copy("no findings");
}

static void add_bar(struct buf *out, const struct job_scan *scan, size_t most) {
  if (!has_result(scan)) {
    static const char *const words[] = {[SCAN_OK] = "",
                                        [SCAN_FAILED] = "failed",
                                        [SCAN_TIMEOUT] = "timed out",
                                        [SCAN_SKIPPED] = "skipped"};
    buf_text(out, "<td class=\"c-bar\" data-v=\"-1\">");
    html_mark(out, scan->result->status == SCAN_SKIPPED ? "fair" : "bad",
              words[scan->result->status]);
    buf_text(out, " <span class=\"why\">");
    html_text(out, scan->result->error.message);
    buf_text(out, "</span></td>");
    return;
  }
  struct html_part parts[SEVERITY_COUNT];
  for (unsigned i = 0; i < SEVERITY_COUNT; i++) {
    uint32_t severity = severity_of_rank(SEVERITY_COUNT - 1 - i);
    parts[i] = (struct html_part){html_severity_kind(severity), scan->counts.by_severity[severity]};
  }
  auto_free char *text = counts_text(scan);
  buf_printf(out, "<td class=\"c-bar\" data-v=\"%zu\">", scan->counts.total);
  html_bar(out, parts, SEVERITY_COUNT, most, text);
  buf_text(out, scan->result->cached ? "<small>result of an earlier run</small></td>" : "</td>");
}

static void add_counts(struct buf *out, const struct job_scan *scan, uint32_t severities) {
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (!(severities & SEVERITY_BIT(severity)))
      continue;
    size_t count = scan->counts.by_severity[severity];
    const char *kind = html_severity_kind(severity);
    if (has_result(scan) && (count > 0 || (scan->filter.severities & SEVERITY_BIT(severity))))
      buf_printf(out, "<td class=\"n c-%s%s\" data-v=\"%zu\">%zu</td>", kind,
                 count == 0 ? " zero" : "", count, count);
    else
      buf_printf(out,
                 "<td class=\"n c-%s zero\" data-v=\"-1\"><span title=\"not known\">&ndash;"
                 "</span></td>",
                 kind);
  }
  if (has_result(scan))
    buf_printf(out, "<td class=\"n c-all\" data-v=\"%zu\">%zu</td>", scan->unfiltered.total,
               scan->unfiltered.total);
  else
    buf_text(out, "<td class=\"n c-all zero\" data-v=\"-1\">&ndash;</td>");
}

static void add_gate(struct buf *out, const struct job_scan *scan) {
  static const char *const kinds[] = {[VERDICT_NONE] = "calm",
                                      [VERDICT_PASS] = "good",
                                      [VERDICT_WARN] = "fair",
                                      [VERDICT_BLOCK] = "bad"};
  buf_printf(out, "<td class=\"c-gate\" data-v=\"%d\">", (int)scan->verdict);
  if (scan->verdict == VERDICT_NONE) {
    buf_text(out, "<span class=\"zero\">none</span></td></tr>\n");
    return;
  }
  html_mark(out, kinds[scan->verdict], gate_verdict_name(scan->verdict));
  size_t violations = job_scan_violations(scan);
  if (violations > 0) {
    buf_text(out, " <small>");
    html_count(out, violations, "finding");
    buf_printf(out, " at or above %s</small>", severity_name(scan->fail_on));
  }
  buf_text(out, "</td></tr>\n");
}

void html_scans(struct buf *out, const struct run_report *report) {
  struct html_scan_sums sums = html_scan_sums(report);
  if (sums.scans == 0)
    return;
  auto_free struct place *places = places_of(report, sums.scans);
  size_t most = 1;
  for (size_t i = 0; i < sums.scans; i++)
    if (has_result(places[i].scan) && places[i].scan->counts.total > most)
      most = places[i].scan->counts.total;
  buf_text(out, "<section id=\"scans\" tabindex=\"-1\">\n<h2>Scans</h2>\n");
  bool scanners = sums.scanners > 1;
  html_conditions(out, report);
  add_heading(out, sums.severities, scanners);
  for (size_t i = 0; i < sums.scans; i++) {
    add_image(out, report, &places[i], scanners);
    add_bar(out, places[i].scan, most);
    add_counts(out, places[i].scan, sums.severities);
    add_gate(out, places[i].scan);
  }
  buf_text(out, "</tbody></table></div>\n</section>\n");
}
