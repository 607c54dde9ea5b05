/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs in Markdown: what they did, and why some failed. */
#include "base/map.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/markdown.h"
#include "report/run_table.h"
#include "report/scan_label.h"
#include "report/totals.h"
#include <stdlib.h>
#include <string.h>

#define SHORT_DIGEST 19 /* "sha256:" and 12 digits */

static void add_digest(struct buf *line, const char *digest) {
  auto_free char *shown = digest != NULL ? str_copy_n(digest, strnlen(digest, SHORT_DIGEST)) : NULL;
  markdown_code(line, shown, EXCERPT_NAME);
}

static bool is_listed(const struct job_record *job) {
  return job->policy.code != 0 ||
         (job->status != JOB_UNCHANGED && job->status != JOB_SKIPPED && job->status != JOB_PENDING);
}

static void add_job(struct markdown *markdown, struct buf *before, const struct run_report *report,
                    const struct job_record *job) {
  auto_buf line = {0};
  auto_free char *title = job_heading(report, job), *sent = text_size(job->bytes_sent);
  auto_free char *there = text_size(job->bytes_mounted + job->bytes_present);
  auto_free char *time = run_time(job->start_ms, job->end_ms);
  buf_text(&line, "| ");
  markdown_code(&line, title, 2 * EXCERPT_NAME);
  bool bad = job->status == JOB_FAILED || job->status == JOB_BLOCKED || job->policy.code != 0;
  buf_printf(&line, " | %s%s%s | ", bad ? "**" : "", job_status_name(job->status), bad ? "**" : "");
  if (job->old_digest != NULL && !text_equal(job->old_digest, job->target_digest)) {
    add_digest(&line, job->old_digest);
    buf_text(&line, " to ");
  }
  add_digest(&line, job->target_digest != NULL ? job->target_digest : job->source_digest);
  buf_printf(&line, " | %s | %s | %s |\n", sent, there, time);
  markdown_line(markdown, before, line.data);
}

void markdown_jobs(struct markdown *markdown, const struct run_report *report) {
  auto_buf before = {0};
  size_t listed = 0;
  buf_text(&before, "\n## Jobs\n\n| Job | Status | Digest | Sent | Mounted or there | Time |\n"
                    "|---|---|---|--:|--:|--:|\n");
  for (size_t i = 0; i < report->job_count; i++)
    if (is_listed(report->jobs[i])) {
      add_job(markdown, &before, report, report->jobs[i]);
      listed++;
    }
  if (report->job_count == listed)
    return;
  auto_free char *rest =
      str_format("\n%zu more %s nothing changed or started.\n", report->job_count - listed,
                 report->job_count - listed == 1 ? "job in which" : "jobs in which");
  markdown_add(markdown, rest, 1);
}

static void group_done(struct map *groups) {
  for (size_t i = 0; i < groups->count; i++) {
    struct strings *titles = groups->items[i].value;
    strings_done(titles);
    free(titles);
  }
  map_done(groups);
}

/* Each cause once, with all that has it. title is taken over. */
static void add_cause(struct map *groups, const struct error *err, char *title) {
  auto_buf cause = {0};
  auto_free char *message = error_excerpt(err);
  buf_text(&cause, "- ");
  markdown_code(&cause, message[0] != '\0' ? message : "no reason is known", EXCERPT_TEXT);
  if (err->hint != NULL && err->hint[0] != '\0') {
    buf_text(&cause, "\n  - hint: ");
    markdown_code(&cause, err->hint, EXCERPT_TEXT);
  }
  struct strings *titles = map_get(groups, cause.data);
  if (titles == NULL) {
    titles = mem_alloc(sizeof *titles);
    map_put(groups, cause.data, titles);
  }
  strings_add_taken(titles, title);
}

static char *failure_title(const struct run_report *report, const struct job_record *job,
                           const char *kind) {
  auto_buf out = {0};
  auto_free char *title = job_heading(report, job);
  markdown_code(&out, title, 2 * EXCERPT_NAME);
  buf_printf(&out, " (%s)", kind);
  return buf_take(&out);
}

static char *scan_title(const struct run_report *report, const struct job_record *job,
                        const struct job_scan *scan) {
  auto_buf kind = {0};
  buf_printf(&kind, "scan %s, ", scan_status_word(scan->result->status));
  markdown_code(&kind, scan_platform(scan), EXCERPT_NAME);
  return failure_title(report, job, kind.data);
}

/* What stands under one heading: failures, or scans that were left aside. */
static void collect_causes(struct map *groups, const struct run_report *report,
                           const struct job_record *job, bool skipped) {
  if (!skipped && (job->status == JOB_FAILED || job->status == JOB_BLOCKED)) {
    const char *kind = job->status == JOB_BLOCKED ? "blocked" : error_code_name(job->error.code);
    add_cause(groups, &job->error, failure_title(report, job, kind));
  }
  if (!skipped && job->policy.code != 0)
    add_cause(groups, &job->policy, failure_title(report, job, "policy"));
  for (size_t i = 0; i < job->scan_count; i++) {
    const struct job_scan *scan = &job->scans[i];
    bool aside = scan->result->status == SCAN_SKIPPED && !scan->required;
    if (scan->result->status != SCAN_OK && aside == skipped)
      add_cause(groups, &scan->result->error, scan_title(report, job, scan));
  }
}

static void add_causes(struct markdown *markdown, const struct run_report *report,
                       const char *heading, bool skipped) {
  __attribute__((cleanup(group_done))) struct map groups = {0};
  auto_buf before = {0};
  for (size_t i = 0; i < report->job_count; i++)
    collect_causes(&groups, report, report->jobs[i], skipped);
  buf_printf(&before, "\n## %s\n\n", heading);
  for (size_t i = 0; i < groups.count; i++) {
    const struct strings *titles = groups.items[i].value;
    buf_printf(&before, "%s\n", groups.items[i].key);
    for (size_t j = 0; j < titles->count; j++) {
      auto_free char *line = str_format("  - %s\n", titles->items[j]);
      markdown_line(markdown, &before, line);
    }
  }
}

void markdown_failures(struct markdown *markdown, const struct run_report *report) {
  add_causes(markdown, report, "Failures", false);
  add_causes(markdown, report, "Skipped scans", true);
}
