/* SPDX-License-Identifier: Apache-2.0 */
/* report/run.h and report/progress.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/log.h"
#include "report/progress.h"
#include "report/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OLD "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define NEW "sha256:2222222222222222222222222222222222222222222222222222222222222222"

static struct job_record *add_job(struct run_report *report, const char *name,
                                  enum job_status status, int32_t code) {
  struct job_record *job = mem_alloc(sizeof *job);
  report->jobs = mem_resize(report->jobs, report->job_count + 1, sizeof *report->jobs);
  report->jobs[report->job_count++] = job;
  job->section = str_copy("images");
  job->name = str_copy(name);
  job->version = str_copy("1.0");
  job->target = str_copy("registry.example/mirror");
  job->fields = json_pack("{s:s,s:[s]}", "name", name, "platforms", "linux/amd64");
  job->status = status;
  job->start_ms = 1795500307000;
  job->end_ms = 1795500308500;
  if (code != 0) {
    error_set(&job->error, code, "cause of %s", name);
    error_where(&job->error, "registry.example");
    error_hint(&job->error, "do something");
  }
  return job;
}

static void done_report(struct run_report **report) {
  run_report_free(*report);
}
#define auto_report __attribute__((cleanup(done_report))) struct run_report *

static int code_of(const enum job_status *statuses, const int32_t *codes, size_t count) {
  auto_report report = run_report_new("mirror");
  for (size_t i = 0; i < count; i++)
    add_job(report, "a", statuses[i], codes[i]);
  return run_report_exit_code(report, 0);
}

static void test_exit_codes(void **state) {
  (void)state;
  static const struct {
    enum job_status status;
    int32_t error;
    int code;
  } single[] = {{JOB_UNCHANGED, 0, 0},
                {JOB_CREATED, 0, 0},
                {JOB_UPDATED, 0, 0},
                {JOB_KEPT, 0, 0},
                {JOB_WOULD_CREATE, 0, 0},
                {JOB_BLOCKED, 0, 7},
                {JOB_BLOCKED, ARTM_E_NETWORK, 7},
                {JOB_SKIPPED, 0, 1},
                {JOB_CANCELLED, ARTM_E_CANCELLED, 1},
                {JOB_FAILED, ARTM_E_CONFIG, 2},
                {JOB_FAILED, ARTM_E_AUTH, 3},
                {JOB_FAILED, ARTM_E_DENIED, 3},
                {JOB_FAILED, ARTM_E_NOT_FOUND, 4},
                {JOB_FAILED, ARTM_E_RATE_LIMIT, 5},
                {JOB_FAILED, ARTM_E_DIGEST, 6},
                {JOB_FAILED, ARTM_E_POLICY, 7},
                {JOB_FAILED, ARTM_E_CONFLICT, 7},
                {JOB_FAILED, ARTM_E_LOCAL, 8},
                {JOB_FAILED, ARTM_E_NOMEM, 8},
                {JOB_FAILED, ARTM_E_NETWORK, 1},
                {JOB_FAILED, ARTM_E_TIMEOUT, 1},
                {JOB_FAILED, ARTM_E_UNSUPPORTED, 1},
                {JOB_FAILED, ARTM_E_INTERNAL, 1},
                {JOB_FAILED, ARTM_E_BLOB_UNKNOWN, 1}};
  for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
    assert_int_equal(code_of(&single[i].status, &single[i].error, 1), single[i].code);
}

static void test_exit_codes_of_several(void **state) {
  (void)state;
  const enum job_status some[] = {JOB_CREATED, JOB_FAILED, JOB_FAILED};
  assert_int_equal(code_of(some, (int32_t[]){0, ARTM_E_AUTH, ARTM_E_DENIED}, 3), 3);
  assert_int_equal(code_of(some, (int32_t[]){0, ARTM_E_AUTH, ARTM_E_DIGEST}, 3), 1);
  assert_int_equal(code_of(some, (int32_t[]){0, ARTM_E_NETWORK, ARTM_E_DIGEST}, 3), 1);
  const enum job_status fail_fast[] = {JOB_FAILED, JOB_SKIPPED, JOB_CANCELLED};
  assert_int_equal(code_of(fail_fast, (int32_t[]){ARTM_E_NOT_FOUND, 0, ARTM_E_CANCELLED}, 3), 4);
  assert_int_equal(code_of(NULL, NULL, 0), 0);
  auto_report report = run_report_new("mirror");
  add_job(report, "a", JOB_FAILED, ARTM_E_AUTH);
  assert_int_equal(run_report_exit_code(report, 15), 143);
}

/* What a policy holds against a job counts as a failure of that cause, whatever its status. */
static void test_exit_codes_of_policies(void **state) {
  (void)state;
  static const enum job_status statuses[] = {JOB_UNCHANGED, JOB_CREATED, JOB_KEPT, JOB_BLOCKED};
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
    auto_report report = run_report_new("mirror");
    struct job_record *job = add_job(report, "a", statuses[i], 0);
    add_job(report, "b", JOB_CREATED, 0);
    error_set(&job->policy, ARTM_E_POLICY, "against the gate");
    assert_int_equal(run_report_exit_code(report, 0), 7);
    add_job(report, "c", JOB_SKIPPED, 0);
    assert_int_equal(run_report_exit_code(report, 0), 7);
    add_job(report, "d", JOB_FAILED, ARTM_E_DENIED);
    assert_int_equal(run_report_exit_code(report, 0), 1);
  }
  auto_report report = run_report_new("mirror");
  struct job_record *job = add_job(report, "a", JOB_FAILED, ARTM_E_DIGEST);
  error_set(&job->policy, ARTM_E_POLICY, "against the gate");
  assert_int_equal(run_report_exit_code(report, 0), 6);
}

static void test_notices_once(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  run_report_notice(report, "a");
  run_report_notice(report, "b");
  run_report_notice(report, "a");
  assert_int_equal(report->notices.count, 2);
  assert_int_equal(strlen(report->id), 25);
  assert_string_equal(report->command, "mirror");
}

static struct run_report *sample(void) {
  struct run_report *report = run_report_new("mirror");
  report->start_ms = 1795500307123;
  report->end_ms = 1795500311623;
  strings_add(&report->targets, "registry.example/mirror");
  add_job(report, "library/same", JOB_UNCHANGED, 0);
  struct job_record *job = add_job(report, "library/new", JOB_CREATED, 0);
  job->bytes_sent = 12300000;
  job->blobs_sent = 3;
  job->bytes_present = 45000000;
  job->target_digest = str_copy(NEW);
  job->requests = mem_array(1, sizeof *job->requests);
  job->request_count = 1;
  job->requests[0] = (struct job_requests){
      .origin = str_copy("https://registry.example"), .requests = 17, .retries = 1};
  job = add_job(report, "library/moved", JOB_UPDATED, 0);
  job->old_digest = str_copy(OLD);
  job->target_digest = str_copy(NEW);
  strings_add(&job->notes, "a note");
  add_job(report, "library/bad", JOB_FAILED, ARTM_E_NETWORK);
  run_report_notice(report, "a notice");
  return report;
}

static char *text_of(const struct run_report *report, const struct report_view *view, bool plan) {
  auto_buf out = {0};
  if (plan)
    run_plan_text(report, view, &out);
  else
    run_report_text(report, view, &out);
  return buf_take(&out);
}

static void test_text(void **state) {
  (void)state;
  auto_report report = sample();
  auto_free char *text = text_of(report, &(struct report_view){0}, false);
  assert_string_equal(
      text, "JOB                STATUS   DIGEST           SENT  MOUNTED/THERE  TIME\n"
            "library/new:1.0    created  222222222222  12.3 MB        45.0 MB  1.5s\n"
            "library/moved:1.0  updated  222222222222      0 B            0 B  1.5s\n"
            "    old " OLD "\n"
            "    new " NEW "\n"
            "    note: a note\n"
            "library/bad:1.0    failed   -                 0 B            0 B  1.5s\n"
            "\n"
            "4 jobs: 1 created, 1 updated, 1 unchanged, 1 failed; 12.3 MB sent, 45.0 MB mounted or "
            "already there, 17 requests, 4.5s\n"
            "\n"
            "Notices:\n"
            "  a notice\n"
            "\n"
            "Failures:\n"
            "  library/bad:1.0 (network)\n"
            "    registry.example: cause of library/bad\n"
            "    hint: do something\n");
}

static void test_text_quiet_and_verbose(void **state) {
  (void)state;
  auto_report report = sample();
  auto_free char *quiet = text_of(report, &(struct report_view){.quiet = true}, false);
  assert_non_null(strstr(quiet, "old " OLD));
  assert_non_null(strstr(quiet, "Failures:"));
  assert_null(strstr(quiet, "library/new"));
  assert_null(strstr(quiet, "notice"));
  auto_free char *verbose = text_of(report, &(struct report_view){.verbose = true}, false);
  assert_non_null(strstr(verbose, "library/same:1.0   unchanged"));
  assert_null(strchr(verbose, '\033'));
  auto_free char *color = text_of(report, &(struct report_view){.color = true}, false);
  assert_non_null(strstr(color, "\033[32mcreated\033[0m  2222"));
}

static void test_text_width_and_targets(void **state) {
  (void)state;
  auto_report report = sample();
  strings_add(&report->targets, "./other");
  struct job_record *job = add_job(
      report, "\xc3\xa4/very/long/name/of/a/repository/that/does/not/fit/anywhere", JOB_CREATED, 0);
  job->target_digest = str_copy(NEW);
  auto_free char *text = text_of(report, &(struct report_view){.width = 110}, false);
  assert_non_null(strstr(text, "TARGET"));
  assert_non_null(strstr(text, "library/bad:1.0 at registry.example/mirror (network)"));
  auto_free char *line = str_copy(strstr(text, "..."));
  line[strcspn(line, "\n")] = '\0';
  assert_int_equal(strlen(line), 110);
  assert_non_null(strstr(line, "anywhere:1.0  registry.example/mirror  created"));
  auto_free char *narrow = text_of(report, &(struct report_view){.width = 80}, false);
  assert_non_null(strstr(narrow, "\n...ry/new:1.0  ...le/mirror  created"));
  *strstr(narrow, "\n\n") = '\0';
  for (const char *p = narrow; *p != '\0'; p += strcspn(p, "\n"), p += *p != '\0')
    assert_in_range(strcspn(p, "\n"), 0, 80);
}

static void test_text_is_harmless(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  log_secret("hunter2-token");
  struct job_record *job = add_job(report, "::error::\033[2Jx", JOB_FAILED, ARTM_E_AUTH);
  error_set(&job->error, ARTM_E_AUTH, "hunter2-token\n::add-mask::\x9b ##[x]");
  run_report_notice(report, "::set-output hunter2-token");
  auto_free char *text = text_of(report, &(struct report_view){.verbose = true}, false);
  assert_null(strchr(text, '\033'));
  assert_null(strstr(text, "hunter2"));
  assert_null(strstr(text, "\n::"));
  assert_null(strstr(text, "  ::"));
  assert_null(strstr(text, "##["));
  assert_non_null(strstr(text, "***\\x0a::add-mask::\\x9b"));
  log_done();
}

static void test_same_cause_is_said_once(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  for (int i = 0; i < 3; i++) {
    struct job_record *job = add_job(report, i == 1 ? "b" : "a", JOB_FAILED, ARTM_E_AUTH);
    error_set(&job->error, ARTM_E_AUTH, i < 2 ? "no login" : "other");
  }
  auto_free char *text = text_of(report, &(struct report_view){0}, false);
  assert_non_null(strstr(text, "Failures:\n  a:1.0 (auth)\n  b:1.0 (auth)\n    no login\n"
                               "  a:1.0 (auth)\n    other\n"));
}

static void test_plan(void **state) {
  (void)state;
  auto_report report = run_report_new("plan");
  struct job_record *job = add_job(report, "library/new", JOB_WOULD_CREATE, 0);
  job->source_digest = str_copy(NEW);
  job->bytes_sent = 2000000;
  job->blobs_sent = 2;
  job = add_job(report, "library/moved", JOB_WOULD_UPDATE, 0);
  job->source_digest = str_copy(NEW);
  job->old_digest = str_copy(OLD);
  add_job(report, "library/same", JOB_UNCHANGED, 0);
  report->budgets = mem_array(2, sizeof *report->budgets);
  report->budget_count = 2;
  report->budgets[0] = (struct run_budget){.registry = str_copy("registry.example"),
                                           .needed = 12,
                                           .remaining = 88,
                                           .limit = 100,
                                           .window_seconds = 21600,
                                           .known = true};
  report->budgets[1] = (struct run_budget){.registry = str_copy("other.example"), .needed = 1};
  auto_free char *text = text_of(report, &(struct report_view){.width = 80}, true);
  assert_string_equal(
      text, "JOB                ACTION  DIGEST        TO SEND  MOUNTED/THERE\n"
            "library/new:1.0    create  222222222222   2.0 MB            0 B\n"
            "library/moved:1.0  update  222222222222      0 B            0 B\n"
            "    old " OLD "\n"
            "    new " NEW "\n"
            "\n"
            "3 jobs: 1 would create, 1 would update, 1 unchanged; 2.0 MB to send in 2 blobs, 0 B "
            "to mount or already there\n"
            "registry.example: 12 counted pulls needed, 88 of 100 left, window 6h\n"
            "other.example: 1 counted pull needed, how many are left is not known\n");
  report->budgets[0].remaining = 5;
  auto_free char *tight = text_of(report, &(struct report_view){0}, true);
  assert_non_null(strstr(tight, "5 of 100 left, window 6h: not enough\n"));
}

static void test_json(void **state) {
  (void)state;
  auto_report report = sample();
  log_secret("hunter2-token");
  log_query("https://charts.example/a?sig=hunter2#x");
  strings_add(&report->config_files, "images.yaml");
  strings_add(&report->config_digests, OLD);
  struct job_record *job = report->jobs[1];
  json_object_set_new(job->fields, "x", json_pack("{s:[s]}", "y", "hunter2-token"));
  json_object_set_new(job->fields, "z", json_string("https://charts.example/a?sig=hunter2"));
  job->spans = mem_array(1, sizeof *job->spans);
  job->span_count = 1;
  job->spans[0] = (struct job_span){
      .phase = "resolve", .worker = 3, .start_ms = 1795500307123, .end_ms = 1795500308000};
  job->platforms = mem_array(1, sizeof *job->platforms);
  job->platform_count = 1;
  job->platforms[0] =
      (struct job_platform){.platform = str_copy("linux/amd64"), .digest = str_copy(NEW)};
  auto_json json = run_report_json(report);
  auto_free char *text = json_compact(json);
  log_done();
  assert_null(strstr(text, "hunter2"));
  assert_string_equal(json_text(json, "schema"), "artmirror.run/1");
  assert_string_equal(json_text(json, "start"), "2026-11-24T06:05:07.123Z");
  const json_t *totals = json_object_get(json, "totals");
  assert_int_equal(json_number(totals, "jobs", 0), 4);
  assert_int_equal(json_number(json_object_get(totals, "bytes"), "sent", 0), 12300000);
  assert_int_equal(json_number(json_object_get(totals, "statuses"), "failed", 0), 1);
  const json_t *first = json_array_get(json_object_get(json, "jobs"), 1);
  assert_string_equal(json_text(first, "status"), "created");
  assert_string_equal(json_text(json_object_get(first, "key"), "section"), "images");
  const json_t *fields = json_object_get(json_object_get(first, "key"), "fields");
  assert_string_equal(json_text(fields, "z"), "https://charts.example/a?***");
  assert_string_equal(json_text(json_object_get(first, "target"), "digest"), NEW);
  const json_t *last = json_array_get(json_object_get(json, "jobs"), 3);
  assert_string_equal(json_text(json_object_get(last, "error"), "code"), "network");
  const char *copy = getenv("RUN_REPORT_COPY"); /* for the check against the schema */
  auto_error err = {0};
  if (copy != NULL)
    assert_int_equal(fs_write(copy, text, strlen(text), 0600, &err), 0);
}

static void test_read_failed(void **state) {
  (void)state;
  auto_report report = sample();
  auto_error err = {0};
  error_set(&report->jobs[0]->policy, ARTM_E_POLICY, "against the gate");
  auto_json json = run_report_json(report);
  auto_free char *text = json_compact(json), *folder = NULL;
  assert_int_equal(fs_private_folder(&folder, &err), 0);
  auto_free char *path = fs_join(folder, "run.json");
  assert_int_equal(fs_write(path, text, strlen(text), 0600, &err), 0);
  struct failed_job *jobs = NULL;
  size_t count = 0;
  assert_int_equal(run_report_read_failed(path, &jobs, &count, &err), 0);
  assert_int_equal(count, 2);
  assert_string_equal(jobs[0].name, "library/same");
  assert_string_equal(jobs[1].section, "images");
  assert_string_equal(jobs[1].name, "library/bad");
  assert_string_equal(jobs[1].version, "1.0");
  assert_string_equal(jobs[1].target, "registry.example/mirror");
  for (size_t i = 0; i < count; i++) {
    free(jobs[i].section);
    free(jobs[i].name);
    free(jobs[i].version);
    free(jobs[i].target);
  }
  free(jobs);
  static const char *const bad[] = {"",
                                    "[]",
                                    "{}",
                                    "{\"schema\":\"artmirror.run/2\",\"jobs\":[]}",
                                    "{\"schema\":\"artmirror.run/1\",\"jobs\":{}}",
                                    "{\"schema\":\"artmirror.run/1\",\"jobs\":[7]}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    fs_write(path, bad[i], strlen(bad[i]), 0600, &err);
    assert_int_equal(run_report_read_failed(path, &jobs, &count, &err), ARTM_E_CONFIG);
    assert_non_null(strstr(err.message, path));
  }
  assert_int_equal(count, 2);
  fs_remove_tree(folder, &err);
  assert_int_equal(run_report_read_failed(path, &jobs, &count, &err), ARTM_E_CONFIG);
  assert_non_null(strstr(err.message, path));
}

/* Everything that a progress display of this kind prints for three jobs. */
static char *progress_output(bool terminal, bool verbose, bool quiet) {
  auto_error err = {0};
  auto_fd captured = -1, saved = dup(STDERR_FILENO);
  auto_report report = sample();
  if (fs_temp_file(&captured, &err) < 0 || dup2(captured, STDERR_FILENO) < 0)
    return NULL;
  struct progress *progress = progress_new(3, terminal, verbose, quiet);
  progress_expect(progress, 1000000);
  progress_moved(progress, 250000);
  for (size_t i = 0; i < 2; i++)
    progress_job_done(progress, report->jobs[i]);
  if (terminal)
    log_write(LOG_WARNING, NULL, "between");
  progress_job_done(progress, report->jobs[3]);
  progress_free(progress);
  dup2(saved, STDERR_FILENO);
  char chunk[8192];
  ssize_t got = pread(captured, chunk, sizeof chunk, 0);
  return str_copy_n(chunk, got > 0 ? (size_t)got : 0);
}

static void test_progress_lines(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  auto_free char *lines = progress_output(false, false, false);
  assert_string_equal(lines,
                      "created library/new:1.0: 12.3 MB sent, 45.0 MB mounted or already there, "
                      "1.5s\n"
                      "failed library/bad:1.0 (network), 1.5s\n");
  auto_free char *verbose = progress_output(false, true, false);
  assert_non_null(strstr(verbose, "unchanged library/same:1.0, 1.5s\n"));
  auto_free char *quiet = progress_output(false, false, true);
  assert_string_equal(quiet, "");
}

/* Which of several targets a line is about. */
static void test_progress_targets(void **state) {
  (void)state;
  auto_error err = {0};
  auto_fd captured = -1, saved = dup(STDERR_FILENO);
  auto_report report = run_report_new("mirror");
  add_job(report, "a", JOB_CREATED, 0);
  struct job_record *job = add_job(report, "a", JOB_CREATED, 0);
  free(job->target);
  job->target = str_copy("./other\n::error::");
  add_job(report, "b", JOB_FAILED, ARTM_E_NETWORK);
  assert_int_equal(fs_temp_file(&captured, &err), 0);
  assert_true(dup2(captured, STDERR_FILENO) >= 0);
  log_setup(LOG_INFO, LOG_TEXT, false);
  struct progress *progress = progress_new(3, false, false, false);
  for (size_t i = 0; i < 3; i++)
    progress_job_done(progress, report->jobs[i]);
  progress_free(progress);
  dup2(saved, STDERR_FILENO);
  char chunk[8192] = {0};
  assert_true(pread(captured, chunk, sizeof chunk - 1, 0) > 0);
  assert_non_null(strstr(chunk, "created a:1.0: "));
  assert_non_null(strstr(chunk, "\ncreated a:1.0 at ./other\\"));
  assert_non_null(strstr(chunk, "\nfailed b:1.0 at registry.example/mirror (network), 1.5s\n"));
}

static void test_progress_bar(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  auto_free char *bar = progress_output(true, false, false);
  assert_non_null(strstr(bar, "\r0/3 jobs ["));
  /* Cleared before the log's line and drawn anew behind it. */
  assert_non_null(strstr(bar,
                         "\r\033[Kwarning: between\n\r2/3 jobs [#####---------------] 250.0 kB "
                         "of 1.0 MB"));
  assert_non_null(strstr(bar, "3/3 jobs, 1 failed"));
  assert_string_equal(bar + strlen(bar) - 4, "\r\033[K");
  auto_free char *quiet = progress_output(true, false, true);
  assert_string_equal(quiet, "warning: between\n");
  progress_free(NULL);
}

/* A tag that stayed and got referrers: nothing to compare, and not said in quiet output. */
static void test_referrers(void **state) {
  (void)state;
  for (int plan = 0; plan < 2; plan++) {
    auto_report report = run_report_new(plan ? "plan" : "mirror");
    struct job_record *job = add_job(report, "a", plan ? JOB_WOULD_UPDATE : JOB_UPDATED, 0);
    job->old_digest = str_copy(OLD);
    job->target_digest = str_copy(OLD);
    job->referrers_copied = 2;
    job->referrers_present = 1;
    auto_buf text = {0}, quiet = {0};
    struct report_view view = {0}, silent = {.quiet = true};
    plan ? run_plan_text(report, &view, &text) : run_report_text(report, &view, &text);
    plan ? run_plan_text(report, &silent, &quiet) : run_report_text(report, &silent, &quiet);
    assert_non_null(strstr(text.data, "\n    +2 referrers\n"));
    assert_non_null(strstr(text.data, plan ? "; 2 referrers to copy;" : "; 2 referrers copied;"));
    assert_null(strstr(text.data, OLD));
    assert_null(quiet.data && strstr(quiet.data, "a:1.0") ? quiet.data : NULL);
    auto_json json = run_report_json(report);
    json_t *amounts =
        json_object_get(json_array_get(json_object_get(json, "jobs"), 0), "referrers");
    assert_int_equal(json_integer_value(json_object_get(amounts, "copied")), 2);
    assert_int_equal(json_integer_value(json_object_get(amounts, "present")), 1);
  }
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_referrers),
      cmocka_unit_test(test_exit_codes),
      cmocka_unit_test(test_exit_codes_of_several),
      cmocka_unit_test(test_exit_codes_of_policies),
      cmocka_unit_test(test_notices_once),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_text_quiet_and_verbose),
      cmocka_unit_test(test_text_width_and_targets),
      cmocka_unit_test(test_text_is_harmless),
      cmocka_unit_test(test_same_cause_is_said_once),
      cmocka_unit_test(test_plan),
      cmocka_unit_test(test_json),
      cmocka_unit_test(test_read_failed),
      cmocka_unit_test(test_progress_lines),
      cmocka_unit_test(test_progress_targets),
      cmocka_unit_test(test_progress_bar),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
