/* SPDX-License-Identifier: Apache-2.0 */
/* Notices, and failures with their cause. */
#include "report/run_failures.h"
#include "base/map.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/run_table.h"
#include <stdlib.h>
#include <string.h>

static char *job_title(const struct run_report *report, const struct job_record *job) {
  auto_free char *label = job_label(job);
  if (report->targets.count < 2 || job->target == NULL)
    return take(label);
  auto_free char *target = guard_field(job->target);
  return str_format("%s at %s", label, target);
}

void run_notices_text(const struct run_report *report, struct buf *out) {
  if (report->notices.count > 0)
    buf_text(out, "\nNotices:\n");
  for (size_t i = 0; i < report->notices.count; i++) {
    auto_free char *text = guard_field(report->notices.items[i]);
    buf_printf(out, "  %s\n", text);
  }
}

const struct error *job_failure(const struct job_record *job) {
  bool failed = job->status == JOB_FAILED || job->status == JOB_BLOCKED;
  if (failed && job->error.code != 0)
    return &job->error;
  return job->policy.code != 0 ? &job->policy : NULL;
}

static const char *kind_of(const struct job_record *job, const struct error *failure) {
  if (job->status == JOB_BLOCKED)
    return "blocked";
  return failure == &job->policy ? "policy" : error_code_name(failure->code);
}

/* What is printed below the jobs; also what makes two causes the same. */
static char *cause_text(const struct error *err) {
  auto_free char *message = guard_field(err->message), *where = guard_field(err->where);
  auto_free char *hint = guard_field(err->hint);
  auto_buf text = {0};
  bool named = where[0] == '\0' || strstr(message, where) != NULL;
  buf_printf(&text, "    %s%s%s\n", named ? "" : where, named ? "" : ": ", message);
  if (hint[0] != '\0')
    buf_printf(&text, "    hint: %s\n", hint);
  return buf_take(&text);
}

static void group_done(struct map *groups) {
  for (size_t i = 0; i < groups->count; i++) {
    struct strings *titles = groups->items[i].value;
    strings_done(titles);
    free(titles);
  }
  map_done(groups);
}

void run_failures_text(const struct run_report *report, bool color, struct buf *out) {
  __attribute__((cleanup(group_done))) struct map groups = {0};
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    const struct error *failure = job_failure(job);
    if (failure == NULL)
      continue;
    auto_free char *cause = cause_text(failure);
    struct strings *titles = map_get(&groups, cause);
    if (titles == NULL) {
      titles = mem_alloc(sizeof *titles);
      map_put(&groups, cause, titles);
    }
    auto_free char *title = job_title(report, job);
    strings_add_taken(titles, str_format("%s (%s)", title, kind_of(job, failure)));
  }
  if (groups.count > 0)
    buf_printf(out, "\n%sFailures:%s\n", color ? "\033[31m" : "", color ? "\033[0m" : "");
  for (size_t i = 0; i < groups.count; i++) {
    const struct strings *titles = groups.items[i].value;
    for (size_t j = 0; j < titles->count; j++)
      buf_printf(out, "  %s\n", titles->items[j]);
    buf_text(out, groups.items[i].key);
  }
}
