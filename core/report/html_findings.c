/* SPDX-License-Identifier: Apache-2.0 */
/* The table of findings of the HTML report, the worst first. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/html.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define TITLE_MAX 300

struct line {
  const struct scan_row *row;
  const struct job_scan *scan;
  size_t job;
  size_t at; /* in the report's order */
};

static int compare_lines(const void *left, const void *right) {
  const struct line *a = left, *b = right;
  unsigned x = severity_rank(a->row->finding->severity);
  unsigned y = severity_rank(b->row->finding->severity);
  if (x != y)
    return x > y ? -1 : 1;
  if (a->row->violates != b->row->violates)
    return a->row->violates ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

static struct line *lines_of(const struct run_report *report, size_t count) {
  struct line *lines = mem_array(count, sizeof *lines);
  size_t at = 0;
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      for (size_t k = 0; k < scan->row_count; k++, at++)
        lines[at] = (struct line){&scan->rows[k], scan, i, at};
    }
  qsort(lines, count, sizeof *lines, compare_lines);
  return lines;
}

static void add_id(struct buf *out, const struct artm_finding *finding) {
  buf_printf(out, "<td class=\"c-severity\" data-v=\"%u\">", severity_rank(finding->severity));
  html_mark(out, html_severity_kind(finding->severity), severity_name(finding->severity));
  buf_text(out, "</td><td class=\"c-id\">");
  auto_free char *link = finding_link(finding);
  html_link(out, link, finding->id != NULL ? finding->id : "unnamed");
  if (finding->flags & ARTM_FINDING_KEV)
    html_mark(out, "bad", "known exploited");
  buf_text(out, "</td>");
}

static void add_package(struct buf *out, const struct artm_finding *finding) {
  buf_text(out, "<td class=\"c-package\">");
  html_path(out, finding->package_name);
  const char *detail =
      finding->package_path != NULL ? finding->package_path : finding->package_type;
  if (detail != NULL) {
    buf_text(out, "<small>");
    html_path(out, detail);
    buf_text(out, "</small>");
  }
  buf_text(out, "</td><td class=\"c-version\">");
  html_text(out, finding->package_version);
  buf_text(out, "</td><td class=\"c-fix\">");
  const char *const *version = finding->fix_versions;
  for (; version != NULL && *version != NULL; version++) {
    buf_text(out, version != finding->fix_versions ? ", " : "");
    html_text(out, *version);
  }
  if (version == finding->fix_versions) {
    auto_free char *state = str_copy(fix_state_name(finding->fix_state));
    for (char *p = state; (p = strchr(p, '_')) != NULL;)
      *p = ' ';
    buf_printf(out, "<span class=\"zero\">%s</span>", state);
  }
  buf_text(out, "</td>");
}

static void add_score(struct buf *out, const struct artm_finding *finding) {
  uint32_t score = 0;
  for (uint32_t i = 0; i < finding->cvss_count; i++)
    if (finding->cvss[i].score > score && finding->cvss[i].score <= 100)
      score = finding->cvss[i].score;
  if (score == 0) {
    buf_text(out, "<td class=\"n c-score zero\" data-v=\"-1\">&ndash;</td>");
    return;
  }
  buf_printf(out, "<td class=\"n c-score\" data-v=\"%u\">%u.%u</td>", score, score / 10,
             score % 10);
}

static void add_image(struct buf *out, const struct run_report *report, const struct line *line) {
  const struct job_record *job = report->jobs[line->job];
  buf_printf(out, "<td class=\"c-image\"><a href=\"#job-%zu\">", line->job + 1);
  html_name(out, job);
  buf_text(out, "</a><small>");
  html_text(out, line->scan->platform);
  buf_text(out, "</small>");
  if (report->targets.count > 1) {
    buf_text(out, "<small>");
    html_text(out, job->target);
    buf_text(out, "</small>");
  }
  buf_text(out, "</td>");
}

static void add_title(struct buf *out, const struct artm_finding *finding) {
  const char *title = finding->title != NULL ? finding->title : finding->description;
  buf_text(out, "<td class=\"c-title\">");
  if (title != NULL && strnlen(title, TITLE_MAX + 1) > TITLE_MAX) {
    auto_free char *clean = log_redact(title);
    size_t len = strnlen(clean, TITLE_MAX);
    while (len > 0 && ((unsigned char)clean[len] & 0xc0) == 0x80)
      len--;
    clean[len] = '\0';
    html_text(out, clean);
    buf_text(out, "&hellip;");
  } else {
    html_text(out, title);
  }
  buf_text(out, "</td>");
}

static const char *gate_word(const struct scan_row *row) {
  if (row->violates)
    return "violates";
  if (row->allowed != NULL)
    return "allowed";
  return row->finding->suppressed_status != NULL ? "suppressed" : "none";
}

static void add_gate(struct buf *out, const struct scan_row *row) {
  const char *word = gate_word(row);
  buf_text(out, "<td class=\"c-gate\">");
  if (strcmp(word, "none") == 0)
    buf_text(out, "<span class=\"zero\">&ndash;</span>");
  else
    html_mark(out, row->violates ? "bad" : "calm", word);
  const char *reason = row->allowed;
  if (!row->violates && reason == NULL && row->finding->suppressed_status != NULL)
    reason = row->finding->suppressed_statement != NULL ? row->finding->suppressed_statement
                                                        : row->finding->suppressed_status;
  if (reason != NULL) {
    buf_text(out, "<small>");
    html_text(out, reason);
    buf_text(out, "</small>");
  }
  if (!row->shown)
    buf_text(out, "<small>not in the filter</small>");
  buf_text(out, "</td>");
}

static void add_line(struct buf *out, const struct run_report *report, const struct line *line,
                     bool scanners) {
  const struct artm_finding *finding = line->row->finding;
  buf_printf(out, "<tr data-s=\"%s\" data-i=\"%zu\" data-f=\"%s\" data-g=\"%s\">",
             severity_name(finding->severity), line->job,
             finding->fix_state == ARTM_FIX_FIXED ? "yes" : "no", gate_word(line->row));
  add_id(out, finding);
  add_package(out, finding);
  add_score(out, finding);
  add_image(out, report, line);
  if (scanners) {
    buf_text(out, "<td class=\"c-scanner\">");
    html_text(out, line->scan->result->tool.plugin);
    buf_text(out, "</td>");
  }
  add_gate(out, line->row);
  add_title(out, finding);
  buf_text(out, "</tr>\n");
}

/* The list fits what is shown: an empty one says why it is empty. */
static bool add_nothing(struct buf *out, const struct html_scan_sums *sums) {
  if (sums->rows > 0)
    return false;
  buf_text(out, sums->statuses[SCAN_OK] == 0
                    ? "<p>No scan has a result, so nothing is known of vulnerabilities.</p>\n"
                : sums->statuses[SCAN_OK] < sums->scans
                    ? "<p>The scans that have a result found nothing that the filters show.</p>\n"
                    : "<p>The scans found nothing that the filters show.</p>\n");
  return true;
}

static void add_heading(struct buf *out, const struct html_scan_sums *sums, bool scanners) {
  if (sums->rows > HTML_FINDINGS_MAX) {
    buf_text(out, "<p class=\"note\">The ");
    html_number(out, HTML_FINDINGS_MAX);
    buf_text(out, " worst of ");
    html_number(out, sums->rows);
    buf_text(out, " findings are listed here; the JSON, CSV and SARIF reports have more.</p>\n");
  }
  buf_printf(out,
             "<div id=\"filters\"></div>\n<div class=\"scroll\">"
             "<table id=\"finding-table\" class=\"sortable%s\">\n<thead><tr>"
             "<th scope=\"col\" data-first=\"descending\" aria-sort=\"descending\">Severity</th>"
             "<th scope=\"col\">Vulnerability</th><th scope=\"col\">Package</th>"
             "<th scope=\"col\">Installed</th><th scope=\"col\">Fixed in</th>"
             "<th scope=\"col\" class=\"n\" data-first=\"descending\">CVSS</th>"
             "<th scope=\"col\">Image</th>%s<th scope=\"col\">Gate</th>"
             "<th scope=\"col\">Title</th></tr></thead>\n<tbody>\n",
             scanners ? " scanners" : "", scanners ? "<th scope=\"col\">Scanner</th>" : "");
}

void html_findings(struct buf *out, const struct run_report *report) {
  struct html_scan_sums sums = html_scan_sums(report);
  if (sums.scans == 0)
    return;
  buf_text(out, "<section id=\"findings\" tabindex=\"-1\">\n<h2>Findings</h2>\n");
  if (!add_nothing(out, &sums)) {
    auto_free struct line *lines = lines_of(report, sums.rows);
    add_heading(out, &sums, sums.scanners > 1);
    for (size_t i = 0; i < sums.rows && i < HTML_FINDINGS_MAX; i++)
      add_line(out, report, &lines[i], sums.scanners > 1);
    buf_text(out, "</tbody></table></div>\n");
  }
  buf_text(out, "</section>\n");
}
