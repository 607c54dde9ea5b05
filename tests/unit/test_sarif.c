/* SPDX-License-Identifier: Apache-2.0 */
/* render_sarif() of report/render.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "report/log.h"
#include "report/render.h"
#include "report/sarif.h"
#include "unit/render_sample.h"

static json_t *log_of(const struct run_report *report) {
  auto_buf out = {0};
  auto_error err = {0};
  json_t *log = NULL;
  render_sarif(report, &out);
  assert_null(strstr(out.data, "##["));
  assert_int_equal(json_parse(out.data, out.len, &log, &err), 0);
  return log;
}

static json_t *member(json_t *value, const char *path) {
  auto_free char *copy = str_copy(path);
  char *rest = copy, *name;
  while ((name = strsep(&rest, "/")) != NULL)
    value = name[0] >= '0' && name[0] <= '9'
                ? json_array_get(value, (size_t)strtoul(name, NULL, 10))
                : json_object_get(value, name);
  return value;
}

static const char *text(json_t *value, const char *path) {
  return json_string_value(member(value, path));
}

static void test_a_run_an_image_and_platform(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_json log = log_of(report);
  assert_int_equal(json_array_size(member(log, "runs")), 3);
  assert_string_equal(text(log, "version"), "2.1.0");
  assert_string_equal(text(log, "runs/0/automationDetails/id"),
                      "artmirror/registry.example/m/library/app/1.0/linux/amd64/");
  assert_string_equal(text(log, "runs/1/automationDetails/id"),
                      "artmirror/registry.example/m/library/app/1.0/linux/arm64/");
  assert_string_equal(text(log, "runs/0/tool/driver/name"), "trivy");
  assert_string_equal(text(log, "runs/0/tool/driver/version"), "0.74.0");
  assert_string_equal(text(log, "runs/0/properties/tag"), "1.0");
  assert_string_equal(text(log, "runs/0/properties/os"), "alpine 3.19.1");
  assert_string_equal(text(log, "properties/skippedScans/0/image"), "library/aside:3");
  assert_null(sarif_note(report));
}

static void test_rules_and_results(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_json log = log_of(report);
  json_t *results = member(log, "runs/0/results"), *rules = member(log, "runs/0/tool/driver/rules");
  assert_int_equal(json_array_size(results), 3);
  assert_int_equal(json_array_size(rules), 3);
  assert_string_equal(text(results, "0/ruleId"), "CVE-2026-1");
  assert_string_equal(text(results, "0/level"), "error");
  assert_string_equal(text(rules, "0/id"), "CVE-2026-1");
  assert_string_equal(text(rules, "0/name"), "OsPackageVulnerability");
  assert_string_equal(text(rules, "0/properties/security-severity"), "9.8");
  assert_string_equal(text(rules, "0/fullDescription/text"), "Line one. Line two.");
  assert_string_equal(text(rules, "0/helpUri"), "https://avd.example/nvd/x?y=1");
  assert_string_equal(text(results, "0/message/text"),
                      "Package: libssl3\nInstalled version: 3.1.4-r1\nVulnerability: CVE-2026-1\n"
                      "Severity: CRITICAL\nFixed version: 3.1.4-r5, 3.2.0\n"
                      "Image: library/app:1.0\nLink: https://avd.example/nvd/x?y=1");
  json_t *place = member(results, "0/locations/0/physicalLocation");
  assert_string_equal(text(place, "artifactLocation/uri"), "m/library/app");
  assert_string_equal(text(place, "artifactLocation/uriBaseId"), "ROOTPATH");
  char fingerprint[65];
  const struct job_scan *scan = &report->jobs[0]->scans[0];
  finding_fingerprint(scan, scan->rows[0].finding, fingerprint);
  assert_string_equal(
      json_string_value(json_object_get(member(results, "0/partialFingerprints"), "artmirror/v1")),
      fingerprint);
}

static void test_suppressed_and_allowed(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_json log = log_of(report);
  json_t *results = member(log, "runs/0/results");
  assert_int_equal(json_array_size(member(results, "0/suppressions")), 0);
  assert_string_equal(text(results, "1/suppressions/0/kind"), "external");
  assert_string_equal(text(results, "1/suppressions/0/justification"),
                      "accepted until the next release");
  assert_string_equal(text(results, "2/suppressions/0/justification"),
                      "not_affected: no code path");
}

static void test_a_failed_scan_is_no_success(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_json log = log_of(report);
  json_t *failed = member(log, "runs/1/invocations/0"),
         *clean = member(log, "runs/2/invocations/0");
  assert_true(json_is_false(member(failed, "executionSuccessful")));
  assert_string_equal(text(failed, "toolExecutionNotifications/0/message/text"),
                      "scan failed: the database is missing; hint: download it");
  assert_string_equal(text(log, "runs/1/properties/status"), "failed");
  assert_true(json_is_true(member(clean, "executionSuccessful")));
  assert_int_equal(json_array_size(member(log, "runs/2/results")), 0);
}

static void test_severity_without_a_score(void **state) {
  (void)state;
  static const struct {
    uint32_t severity;
    const char *score, *level;
  } cases[] = {{ARTM_SEVERITY_CRITICAL, "9.5", "error"},  {ARTM_SEVERITY_HIGH, "8.0", "error"},
               {ARTM_SEVERITY_MEDIUM, "5.5", "warning"},  {ARTM_SEVERITY_LOW, "2.0", "note"},
               {ARTM_SEVERITY_NEGLIGIBLE, "2.0", "note"}, {ARTM_SEVERITY_UNKNOWN, "0.0", "note"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct artm_finding finding = sample_finding("CVE-1", cases[i].severity);
    finding.severity_source = "ubuntu";
    auto_json rule = sarif_rule(&finding);
    assert_string_equal(text(rule, "properties/security-severity"), cases[i].score);
    assert_string_equal(text(rule, "defaultConfiguration/level"), cases[i].level);
  }
}

static void test_ids_are_distinct(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  struct job_record *job = sample_job(report, "app", "1", JOB_CREATED);
  sample_scan(job, sample_result(report, "trivy", SCAN_OK), "linux/amd64");
  sample_scan(job, sample_result(report, "grype", SCAN_OK), "linux/amd64");
  job = sample_job(report, "app", "2", JOB_CREATED);
  sample_scan(job, sample_result(report, "trivy", SCAN_OK), "linux/amd64");
  auto_json log = log_of(report);
  assert_string_equal(text(log, "runs/0/automationDetails/id"),
                      "artmirror/registry.example/m/app/1/linux/amd64/");
  assert_string_equal(text(log, "runs/1/automationDetails/id"),
                      "artmirror/registry.example/m/app/1/linux/amd64/grype/");
  assert_string_equal(text(log, "runs/2/automationDetails/id"),
                      "artmirror/registry.example/m/app/2/linux/amd64/");
}

static void add_images(struct run_report *report, size_t names, size_t tags, size_t findings) {
  for (size_t i = 0; i < names * tags; i++) {
    auto_free char *name = str_format("app%zu", i / tags), *tag = str_format("%zu", i % tags);
    struct job_record *job = sample_job(report, name, tag, JOB_CREATED);
    struct scan_result *result = sample_result(report, "trivy", SCAN_OK);
    for (size_t j = 0; j < findings; j++) {
      auto_free char *id = str_format("CVE-2026-%zu", j);
      sample_add(result, id, j % 3 == 0 ? ARTM_SEVERITY_MEDIUM : ARTM_SEVERITY_HIGH);
    }
    scan_result_sort(result);
    sample_scan(job, result, "linux/amd64");
  }
}

static void test_twenty_runs(void **state) {
  (void)state;
  auto_report images = run_report_new("mirror");
  auto_report tags = run_report_new("mirror");
  auto_report names = run_report_new("mirror");
  add_images(images, 20, 1, 1);
  add_images(tags, 3, 7, 2);
  add_images(names, 21, 1, 2);
  struct sarif_groups groups = {0};
  sarif_groups_of(images, &groups);
  assert_int_equal(groups.count, 20);
  assert_false(groups.merged);
  sarif_groups_of(tags, &groups);
  assert_int_equal(groups.count, 3);
  assert_true(groups.merged);
  assert_string_equal(groups.items[2].id, "artmirror/registry.example/m/app2/");
  assert_int_equal(groups.items[2].part_count, 7);
  assert_int_equal(groups.items[2].result_count, 14);
  sarif_groups_of(names, &groups);
  assert_int_equal(groups.count, 1);
  assert_string_equal(groups.items[0].id, "artmirror/");
  assert_int_equal(groups.items[0].result_count, 42);
  for (size_t i = 0; i < 42; i++)
    assert_int_equal(groups.items[0].results[i].row->finding->severity,
                     i < 21 ? ARTM_SEVERITY_HIGH : ARTM_SEVERITY_MEDIUM);
  sarif_groups_done(&groups);
  auto_free char *note = sarif_note(tags);
  assert_non_null(strstr(note, "20 images and platforms"));
}

static void test_the_worst_results_stay(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  add_images(report, 1, 1, 6000);
  auto_json log = log_of(report);
  json_t *results = member(log, "runs/0/results");
  assert_int_equal(json_array_size(results), SARIF_RESULTS_MAX);
  assert_string_equal(text(results, "3999/properties/severity"), "HIGH");
  assert_string_equal(text(results, "4000/properties/severity"), "MEDIUM");
  assert_int_equal(json_integer_value(member(log, "runs/0/properties/leftOut")), 1000);
  assert_non_null(
      strstr(text(log, "runs/0/invocations/0/toolExecutionNotifications/0/message/text"),
             "1000 of the least severe"));
  auto_free char *note = sarif_note(report);
  assert_non_null(strstr(note, "1000 of the least severe"));
}

static void test_uris_and_links(void **state) {
  (void)state;
  static const char *const uris[][2] = {{"/usr/lib/a b", "usr/lib/a%20b"},
                                        {"http://evil", "http%3A//evil"},
                                        {"a?b#c%", "a%3Fb%23c%25"},
                                        {"\xff", "%5Cxff"},
                                        {"", "unknown"}};
  for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
    auto_free char *uri = sarif_uri(uris[i][0]);
    assert_string_equal(uri, uris[i][1]);
  }
  static const char *const paths[][2] = {{"ghcr.io/owner/name", "owner/name"},
                                         {"localhost/name", "name"},
                                         {"host:5000/name", "name"},
                                         {"owner/name", "owner/name"},
                                         {"host:5000", "host:5000"}};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    assert_string_equal(sarif_repository_path(paths[i][0]), paths[i][1]);
  auto_json message = sarif_text("see [this](http://evil) a[0]", 100);
  assert_string_equal(json_string_value(message), "see \\[this\\](http://evil) a\\[0\\]");
}

static void test_hostile(void **state) {
  (void)state;
  auto_report report = hostile_report(HOSTILE);
  auto_json log = log_of(report);
  auto_free char *whole = json_compact(log);
  assert_null(strchr(whole, 0x1b));
  assert_null(strstr(whole, "\\u001b"));
  assert_null(strstr(whole, "\xe2\x80\xae"));
  json_t *run = member(log, "runs/0");
  assert_null(strstr(text(run, "results/0/message/text"), "[a](http://evil"));
  assert_null(strstr(text(run, "tool/driver/rules/0/help/text"), "[a](http://evil"));
  assert_null(json_object_get(member(log, "runs/0/tool/driver/rules/0"), "helpUri"));
}

static void test_a_long_title(void **state) {
  (void)state;
  auto_free char *title = mem_alloc(1000001);
  memset(title, 'a', 1000000);
  auto_report report = hostile_report(title);
  auto_buf out = {0};
  render_sarif(report, &out);
  assert_true(out.len < 100000);
}

static void test_same_bytes(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_buf one = {0}, two = {0};
  render_sarif(report, &one);
  render_sarif(report, &two);
  assert_string_equal(one.data, two.data);
}

static void test_secret(void **state) {
  (void)state;
  log_secret("hunter2-secret");
  auto_report report = hostile_report("https://me:pass-word@x.example/?t=hunter2-secret");
  auto_buf out = {0};
  render_sarif(report, &out);
  assert_null(strstr(out.data, "hunter2-secret"));
  assert_null(strstr(out.data, "pass-word"));
  assert_non_null(strstr(out.data, "***"));
  log_done();
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_run_an_image_and_platform),
                                     cmocka_unit_test(test_rules_and_results),
                                     cmocka_unit_test(test_suppressed_and_allowed),
                                     cmocka_unit_test(test_a_failed_scan_is_no_success),
                                     cmocka_unit_test(test_severity_without_a_score),
                                     cmocka_unit_test(test_ids_are_distinct),
                                     cmocka_unit_test(test_twenty_runs),
                                     cmocka_unit_test(test_the_worst_results_stay),
                                     cmocka_unit_test(test_uris_and_links),
                                     cmocka_unit_test(test_hostile),
                                     cmocka_unit_test(test_secret),
                                     cmocka_unit_test(test_a_long_title),
                                     cmocka_unit_test(test_same_bytes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
