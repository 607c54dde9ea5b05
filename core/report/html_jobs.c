/* SPDX-License-Identifier: Apache-2.0 */
/* The table of jobs of the HTML report. */
#include "base/memory.h"
#include "report/html.h"

static bool has_time(const struct run_report *report) {
  return !text_equal(report->command, "plan");
}

static void add_heading(struct buf *out, const struct run_report *report) {
  buf_text(out, "<section id=\"jobs\" tabindex=\"-1\">\n<h2>Jobs</h2>\n<div class=\"scroll\">"
                "<table id=\"job-table\" class=\"sortable\">\n<thead><tr>"
                "<th scope=\"col\">Name and version</th>");
  if (report->targets.count > 1)
    buf_text(out, "<th scope=\"col\">Target</th>");
  buf_printf(out,
             "<th scope=\"col\">Status</th>"
             "<th scope=\"col\" class=\"n\" data-first=\"descending\">%s</th>"
             "<th scope=\"col\" class=\"n\" data-first=\"descending\">Mounted</th>"
             "<th scope=\"col\" class=\"n\" data-first=\"descending\">There</th>",
             has_time(report) ? "Sent" : "To send");
  if (has_time(report))
    buf_text(out, "<th scope=\"col\" class=\"n\" data-first=\"descending\">Time</th>");
  buf_text(out, "<th scope=\"col\">Digest</th><th scope=\"col\">Details</th></tr></thead>\n"
                "<tbody>\n");
}

static void add_digests(struct buf *out, const struct job_record *job) {
  bool planned = job->status == JOB_WOULD_UPDATE || job->status == JOB_WOULD_CREATE;
  const char *now = planned || job->target_digest == NULL ? job->source_digest : job->target_digest;
  const char *old = job->old_digest;
  if (old == NULL && job->status == JOB_WOULD_UPDATE)
    old = job->target_digest;
  buf_text(out, "<td class=\"c-digest\">");
  html_digest(out, now);
  if (old != NULL && !text_equal(old, now)) {
    buf_text(out, "<small>before: ");
    html_digest(out, old);
    buf_text(out, "</small>");
  }
  if (job->status == JOB_KEPT) {
    buf_text(out, "<small>source: ");
    html_digest(out, job->source_digest);
    buf_text(out, "</small>");
  }
  buf_text(out, "</td>");
}

static void add_error(struct buf *out, const struct error *error, const char *kind) {
  if (error->code == 0)
    return;
  buf_printf(out, "<p class=\"error\"><b>%s:</b> ", kind);
  html_text(out, error->message);
  if (error->hint != NULL) {
    buf_text(out, " <i>");
    html_text(out, error->hint);
    buf_text(out, "</i>");
  }
  buf_text(out, "</p>");
}

static void add_fact(struct buf *out, const char *name, const char *reference, const char *digest) {
  if (reference == NULL && digest == NULL)
    return;
  buf_printf(out, "<div><dt>%s</dt><dd>", name);
  html_text(out, reference);
  if (digest != NULL) {
    buf_text(out, " <code>");
    html_text(out, digest);
    buf_text(out, "</code>");
  }
  buf_text(out, "</dd></div>");
}

static void add_folded(struct buf *out, const struct job_record *job) {
  buf_text(out, "<details><summary>References</summary><dl>");
  add_fact(out, "Source", job->source_reference, job->source_digest);
  add_fact(out, "Target", job->target_reference, job->target_digest);
  add_fact(out, "Before", NULL, job->old_digest);
  for (size_t i = 0; i < job->platform_count; i++)
    add_fact(out, "Platform", job->platforms[i].platform, job->platforms[i].digest);
  for (size_t i = 0; i < job->request_count; i++) {
    const struct job_requests *from = &job->requests[i];
    buf_text(out, "<div><dt>Requests</dt><dd>");
    html_text(out, from->origin);
    buf_text(out, ": ");
    html_number(out, from->requests);
    buf_text(out, ", retried ");
    html_number(out, from->retries);
    buf_text(out, "</dd></div>");
  }
  buf_text(out, "</dl></details>");
}

static void add_details(struct buf *out, const struct job_record *job) {
  buf_text(out, "<td class=\"c-details\">");
  add_error(out, &job->error,
            job->status == JOB_BLOCKED ? "blocked" : error_code_name(job->error.code));
  add_error(out, &job->policy, "policy");
  for (size_t i = 0; i < job->notes.count; i++) {
    buf_text(out, "<p>");
    html_text(out, job->notes.items[i]);
    buf_text(out, "</p>");
  }
  if (job->referrers_copied > 0) {
    buf_text(out, "<p>");
    html_count(out, job->referrers_copied, "referrer");
    buf_text(out, " copied</p>");
  }
  add_folded(out, job);
  buf_text(out, "</td></tr>\n");
}

void html_jobs(struct buf *out, const struct run_report *report) {
  if (report->job_count == 0)
    return;
  add_heading(out, report);
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    buf_printf(out, "<tr id=\"job-%zu\"><th scope=\"row\" class=\"c-name\">", i + 1);
    html_name(out, job);
    buf_text(out, "</th>");
    if (report->targets.count > 1) {
      buf_text(out, "<td class=\"c-target\">");
      html_text(out, job->target);
      buf_text(out, "</td>");
    }
    buf_text(out, "<td class=\"c-status\">");
    html_status(out, job->status);
    buf_text(out, "</td>");
    html_size_cell(out, has_time(report) ? "c-sent" : "c-send", job->bytes_sent);
    html_size_cell(out, "c-mounted", job->bytes_mounted);
    html_size_cell(out, "c-there", job->bytes_present);
    if (has_time(report))
      html_time_cell(out, "c-time", job->start_ms, job->end_ms);
    add_digests(out, job);
    add_details(out, job);
  }
  buf_text(out, "</tbody></table></div>\n</section>\n");
}
