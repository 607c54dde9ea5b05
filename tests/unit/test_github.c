/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs, summaries and annotations of a step, and debug logging, as GitHub's documentation of
 * workflow commands has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/json.h"
#include "report/github.h"
#include "report/github_command.h"
#include "scan_kit.h"

static char path[] = "/tmp/artmirror-github-XXXXXX";
static char summary[] = "/tmp/artmirror-summary-XXXXXX";

static int enter(void **state) {
  (void)state;
  close(mkstemp(path));
  close(mkstemp(summary));
  return setenv("GITHUB_OUTPUT", path, 1);
}

static int leave(void **state) {
  (void)state;
  return unlink(path) + unlink(summary);
}

static char *content(const char *file) {
  auto_buf text = {0};
  auto_error err = {0};
  assert_int_equal(fs_read(file, 4 << 20, &text, &err), 0);
  return buf_take(&text);
}

static void appends_a_line_a_value(void **state) {
  (void)state;
  auto_error err = {0};
  assert_int_equal(github_output("count", "3", &err), 0);
  assert_int_equal(github_output("matrix", "[{\"a\":\"=<<\"}]", &err), 0);
  auto_free char *text = content(path);
  assert_string_equal(text, "count=3\nmatrix=[{\"a\":\"=<<\"}]\n");
}

static void several_lines_stand_between_delimiters(void **state) {
  (void)state;
  auto_error err = {0};
  assert_int_equal(truncate(path, 0), 0);
  assert_int_equal(github_output("text", "one\nother=2", &err), 0);
  auto_free char *text = content(path);
  const char *name = "text<<artmirror_";
  assert_memory_equal(text, name, strlen(name));
  auto_free char *delimiter = str_copy_n(text + 6, strcspn(text + 6, "\n"));
  assert_int_equal(strlen(delimiter), strlen("artmirror_") + 32);
  auto_free char *expected = str_format("text<<%s\none\nother=2\n%s\n", delimiter, delimiter);
  assert_string_equal(text, expected);
}

static void says_what_is_missing(void **state) {
  (void)state;
  auto_error err = {0};
  setenv("GITHUB_OUTPUT", "/nowhere/at/all", 1);
  assert_int_equal(github_output("a", "b", &err), ARTM_E_LOCAL);
  unsetenv("GITHUB_OUTPUT");
  assert_int_equal(github_output("a", "b", &err), ARTM_E_CONFIG);
  assert_non_null(err.hint);
}

static void debug_logging_is_asked_for_by_variables(void **state) {
  (void)state;
  static const char *const names[] = {"RUNNER_DEBUG", "ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG"};
  for (size_t i = 0; i < 3; i++)
    unsetenv(names[i]);
  assert_false(github_debug());
  for (size_t i = 0; i < 3; i++) {
    setenv(names[i], i == 0 ? "1" : "true", 1);
    assert_true(github_debug());
    setenv(names[i], "false", 1);
    assert_false(github_debug());
    unsetenv(names[i]);
  }
}

static void a_step_is_recognised(void **state) {
  (void)state;
  unsetenv("GITHUB_ACTIONS");
  assert_false(github_is_running());
  setenv("GITHUB_ACTIONS", "false", 1);
  assert_false(github_is_running());
  setenv("GITHUB_ACTIONS", "true", 1);
  assert_true(github_is_running());
  unsetenv("GITHUB_ACTIONS");
}

static void check_annotations(const struct run_report *report, const char *expected) {
  auto_buf out = {0};
  github_annotations(report, &out);
  assert_string_equal(out.len > 0 ? out.data : "", expected);
}

/* The worst platform counts, and an image at two targets is one. */
static void images_have_a_warning_a_level(void **state) {
  (void)state;
  auto_kit_report report = run_report_new("mirror");
  struct job_record *job = kit_job(report, "nginx", "1.25.0", "a.example");
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_CRITICAL, 2, NULL);
  kit_findings(job, ARTM_SEVERITY_HIGH, 5, NULL);
  kit_scan(report, job, "trivy", "linux/arm64");
  kit_findings(job, ARTM_SEVERITY_CRITICAL, 3, NULL);
  job = kit_job(report, "nginx", "1.25.0", "b.example");
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_CRITICAL, 1, NULL);
  job = kit_job(report, "hashicorp/vault", "1.19.0", "a.example");
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_HIGH, 1, NULL);
  kit_findings(job, ARTM_SEVERITY_LOW, 9, NULL);
  job = kit_job(report, "clean", "1", "a.example");
  kit_scan(report, job, "trivy", "linux/amd64");
  check_annotations(
      report, "::warning title=Security Alert::nginx:1.25.0 contains 3 CRITICAL vulnerabilities\n"
              "::warning title=Security Alert::nginx:1.25.0 contains 5 HIGH vulnerabilities\n"
              "::warning title=Security Alert::hashicorp/vault:1.19.0 contains 1 HIGH "
              "vulnerabilities\n");
}

static size_t count_of(const char *text, const char *part) {
  size_t count = 0;
  while ((text = strstr(text, part)) != NULL) {
    text += strlen(part);
    count++;
  }
  return count;
}

static void ten_warnings_are_all(void **state) {
  (void)state;
  auto_kit_report report = run_report_new("mirror");
  for (int i = 0; i < 5; i++) {
    auto_free char *name = str_format("image%d", i);
    struct job_record *job = kit_job(report, name, "1", "t");
    kit_scan(report, job, "trivy", "linux/amd64");
    kit_findings(job, ARTM_SEVERITY_CRITICAL, (size_t)i + 1, NULL);
    kit_findings(job, ARTM_SEVERITY_HIGH, 1, NULL);
  }
  auto_buf ten = {0};
  github_annotations(report, &ten);
  assert_int_equal(count_of(ten.data, "\n"), 10);
  assert_null(strstr(ten.data, "more"));
  struct job_record *job = kit_job(report, "one-more", "1", "t");
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_HIGH, 7, NULL);
  auto_buf more = {0};
  github_annotations(report, &more);
  assert_int_equal(count_of(more.data, "::warning "), 10);
  assert_int_equal(count_of(more.data, "\n"), 10);
  const char *worst = "::warning title=Security Alert::image4:1 contains 5 CRITICAL ";
  assert_memory_equal(more.data, worst, strlen(worst));
  assert_non_null(strstr(more.data, "::warning title=Security Alert::and 2 more: 0 images with "
                                    "CRITICAL and 2 with HIGH vulnerabilities\n"));
}

static void a_scan_without_a_result_is_told(void **state) {
  (void)state;
  auto_kit_report report = run_report_new("mirror");
  for (int i = 0; i < 12; i++) {
    auto_free char *name = str_format("image%d", i);
    struct job_record *job = kit_job(report, name, "1", "t");
    kit_scan(report, job, "trivy", "linux/amd64");
    kit_findings(job, ARTM_SEVERITY_CRITICAL, 1, NULL);
    kit_scan(report, job, "trivy", "linux/arm64")->status = i % 2 ? SCAN_FAILED : SCAN_TIMEOUT;
    struct scan_result *skipped = kit_scan(report, job, "grype", NULL);
    skipped->status = SCAN_SKIPPED;
    error_set(&skipped->error, ARTM_E_UNSUPPORTED, "grype is not\ninstalled");
  }
  auto_buf out = {0};
  github_annotations(report, &out);
  assert_int_equal(count_of(out.data, "::warning "), 10);
  assert_non_null(strstr(out.data, "::and 4 more: 4 images with CRITICAL and 0 with HIGH"));
  assert_non_null(strstr(out.data, "::warning title=Scan Incomplete::12 scans without a result: 6 "
                                   "failed, 6 timed out\n"));
  assert_non_null(strstr(
      out.data, "::notice title=Not Scanned::12 scans skipped: grype is not\\x0ainstalled\n"));
}

static void failures_are_errors_within_ten(void **state) {
  (void)state;
  auto_kit_report report = run_report_new("mirror");
  struct job_record *job = kit_job(report, "held", "1", "t");
  job->status = JOB_BLOCKED;
  error_set(&job->error, ARTM_E_POLICY, "2 CRITICAL vulnerabilities");
  job = kit_job(report, "there", "1", "t");
  error_set(&job->policy, ARTM_E_POLICY, "the scan failed and is required");
  job = kit_job(report, "broken", "1", "t");
  job->status = JOB_FAILED;
  error_set(&job->error, ARTM_E_NETWORK, "100%%\n::error::x");
  check_annotations(report, "::error title=Policy Violation::held:1 is blocked: 2 CRITICAL "
                            "vulnerabilities\n"
                            "::error title=Policy Violation::there:1: the scan failed and is "
                            "required\n"
                            "::error title=Mirroring Failed::broken:1: 100%25\\x0a::error::x\n");
  for (int i = 0; i < 9; i++) {
    job = kit_job(report, "more", "1", "t");
    job->status = JOB_FAILED;
    error_set(&job->error, ARTM_E_NETWORK, "x");
  }
  auto_buf out = {0};
  github_annotations(report, &out);
  assert_int_equal(count_of(out.data, "::error title="), 10);
  assert_non_null(strstr(out.data, "::and 3 more jobs: see the summary\n"));
}

static void a_hostile_name_stays_in_its_line(void **state) {
  (void)state;
  auto_kit_report report = run_report_new("mirror");
  struct job_record *job =
      kit_job(report, "::error::a\r\n%0A##[e]|<b>\033[31m\xe2\x80\xae", "1", "t");
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_CRITICAL, 1, "::add-mask::title");
  check_annotations(report, "::warning title=Security Alert::\\x3a:error::a\\x0d\\x0a%250A#\\x23[e]"
                            "|<b>\\x1b[31m\\xe2\\x80\\xae:1 contains 1 CRITICAL vulnerabilities\n");
}

static void messages_are_cut_at_the_limit(void **state) {
  (void)state;
  char text[6001];
  auto_buf out = {0};
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  github_annotation(&out, "error", "T", text);
  assert_int_equal(out.len, strlen("::error title=T::\n") + 4096);
  assert_string_equal(out.data + out.len - 5, "x...\n");
}

static struct run_report *found(void) {
  struct run_report *report = run_report_new("mirror");
  struct job_record *job = kit_job(report, "a", "1\nevil=1", "t");
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_CRITICAL, 2, NULL);
  kit_scan(report, job, "grype", "linux/amd64")->status = SCAN_FAILED;
  job = kit_job(report, "b", "1", "t");
  job->status = JOB_UNCHANGED;
  kit_scan(report, job, "trivy", "linux/amd64");
  kit_findings(job, ARTM_SEVERITY_CRITICAL, 3, NULL);
  kit_findings(job, ARTM_SEVERITY_MEDIUM, 4, NULL);
  report->exit_code = 7;
  return report;
}

static void outputs_are_set(void **state) {
  (void)state;
  auto_error err = {0};
  auto_kit_report report = found();
  setenv("GITHUB_OUTPUT", path, 1);
  unsetenv("GITHUB_STEP_SUMMARY");
  assert_int_equal(truncate(path, 0), 0);
  assert_int_equal(github_finish(report, "a\nb=c", &err), 0);
  auto_free char *text = content(path);
  const char *numbers =
      "exit_code=7\njobs=2\ncreated=1\nupdated=0\nunchanged=1\nkept=0\nblocked=0\n"
      "failed=0\nskipped=0\ncancelled=0\ncritical=5\nhigh=0\nmedium=4\nscans=2\n"
      "scans_failed=1\nscans_skipped=0\nimages<<artmirror_";
  assert_memory_equal(text, numbers, strlen(numbers));
  assert_non_null(strstr(text, "\n[{\"image\":\"b:1\",\"critical\":3,\"high\":0,\"medium\":4},"
                               "{\"image\":\"a:1\\\\x0aevil=1\",\"critical\":2,\"high\":0,"
                               "\"medium\":0}]\nartmirror_"));
  const char *folder = strstr(text, "\nreport_dir<<artmirror_");
  assert_non_null(folder);
  assert_non_null(strstr(folder + 1, "\na\nb=c\nartmirror_"));
}

static void the_summary_is_added_within_the_limit(void **state) {
  (void)state;
  auto_error err = {0};
  auto_kit_report report = found();
  unsetenv("GITHUB_OUTPUT");
  setenv("GITHUB_STEP_SUMMARY", summary, 1);
  assert_int_equal(github_finish(report, NULL, &err), 0);
  auto_free char *first = content(summary);
  assert_true(strlen(first) > 20);
  assert_int_equal(truncate(summary, (900 << 10) - 8192), 0);
  assert_int_equal(github_finish(report, NULL, &err), 0);
  FILE *stream = fopen(summary, "r");
  assert_int_equal(fseek(stream, 0, SEEK_END), 0);
  long size = ftell(stream);
  fclose(stream);
  assert_true(size > (900 << 10) - 8192 && size <= 900 << 10);
  assert_int_equal(truncate(summary, 900 << 10), 0);
  assert_int_equal(github_finish(report, NULL, &err), 0); /* full: left as it is */
  setenv("GITHUB_STEP_SUMMARY", "/nowhere/at/all", 1);
  assert_int_equal(github_finish(report, NULL, &err), ARTM_E_LOCAL);
  unsetenv("GITHUB_STEP_SUMMARY");
  assert_int_equal(github_finish(report, NULL, &err), 0); /* nobody wants to know */
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(appends_a_line_a_value),
      cmocka_unit_test(several_lines_stand_between_delimiters),
      cmocka_unit_test(says_what_is_missing),
      cmocka_unit_test(debug_logging_is_asked_for_by_variables),
      cmocka_unit_test(a_step_is_recognised),
      cmocka_unit_test(images_have_a_warning_a_level),
      cmocka_unit_test(ten_warnings_are_all),
      cmocka_unit_test(a_scan_without_a_result_is_told),
      cmocka_unit_test(failures_are_errors_within_ten),
      cmocka_unit_test(a_hostile_name_stays_in_its_line),
      cmocka_unit_test(messages_are_cut_at_the_limit),
      cmocka_unit_test(outputs_are_set),
      cmocka_unit_test(the_summary_is_added_within_the_limit),
  };
  return cmocka_run_group_tests(tests, enter, leave);
}
