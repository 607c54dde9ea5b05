/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of the HTML report: each cause once, with all that it hit. */
#include "base/map.h"
#include "base/memory.h"
#include "report/html.h"
#include <stdlib.h>

#define LISTED_MAX 5 /* more are folded away */

struct cause {
  const struct error *error;
  size_t count;
  struct buf places; /* as HTML */
};

static void causes_done(struct map *causes) {
  for (size_t i = 0; i < causes->count; i++) {
    struct cause *cause = causes->items[i].value;
    buf_done(&cause->places);
    free(cause);
  }
  map_done(causes);
}

static void add_place(struct map *causes, const struct run_report *report, size_t index,
                      const struct error *error, const char *kind, const struct job_scan *scan) {
  const struct job_record *job = report->jobs[index];
  auto_free char *key =
      str_format("%s\n%s\n%s\n%s", kind, error->message ? error->message : "",
                 error->where ? error->where : "", error->hint ? error->hint : "");
  struct cause *cause = map_get(causes, key);
  if (cause == NULL) {
    cause = mem_alloc(sizeof *cause);
    cause->error = error;
    map_put(causes, key, cause);
  }
  cause->count++;
  buf_printf(&cause->places, "<li><a href=\"#job-%zu\">", index + 1);
  html_name(&cause->places, job);
  buf_text(&cause->places, "</a> ");
  if (report->targets.count > 1 && job->target != NULL) {
    buf_text(&cause->places, "at ");
    html_text(&cause->places, job->target);
    buf_text(&cause->places, " ");
  }
  if (scan != NULL && scan->platform != NULL) {
    buf_text(&cause->places, "<small>");
    html_text(&cause->places, scan->platform);
    buf_text(&cause->places, "</small> ");
  }
  html_mark(&cause->places, scan == NULL ? "bad" : "fair", kind);
  buf_text(&cause->places, "</li>\n");
}

static void collect_jobs(struct map *causes, const struct run_report *report) {
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    if (job->error.code != 0)
      add_place(causes, report, i, &job->error,
                job->status == JOB_FAILED ? error_code_name(job->error.code)
                                          : job_status_name(job->status),
                NULL);
    if (job->policy.code != 0)
      add_place(causes, report, i, &job->policy, "policy", NULL);
  }
}

static void collect_scans(struct map *causes, const struct run_report *report) {
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      if (scan->result->status == SCAN_OK)
        continue;
      static const char *const kinds[] = {[SCAN_OK] = "",
                                          [SCAN_FAILED] = "scan failed",
                                          [SCAN_TIMEOUT] = "scan timed out",
                                          [SCAN_SKIPPED] = "scan skipped"};
      add_place(causes, report, i, &scan->result->error, kinds[scan->result->status], scan);
    }
}

static void add_cause(struct buf *out, const char *kind, const struct cause *cause) {
  buf_printf(out, "<div class=\"cause %s\">\n<p class=\"message\">", kind);
  if (cause->error->where != NULL) {
    html_text(out, cause->error->where);
    buf_text(out, ": ");
  }
  html_text(out, cause->error->message != NULL ? cause->error->message : "No reason was given.");
  buf_text(out, "</p>\n");
  if (cause->error->hint != NULL) {
    buf_text(out, "<p class=\"hint\"><b>What to do:</b> ");
    html_text(out, cause->error->hint);
    buf_text(out, "</p>\n");
  }
  if (cause->count > LISTED_MAX) {
    buf_text(out, "<details><summary>");
    html_count(out, cause->count, "case");
    buf_text(out, "</summary>");
  }
  buf_text(out, "<ul>\n");
  buf_add(out, cause->places.data, cause->places.len);
  buf_text(out, cause->count > LISTED_MAX ? "</ul></details>\n</div>\n" : "</ul>\n</div>\n");
}

static void add_causes(struct buf *out, const char *title, const char *kind,
                       const struct map *causes) {
  if (causes->count == 0)
    return;
  buf_printf(out, "<h2>%s</h2>\n", title);
  for (size_t i = 0; i < causes->count; i++)
    add_cause(out, kind, causes->items[i].value);
}

void html_failures(struct buf *out, const struct run_report *report) {
  __attribute__((cleanup(causes_done))) struct map jobs = {0}, scans = {0};
  collect_jobs(&jobs, report);
  collect_scans(&scans, report);
  if (jobs.count + scans.count == 0)
    return;
  buf_text(out, "<section id=\"failures\" tabindex=\"-1\">\n");
  add_causes(out, "Failures", "bad", &jobs);
  add_causes(out, "Scans without a result", "fair", &scans);
  buf_text(out, "</section>\n");
}
