/* SPDX-License-Identifier: Apache-2.0 */
/* The table of jobs that runs and plans share. */
#include "report/run_table.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/table.h"
#include <string.h>

#define SHORT_HEX 12

char *run_time(int64_t start_ms, int64_t end_ms) {
  return text_duration(start_ms > 0 && end_ms > start_ms ? (uint64_t)(end_ms - start_ms) : 0);
}

char *job_label(const struct job_record *job) {
  auto_free char *name = guard_field(job->name), *version = guard_field(job->version);
  return str_format("%s%s%s", name, strchr(version, ':') != NULL ? "@" : ":", version);
}

/* Does the tag name something else than before? If not, what was copied are referrers. */
static bool is_tag_changed(const struct job_record *job) {
  return (job->status == JOB_UPDATED || job->status == JOB_WOULD_UPDATE) &&
         !(job->old_digest && text_equal(job->old_digest, job->target_digest));
}

static bool is_shown(const struct job_record *job, const struct report_view *view) {
  bool idle =
      job->status == JOB_UNCHANGED || job->status == JOB_SKIPPED || job->status == JOB_PENDING;
  if (view->quiet)
    return is_tag_changed(job);
  return view->verbose || !idle;
}

static const char *status_color(enum job_status status) {
  switch (status) {
  case JOB_CREATED:
  case JOB_UPDATED:
  case JOB_WOULD_CREATE:
  case JOB_WOULD_UPDATE:
    return "\033[32m";
  case JOB_FAILED:
  case JOB_BLOCKED:
    return "\033[31m";
  case JOB_KEPT:
  case JOB_CANCELLED:
    return "\033[33m";
  default:
    return NULL;
  }
}

/* "sha256:3f2a90c1d5e7..." as "3f2a90c1d5e7". */
static char *short_digest(const char *digest) {
  if (digest == NULL)
    return str_copy("-");
  const char *colon = strchr(digest, ':');
  auto_free char *hex =
      str_copy_n(colon ? colon + 1 : digest, strnlen(colon ? colon + 1 : digest, SHORT_HEX));
  return guard_field(hex);
}

static void add_digest(struct buf *out, const char *label, const char *digest) {
  auto_free char *text = guard_field(digest != NULL ? digest : "unknown");
  buf_printf(out, "    %s %s\n", label, text);
}

/* A changed tag names both digests whole, so that the old one can be found again. */
static void add_digests(struct buf *out, const struct job_record *job) {
  if (job->status == JOB_KEPT) {
    add_digest(out, "kept   ", job->target_digest);
    add_digest(out, "source ", job->source_digest);
  } else if (is_tag_changed(job)) {
    bool done = job->status == JOB_UPDATED;
    add_digest(out, "old", done || job->old_digest ? job->old_digest : job->target_digest);
    add_digest(out, "new", done ? job->target_digest : job->source_digest);
  }
}

static char *lines_below(const struct job_record *job) {
  auto_buf out = {0};
  add_digests(&out, job);
  if (job->referrers_copied > 0)
    buf_printf(&out, "    +%llu referrer%s\n", (unsigned long long)job->referrers_copied,
               job->referrers_copied == 1 ? "" : "s");
  for (size_t i = 0; i < job->notes.count; i++) {
    auto_free char *note = guard_field(job->notes.items[i]);
    buf_printf(&out, "    note: %s\n", note);
  }
  return out.len > 0 ? buf_take(&out) : NULL;
}

static const char *action_name(enum job_status status, bool plan) {
  if (plan && status == JOB_WOULD_CREATE)
    return "create";
  if (plan && status == JOB_WOULD_UPDATE)
    return "update";
  return job_status_name(status);
}

static void add_job(struct table *table, const struct job_record *job, bool targets, bool plan,
                    bool color) {
  struct table_row *row = table_add(table);
  size_t at = 0;
  const char *digest = job->target_digest != NULL && job->status != JOB_WOULD_UPDATE
                           ? job->target_digest
                           : job->source_digest;
  row->cells[at++] = job_label(job);
  if (targets)
    row->cells[at++] = guard_field(job->target);
  row->colored = at;
  row->cells[at++] = str_copy(action_name(job->status, plan));
  row->cells[at++] = short_digest(digest);
  row->cells[at++] = text_size(job->bytes_sent);
  row->cells[at++] = text_size(job->bytes_mounted + job->bytes_present);
  if (!plan)
    row->cells[at++] = run_time(job->start_ms, job->end_ms);
  row->color = color ? status_color(job->status) : NULL;
  row->below = lines_below(job);
}

static void add_heading(struct table *table, bool targets, bool plan) {
  struct table_row *row = table_add(table);
  size_t at = 0;
  table->cut[at] = true;
  row->cells[at++] = str_copy("JOB");
  table->cut[at] = targets;
  if (targets)
    row->cells[at++] = str_copy("TARGET");
  row->cells[at++] = str_copy(plan ? "ACTION" : "STATUS");
  row->cells[at++] = str_copy("DIGEST");
  table->right[at] = true;
  row->cells[at++] = str_copy(plan ? "TO SEND" : "SENT");
  table->right[at] = true;
  row->cells[at++] = str_copy("MOUNTED/THERE");
  if (!plan) {
    table->right[at] = true;
    row->cells[at++] = str_copy("TIME");
  }
  table->columns = at;
}

void run_table_text(const struct run_report *report, const struct report_view *view, bool plan,
                    struct buf *out) {
  __attribute__((cleanup(table_done))) struct table table = {0};
  bool targets = report->targets.count > 1;
  add_heading(&table, targets, plan);
  for (size_t i = 0; i < report->job_count; i++)
    if (is_shown(report->jobs[i], view))
      add_job(&table, report->jobs[i], targets, plan, view->color);
  table_write(&table, view->width > 0 ? (size_t)view->width : 0, out);
}
