/* SPDX-License-Identifier: Apache-2.0 */
/* The head of the HTML report: what the run came to, and its totals. */
#include "base/memory.h"
#include "report/html.h"
#include "report/run_table.h"
#include "report/totals.h"

#define SIGNAL_CODE 128

static const char *exit_meaning(const struct run_report *report) {
  static const char *const meanings[] = {
      "Everything selected is at the target, or was kept.",
      "Some jobs failed for different reasons, or were not started.",
      "The command line or the config is wrong.",
      "Every failed job failed at authentication.",
      "Every failed job failed because its source was not found.",
      "Every failed job failed at a rate limit.",
      "Every failed job failed at integrity: content did not match its digest.",
      "Every failed job failed by a policy: a gate, a required scan or on_change.",
      "Every failed job failed at this machine: disk, memory or rights.",
  };
  int code = report->exit_code;
  if (code == 0 && text_equal(report->command, "plan"))
    return "The plan was made; nothing was written.";
  if (code >= 0 && (size_t)code < sizeof meanings / sizeof meanings[0])
    return meanings[code];
  if (code == 10)
    return "The target is not up to date: something would change.";
  return code > SIGNAL_CODE ? "The run was stopped by a signal." : "The run did not end well.";
}

static const char *run_kind(const struct run_report *report, const struct html_scan_sums *scans) {
  if (report->exit_code != 0 && report->exit_code != 10)
    return "bad";
  bool doubts = report->exit_code == 10 || scans->violated > 0 ||
                scans->statuses[SCAN_FAILED] + scans->statuses[SCAN_TIMEOUT] > 0;
  return doubts ? "fair" : "good";
}

static void add_fact(struct buf *out, const char *name, const char *value) {
  if (value == NULL)
    return;
  buf_printf(out, "<div><dt>%s</dt><dd>", name);
  html_text(out, value);
  buf_text(out, "</dd></div>\n");
}

static void add_facts(struct buf *out, const struct run_report *report) {
  auto_free char *took = run_time(report->start_ms, report->end_ms);
  buf_text(out, "<dl class=\"facts\">\n");
  add_fact(out, "Run", report->id);
  buf_text(out, "<div><dt>Started</dt><dd>");
  html_time(out, report->start_ms);
  buf_printf(out, "</dd></div>\n<div><dt>Took</dt><dd>%s%s</dd></div>\n", took,
             report->interrupted ? ", interrupted" : "");
  buf_printf(out, "<div><dt>Target%s</dt><dd>", report->targets.count == 1 ? "" : "s");
  for (size_t i = 0; i < report->targets.count; i++) {
    buf_text(out, i > 0 ? "<br>" : "");
    html_text(out, report->targets.items[i]);
  }
  buf_text(out, report->targets.count == 0 ? "none</dd></div>\n" : "</dd></div>\n");
  add_fact(out, "Config", report->config_origin);
  buf_text(out, "</dl>\n");
}

static void add_jobs_card(struct buf *out, const struct totals *sum) {
  static const enum job_status order[] = {
      JOB_FAILED,  JOB_BLOCKED,      JOB_CANCELLED,    JOB_SKIPPED,   JOB_KEPT,   JOB_CREATED,
      JOB_UPDATED, JOB_WOULD_CREATE, JOB_WOULD_UPDATE, JOB_UNCHANGED, JOB_PENDING};
  buf_text(out, "<div class=\"card\"><h2>Jobs</h2><p class=\"big\">");
  html_number(out, sum->jobs);
  buf_text(out, "</p><p class=\"counts\">");
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    if (sum->status[order[i]] == 0)
      continue;
    buf_text(out, "<span class=\"count\"><b>");
    html_number(out, sum->status[order[i]]);
    buf_text(out, "</b> ");
    html_status(out, order[i]);
    buf_text(out, "</span> ");
  }
  buf_text(out, "</p></div>\n");
}

static void add_doubt(struct buf *out, size_t count, const char *noun, const char *what) {
  if (count == 0)
    return;
  buf_text(out, "<li>");
  html_count(out, count, noun);
  buf_printf(out, " %s</li>", what);
}

static void add_doubts(struct buf *out, const struct totals *sum, size_t violated) {
  buf_text(out, "<ul class=\"doubts\">");
  add_doubt(out, sum->scans[SCAN_FAILED], "scan", "failed");
  add_doubt(out, sum->scans[SCAN_TIMEOUT], "scan", "timed out");
  add_doubt(out, sum->scans[SCAN_SKIPPED], "scan", "skipped");
  add_doubt(out, sum->os_unknown, "scan", "of an unknown operating system");
  add_doubt(out, sum->os_eol, "scan", "of an operating system past its end of life");
  add_doubt(out, violated, "gate", "violated");
  add_doubt(out, sum->suppressed, "finding", "suppressed");
  buf_text(out, "</ul>");
}

static void add_findings_card(struct buf *out, const struct totals *sum,
                              const struct html_scan_sums *scans) {
  size_t total = 0;
  buf_text(out, "<div class=\"card\"><h2>Findings</h2>");
  if (scans->scans == 0) {
    buf_text(out, "<p class=\"big\">&ndash;</p><p>Nothing was scanned.</p></div>\n");
    return;
  }
  for (size_t i = 0; i < SEVERITY_COUNT; i++)
    total += sum->findings[i];
  buf_text(out, "<p class=\"big\">");
  if (sum->scans[SCAN_OK] > 0)
    html_number(out, total);
  else
    buf_text(out, "unknown");
  buf_text(out, "</p><p class=\"counts\">");
  if (sum->scans[SCAN_OK] > 0)
    html_severities(out, sum->findings, scans->severities);
  buf_text(out, "</p>");
  add_doubts(out, sum, scans->violated);
  buf_text(out, "</div>\n");
}

static void add_amount(struct buf *out, const char *kind, const char *word, uint64_t bytes,
                       uint64_t blobs) {
  auto_free char *size = text_size(bytes);
  buf_printf(out, "<div><dt><span class=\"key %s\"></span>%s</dt><dd>%s <small>", kind, word, size);
  html_count(out, blobs, "blob");
  buf_text(out, "</small></dd></div>");
}

static void add_bytes_card(struct buf *out, const struct run_report *report,
                           const struct totals *sum) {
  const char *verb = text_equal(report->command, "plan") ? "To send" : "Sent";
  auto_free char *sent = text_size(sum->bytes_sent), *mounted = text_size(sum->bytes_mounted);
  auto_free char *present = text_size(sum->bytes_present);
  auto_free char *text =
      str_format("%s %s, mounted %s, already there %s", verb, sent, mounted, present);
  const struct html_part parts[] = {
      {"sent", sum->bytes_sent}, {"mounted", sum->bytes_mounted}, {"there", sum->bytes_present}};
  uint64_t whole = sum->bytes_sent + sum->bytes_mounted + sum->bytes_present;
  buf_printf(out, "<div class=\"card\"><h2>%s</h2><p class=\"big\">%s</p>", verb, sent);
  html_bar(out, parts, 3, whole, text);
  buf_text(out, "<dl class=\"legend\">");
  add_amount(out, "sent", verb, sum->bytes_sent, sum->blobs_sent);
  add_amount(out, "mounted", "Mounted", sum->bytes_mounted, sum->blobs_mounted);
  add_amount(out, "there", "Already there", sum->bytes_present, sum->blobs_present);
  buf_text(out, "</dl></div>\n");
}

static void add_requests_card(struct buf *out, const struct run_report *report,
                              const struct totals *sum) {
  buf_text(out, "<div class=\"card\"><h2>Requests</h2><p class=\"big\">");
  html_number(out, sum->requests);
  buf_text(out, "</p><ul class=\"doubts\"><li>");
  html_number(out, sum->retries);
  buf_text(out, sum->retries == 1 ? " retry</li><li>" : " retries</li><li>");
  html_count(out, sum->manifests_sent, "manifest");
  buf_text(out, " sent</li><li>");
  html_count(out, sum->counted_pulls, "counted pull");
  buf_text(out, "</li>");
  if (sum->referrers_copied > 0)
    add_doubt(out, sum->referrers_copied, "referrer", "copied");
  for (size_t i = 0; i < report->budget_count; i++) {
    const struct run_budget *budget = &report->budgets[i];
    if (!budget->known)
      continue;
    buf_text(out, "<li>");
    html_text(out, budget->registry);
    buf_printf(out, ": %llu of %llu pulls left</li>", (unsigned long long)budget->remaining,
               (unsigned long long)budget->limit);
  }
  buf_text(out, "</ul></div>\n");
}

static void add_outcome(struct buf *out, const struct totals *sum) {
  size_t undone = sum->status[JOB_FAILED] + sum->status[JOB_BLOCKED] + sum->status[JOB_SKIPPED] +
                  sum->status[JOB_CANCELLED] + sum->status[JOB_PENDING];
  buf_text(out, ": ");
  if (undone > 0) {
    html_number(out, undone);
    buf_text(out, " of ");
  }
  html_count(out, sum->jobs, "job");
  buf_text(out, undone > 0 ? " not done" : "");
}

void html_summary(struct buf *out, const struct run_report *report) {
  struct totals sum = totals_of(report);
  struct html_scan_sums scans = html_scan_sums(report);
  buf_printf(out, "<section id=\"summary\" tabindex=\"-1\">\n<div class=\"verdict %s\">\n<h1>",
             run_kind(report, &scans));
  html_text(out, report->command);
  add_outcome(out, &sum);
  buf_printf(out, "</h1>\n<p><b>Exit code %d.</b> %s</p>\n</div>\n", report->exit_code,
             exit_meaning(report));
  add_facts(out, report);
  buf_text(out, "<div class=\"cards\">\n");
  add_jobs_card(out, &sum);
  add_findings_card(out, &sum, &scans);
  if (!text_equal(report->command, "scan"))
    add_bytes_card(out, report, &sum);
  add_requests_card(out, report, &sum);
  buf_text(out, "</div>\n</section>\n");
}
