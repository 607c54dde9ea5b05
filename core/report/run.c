/* SPDX-License-Identifier: Apache-2.0 */
/* The run report's life, and the exit code that follows from it. */
#include "report/run.h"
#include "base/clock.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum exit_code {
  EXIT_DONE = 0,
  EXIT_MIXED = 1,
  EXIT_CONFIG = 2,
  EXIT_AUTH = 3,
  EXIT_NOT_FOUND = 4,
  EXIT_RATE_LIMIT = 5,
  EXIT_INTEGRITY = 6,
  EXIT_POLICY = 7,
  EXIT_LOCAL = 8,
  EXIT_SIGNAL = 128
};

const char *job_status_name(enum job_status status) {
  static const char *const names[] = {
      [JOB_PENDING] = "pending",
      [JOB_UNCHANGED] = "unchanged",
      [JOB_CREATED] = "created",
      [JOB_UPDATED] = "updated",
      [JOB_KEPT] = "kept",
      [JOB_BLOCKED] = "blocked",
      [JOB_FAILED] = "failed",
      [JOB_SKIPPED] = "skipped",
      [JOB_CANCELLED] = "cancelled",
      [JOB_WOULD_CREATE] = "would create",
      [JOB_WOULD_UPDATE] = "would update",
  };
  return names[status];
}

void job_record_done(struct job_record *job) {
  free(job->section);
  json_decref(job->fields);
  free(job->name);
  free(job->version);
  free(job->target);
  free(job->source_reference);
  free(job->target_reference);
  free(job->source_digest);
  free(job->target_digest);
  free(job->old_digest);
  for (size_t i = 0; i < job->platform_count; i++) {
    free(job->platforms[i].platform);
    free(job->platforms[i].digest);
  }
  free(job->platforms);
  for (size_t i = 0; i < job->request_count; i++)
    free(job->requests[i].origin);
  free(job->requests);
  free(job->spans);
  for (size_t i = 0; i < job->scan_count; i++)
    job_scan_done(&job->scans[i]);
  free(job->scans);
  error_done(&job->error);
  error_done(&job->policy);
  strings_done(&job->notes);
  *job = (struct job_record){0};
}

/* "20261124T060507Z-1a2b3c4d": fit for a file name everywhere. */
static char *make_id(int64_t start_ms, uint32_t number) {
  auto_free char *time = clock_format(start_ms);
  auto_buf id = {0};
  for (const char *p = time; *p != '\0' && *p != '.'; p++)
    if (*p != '-' && *p != ':')
      buf_add(&id, p, 1);
  buf_printf(&id, "Z-%08x", number);
  return buf_take(&id);
}

struct run_report *run_report_new(const char *command) {
  struct run_report *report = mem_alloc(sizeof *report);
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
    number = (uint32_t)clock_now_ms();
  report->command = str_copy(command);
  report->start_ms = clock_wall_ms();
  report->id = make_id(report->start_ms, number);
  pthread_mutex_init(&report->lock, NULL);
  return report;
}

void run_report_free(struct run_report *report) {
  if (report == NULL)
    return;
  for (size_t i = 0; i < report->job_count; i++) {
    if (report->jobs[i] == NULL)
      continue;
    job_record_done(report->jobs[i]);
    free(report->jobs[i]);
  }
  free(report->jobs);
  for (size_t i = 0; i < report->scan_count; i++)
    scan_result_free(report->scans[i]);
  free(report->scans);
  for (size_t i = 0; i < report->budget_count; i++)
    free(report->budgets[i].registry);
  free(report->budgets);
  free(report->id);
  free(report->command);
  free(report->version);
  free(report->config_origin);
  strings_done(&report->config_files);
  strings_done(&report->config_digests);
  strings_done(&report->targets);
  strings_done(&report->notices);
  arena_done(&report->memory);
  pthread_mutex_destroy(&report->lock);
  free(report);
}

void run_report_notice(struct run_report *report, const char *text) {
  pthread_mutex_lock(&report->lock);
  if (!strings_has(&report->notices, text))
    strings_add(&report->notices, text);
  pthread_mutex_unlock(&report->lock);
}

void run_report_add_scan(struct run_report *report, struct scan_result *result) {
  pthread_mutex_lock(&report->lock);
  report->scans =
      mem_grow(report->scans, report->scan_count, &report->scan_capacity, sizeof *report->scans);
  report->scans[report->scan_count++] = result;
  pthread_mutex_unlock(&report->lock);
}

/* A job at the target that a policy is against counts as one that failed for it. */
static int job_exit_code(const struct job_record *job) {
  bool failed = job->status == JOB_FAILED;
  if (job->status == JOB_BLOCKED || (!failed && job->policy.code != 0))
    return EXIT_POLICY;
  if (!failed)
    return EXIT_DONE;
  switch (job->error.code) {
  case ARTM_E_CONFIG:
    return EXIT_CONFIG;
  case ARTM_E_AUTH:
  case ARTM_E_DENIED:
    return EXIT_AUTH;
  case ARTM_E_NOT_FOUND:
    return EXIT_NOT_FOUND;
  case ARTM_E_RATE_LIMIT:
    return EXIT_RATE_LIMIT;
  case ARTM_E_DIGEST:
    return EXIT_INTEGRITY;
  case ARTM_E_POLICY:
  case ARTM_E_CONFLICT:
    return EXIT_POLICY;
  case ARTM_E_LOCAL:
  case ARTM_E_NOMEM:
    return EXIT_LOCAL;
  default:
    return EXIT_MIXED;
  }
}

int run_report_exit_code(const struct run_report *report, int signal) {
  if (signal > 0)
    return EXIT_SIGNAL + signal;
  int code = EXIT_DONE;
  bool unfinished = false;
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    if (job->status == JOB_SKIPPED || job->status == JOB_CANCELLED || job->status == JOB_PENDING)
      unfinished = true;
    int own = job_exit_code(job);
    if (own != EXIT_DONE)
      code = code == EXIT_DONE || code == own ? own : EXIT_MIXED;
  }
  return code == EXIT_DONE && unfinished ? EXIT_MIXED : code;
}
