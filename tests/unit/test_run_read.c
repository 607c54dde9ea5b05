/* SPDX-License-Identifier: Apache-2.0 */
/* report/scan_json.h and run_report_read of report/run.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/json.h"
#include "report/log.h"
#include "report/render.h"
#include "report/scan_json.h"
#include "scan_sample.h"
#include <stdlib.h>
#include <string.h>

static void done_report(struct run_report **report) {
  run_report_free(*report);
}
#define auto_report __attribute__((cleanup(done_report))) struct run_report *
static void done_result(struct scan_result **result) {
  scan_result_free(*result);
}
#define auto_result __attribute__((cleanup(done_result))) struct scan_result *

static char *json_of(const struct run_report *report) {
  auto_json json = run_report_json(report);
  return json_compact(json);
}

/* Through a file, as the command does. */
static int read_text(const char *text, struct run_report **ret, struct error *err) {
  auto_error ignored = {0};
  auto_free char *folder = NULL;
  assert_int_equal(fs_private_folder(&folder, &ignored), 0);
  auto_free char *path = fs_join(folder, "run.json");
  assert_int_equal(fs_write(path, text, strlen(text), 0600, &ignored), 0);
  int code = run_report_read(path, ret, err);
  fs_remove_tree(folder, &ignored);
  return code;
}

/* A report with everything that the sample has not. */
static struct run_report *full_report(void) {
  struct run_report *report = sample_report();
  report->config_origin = str_copy("artmirror.yaml");
  strings_add(&report->config_files, "artmirror.yaml");
  strings_add(&report->config_digests, SAMPLE_ROOT);
  run_report_notice(report, "a notice");
  report->interrupted = true;
  report->budgets = mem_array(2, sizeof *report->budgets);
  report->budget_count = 2;
  report->budgets[0] = (struct run_budget){.registry = str_copy("registry.example"),
                                           .needed = 12,
                                           .remaining = 88,
                                           .limit = 100,
                                           .window_seconds = 21600,
                                           .known = true};
  report->budgets[1] = (struct run_budget){.registry = str_copy("other.example"), .needed = 1};
  struct job_record *job = report->jobs[2];
  job->status = JOB_FAILED;
  error_set(&job->error, ARTM_E_RATE_LIMIT, "too \x9b many");
  error_hint(&job->error, "wait");
  strings_add(&job->notes, "a note");
  job->bytes_sent = 1;
  job->blobs_mounted = 2;
  job->bytes_present = 1ull << 40;
  job->referrers_copied = 3;
  job->manifests_sent = 4;
  job->counted_pulls = 5;
  job->spans = mem_array(1, sizeof *job->spans);
  job->span_count = 1;
  job->spans[0] = (struct job_span){
      .phase = "scan", .worker = 3, .start_ms = SAMPLE_WHEN, .end_ms = SAMPLE_WHEN + 7};
  job->platforms = mem_array(1, sizeof *job->platforms);
  job->platform_count = 1;
  job->platforms[0] =
      (struct job_platform){.platform = str_copy("linux/amd64"), .digest = str_copy(SAMPLE_ROOT)};
  job->requests = mem_array(1, sizeof *job->requests);
  job->request_count = 1;
  job->requests[0] = (struct job_requests){
      .origin = str_copy("https://registry.example"), .requests = 17, .retries = 1, .sent = 9};
  return report;
}

static void assert_same_text(const struct run_report *a, const struct run_report *b) {
  for (int verbose = 0; verbose < 2; verbose++) {
    auto_buf before = {0}, after = {0};
    const struct report_view view = {.verbose = verbose, .color = true, .width = 100};
    run_report_text(a, &view, &before);
    run_report_text(b, &view, &after);
    assert_string_equal(before.data, after.data);
  }
  for (size_t i = 0; i < a->job_count; i++) {
    auto_buf before = {0}, after = {0};
    render_image_text(a->jobs[i], a->jobs[i]->scans, a->jobs[i]->scan_count, &before);
    render_image_text(b->jobs[i], b->jobs[i]->scans, b->jobs[i]->scan_count, &after);
    assert_string_equal(before.data, after.data);
  }
}

static void test_reads_what_was_written(void **state) {
  (void)state;
  auto_error err = {0};
  auto_report report = full_report(), *read = NULL, *again = NULL;
  auto_free char *text = json_of(report);
  assert_int_equal(read_text(text, &read, &err), 0);
  auto_free char *second = json_of(read);
  assert_string_equal(text, second);
  assert_same_text(report, read);
  assert_int_equal(run_report_exit_code(read, 0), run_report_exit_code(report, 0));
  assert_int_equal(read_text(second, &again, &err), 0);
  const char *copy = getenv("RUN_REPORT_COPY"); /* for the check against the schema */
  if (copy != NULL)
    assert_int_equal(fs_write(copy, text, strlen(text), 0600, &err), 0);
}

static void test_secrets_stay_out(void **state) {
  (void)state;
  auto_error err = {0};
  auto_report report = sample_report(), *read = NULL;
  log_secret("openssl");
  log_secret("::error");
  auto_free char *text = json_of(report);
  assert_null(strstr(text, "\"name\":\"openssl"));
  assert_null(strstr(text, "::error"));
  auto_result result = sample_result(SAMPLE_MANIFEST);
  auto_json json = scan_result_json(result);
  auto_free char *cached = json_compact(json);
  assert_null(strstr(cached, "openssl"));
  log_done();
  assert_int_equal(read_text(text, &read, &err), 0);
}

static void test_a_failed_scan_counts_nothing(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_json json = run_report_json(report);
  const json_t *jobs = json_object_get(json, "jobs");
  const json_t *scans = json_object_get(json_array_get(jobs, 2), "scans");
  for (size_t i = 0; i < 3; i++) {
    const json_t *scan = json_array_get(scans, i);
    assert_true(json_is_null(json_object_get(scan, "counts")));
    assert_true(json_is_null(json_object_get(scan, "unfiltered")));
    assert_string_equal(json_text(scan, "status"),
                        scan_status_name((enum scan_status)(SCAN_FAILED + (int)i)));
    assert_int_equal(json_array_size(json_object_get(scan, "findings")), 0);
  }
  const json_t *good = json_array_get(json_object_get(json_array_get(jobs, 0), "scans"), 0);
  assert_int_equal(json_number(json_object_get(good, "counts"), "total", -1), 3);
  const json_t *target = json_object_get(good, "target");
  assert_string_equal(json_text(target, "tag"), "3.19");
  assert_string_equal(json_text(target, "index_digest"), SAMPLE_ROOT);
  assert_int_equal(json_array_size(json_object_get(good, "findings")), 4);
  const json_t *worst = json_array_get(json_object_get(good, "findings"), 0);
  const json_t *score = json_array_get(json_object_get(worst, "cvss"), 0);
  assert_true(json_real_value(json_object_get(score, "score")) == 9.8);
  assert_string_equal(json_text(worst, "published"), "2023-11-14T22:13:20.000Z");
}

/* Two jobs share a manifest: its findings count once, as do its scan and the policy's verdicts. */
static void test_totals(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_json json = run_report_json(report);
  const json_t *totals = json_object_get(json, "totals");
  const json_t *scans = json_object_get(totals, "scans");
  assert_int_equal(json_number(scans, "ok", -1), 1);
  assert_int_equal(json_number(scans, "failed", -1), 1);
  assert_int_equal(json_number(scans, "timeout", -1), 1);
  assert_int_equal(json_number(scans, "skipped", -1), 1);
  assert_int_equal(json_number(json_object_get(scans, "findings"), "HIGH", -1), 2);
  assert_int_equal(json_number(totals, "policy", -1), 1);
  auto_report none = run_report_new("mirror");
  auto_json empty = run_report_json(none);
  scans = json_object_get(json_object_get(empty, "totals"), "scans");
  assert_true(json_is_null(json_object_get(scans, "findings")));
}

static void test_reports_without_scans(void **state) {
  (void)state;
  auto_error err = {0};
  auto_report read = NULL;
  static const char old[] =
      "{\"schema\":\"artmirror.run/1\",\"id\":\"20261124T060507Z-1a2b3c4d\",\"version\":\"0.0.9\","
      "\"command\":\"mirror\",\"start\":\"2026-11-24T06:05:07.123Z\",\"exit_code\":0,\"new\":[1],"
      "\"jobs\":[{\"key\":{\"section\":\"images\",\"fields\":{},\"version\":\"1\","
      "\"target\":\"t\",\"later\":{}},\"name\":\"a\",\"status\":\"unchanged\",\"error\":null}]}";
  assert_int_equal(read_text(old, &read, &err), 0);
  assert_int_equal(read->job_count, 1);
  assert_int_equal(read->jobs[0]->status, JOB_UNCHANGED);
  assert_int_equal(read->start_ms, 1795500307123);
  auto_json json = run_report_json(read);
  assert_string_equal(json_text(json, "version"), "0.0.9");
  assert_string_equal(json_text(json, "id"), "20261124T060507Z-1a2b3c4d");
}

/* The document with one place of it replaced. */
static char *damaged(const char *text, const char *from, const char *to) {
  const char *found = strstr(text, from);
  assert_non_null(found);
  return str_format("%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
}

static void test_damage(void **state) {
  (void)state;
  static const struct {
    const char *from, *to, *message;
  } cases[] = {
      {"artmirror.run/1", "artmirror.run/2", "its schema is not artmirror.run/1"},
      {"\"command\":\"mirror\"", "\"command\":7", "command is no text"},
      {"\"exit_code\":7", "\"exit_code\":700", "exit_code is not below 256"},
      {"\"status\":\"updated\"", "\"status\":\"fine\"", "job 1: status is 'fine'"},
      {"\"key\":{", "\"key\":3,\"other\":{", "job 1: key is no object"},
      {"\"unique_ids\":7", "\"unique_ids\":-7", "job 1: scan 1: unique_ids is no number"},
      {"\"severity\":\"CRITICAL\"", "\"severity\":\"BAD\"",
       "job 1: scan 1: severity is 'BAD', which is not known"},
      {"\"severity\":\"CRITICAL\"", "\"severity\":5", "job 1: scan 1: severity is no text"},
      {"artmirror.scan/1", "artmirror.scan/9", "job 1: scan 1: its schema"},
      {"\"mode\":\"block\"", "\"mode\":\"ask\"", "job 2: scan 1: mode is 'ask'"},
      {"\"aliases\":[\"GHSA-1\"", "\"aliases\":[null", "job 1: scan 1: aliases holds"},
      {"\"score\":9.8", "\"score\":1e300", "job 1: scan 1: score is no number"},
      {"\"id\":\"CVE-2026-1\"", "\"ids\":\"CVE-2026-1\"", "job 1: scan 1: a finding has no id"},
      {"2023-11-14T22:13:20.000Z", "2023-13-14T22:13:20.000Z", "job 1: scan 1: published is no"},
      {"\"shown\":true", "\"shown\":\"yes\"", "job 1: scan 1: shown is neither"},
      {"\"findings\":[{", "\"findings\":[7,{", "job 1: scan 1: severity is missing"},
  };
  auto_report report = sample_report();
  auto_free char *text = json_of(report);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_error err = {0};
    auto_report read = NULL;
    auto_free char *bad = damaged(text, cases[i].from, cases[i].to);
    if (read_text(bad, &read, &err) != ARTM_E_CONFIG)
      fail_msg("%s was read", cases[i].to);
    assert_null(read);
    if (strstr(err.message, cases[i].message) == NULL)
      fail_msg("%s", err.message);
    assert_non_null(strstr(err.message, "run.json is no run report: "));
    assert_non_null(err.hint);
  }
}

/* Cut anywhere, or with a byte changed anywhere: refused or read, never worse. */
static void test_hostile_documents(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *text = json_of(report);
  size_t len = strlen(text);
  for (size_t i = 0; i < len; i += 211) {
    auto_error err = {0};
    auto_report read = NULL, *other = NULL;
    auto_free char *cut = str_copy_n(text, i), *changed = str_copy(text);
    assert_int_equal(read_text(cut, &read, &err), ARTM_E_CONFIG);
    changed[i] = changed[i] == '"' ? ' ' : '"';
    if (read_text(changed, &other, &err) == 0) {
      auto_free char *written = json_of(other);
      assert_non_null(written);
    }
  }
}

static void test_cached_results(void **state) {
  (void)state;
  auto_error err = {0};
  auto_result result = sample_result(SAMPLE_MANIFEST), *read = NULL;
  auto_json json = scan_result_json(result);
  assert_int_equal(scan_result_read(json, &read, &err), 0);
  auto_json second = scan_result_json(read);
  assert_true(json_equal(json, second));
  assert_int_equal(read->finding_count, result->finding_count);
  assert_int_equal(read->findings[0].epss, 123456);
  assert_int_equal(read->findings[0].cvss[0].score, 98);
  assert_int_equal(read->tool.db_updated, 1795478400);
  assert_string_equal(read->tool.inputs, "sha256:55");
  assert_null(read->raw_file);
  static const char *const names[] = {"schema", "manifest_digest", "scanner", "status", "findings"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct scan_result *none = NULL;
    auto_json bad = json_copy(json);
    json_object_del(bad, names[i]);
    assert_int_equal(scan_result_read(bad, &none, &err), ARTM_E_DIGEST);
    assert_null(none);
  }
  struct scan_result *none = NULL;
  auto_json list = json_array();
  assert_int_equal(scan_result_read(list, &none, &err), ARTM_E_DIGEST);
}

/* A hundred jobs that share a result of a thousand findings with long texts. */
static void test_shared_findings(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  struct scan_result *result = scan_result_new("trivy", SAMPLE_MANIFEST);
  run_report_add_scan(report, result);
  struct artm_finding finding = sample_finding();
  auto_free char *description = mem_alloc(4001);
  memset(description, 'x', 4000);
  finding.description = description;
  for (size_t i = 0; i < 1000; i++)
    scan_result_add(result, &finding);
  for (size_t i = 0; i < 100; i++)
    sample_scan(sample_job(report, "a", JOB_UNCHANGED), "linux/amd64", result);
  auto_json json = run_report_json(report);
  const json_t *jobs = json_object_get(json, "jobs");
  json_t *first = json_array_get(json_object_get(json_array_get(jobs, 0), "scans"), 0);
  json_t *last = json_array_get(json_object_get(json_array_get(jobs, 99), "scans"), 0);
  first = json_array_get(json_object_get(first, "findings"), 0);
  last = json_array_get(json_object_get(last, "findings"), 0);
  assert_ptr_not_equal(first, last);
  assert_ptr_equal(json_object_get(first, "description"), json_object_get(last, "description"));
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads_what_was_written),
      cmocka_unit_test(test_secrets_stay_out),
      cmocka_unit_test(test_a_failed_scan_counts_nothing),
      cmocka_unit_test(test_totals),
      cmocka_unit_test(test_reports_without_scans),
      cmocka_unit_test(test_damage),
      cmocka_unit_test(test_hostile_documents),
      cmocka_unit_test(test_cached_results),
      cmocka_unit_test(test_shared_findings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
