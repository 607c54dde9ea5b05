/* SPDX-License-Identifier: Apache-2.0 */
/* render_junit() of report/render.h; tests/e2e/test_render.py reads it with an XML parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/log.h"
#include "report/render.h"
#include "unit/render_sample.h"

static char *junit_of(const struct run_report *report) {
  auto_buf out = {0};
  render_junit(report, &out);
  return buf_take(&out);
}

static void test_suites_and_counts(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *xml = junit_of(report);
  static const char *const parts[] = {
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"artmirror\" tests=\"10\" "
      "failures=\"1\" errors=\"2\" time=\"4.500\">",
      "<testsuite name=\"mirror\" tests=\"4\" failures=\"0\" errors=\"1\" skipped=\"0\" "
      "time=\"4.500\" timestamp=\"2026-11-24T06:05:07\">",
      "<testsuite name=\"library/app:1.0 linux/amd64 (trivy)\" tests=\"3\" failures=\"1\" "
      "errors=\"0\" skipped=\"2\" time=\"0.250\" timestamp=\"2026-11-24T06:05:07\">",
      "<property name=\"os\" value=\"alpine 3.19.1\"/>"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    assert_non_null(strstr(xml, parts[i]));
}

static void test_cases(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *xml = junit_of(report);
  static const char *const parts[] = {
      "<testcase classname=\"mirror.images\" name=\"library/app:1.0\" time=\"1.500\"/>",
      "<error type=\"auth\" message=\"registry.example: the registry refused the password\">"
      "registry.example: the registry refused the password&#10;hint: log in again</error>",
      "name=\"CVE-2026-1 in libssl3 3.1.4-r1\" time=\"0.000\">\n"
      "      <failure type=\"CRITICAL\" message=\"CRITICAL: openssl: a title; fixed in 3.1.4-r5, "
      "3.2.0\">Package: libssl3&#10;",
      "<skipped message=\"allowed: accepted until the next release\">",
      "<skipped message=\"suppressed: not_affected\">",
      "name=\"scan\" time=\"0.000\">\n      <error type=\"failed\" message=\"the database is "
      "missing; hint: download it\">",
      "name=\"no findings\" time=\"0.000\"/>",
      "<skipped message=\"the database is missing; hint: download it\">"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    assert_non_null(strstr(xml, parts[i]));
  assert_null(strstr(xml, "CVE-2026-4"));
}

static void test_policy_and_required(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  struct job_record *job = sample_job(report, "a", "1", JOB_BLOCKED);
  error_set(&job->error, ARTM_E_POLICY, "withheld");
  job = sample_job(report, "b", "1", JOB_CREATED);
  error_set(&job->policy, ARTM_E_POLICY, "one is CRITICAL");
  sample_scan(job, sample_result(report, "trivy", SCAN_SKIPPED), "linux/amd64")->required = true;
  struct scan_result *result = sample_result(report, "trivy", SCAN_OK);
  result->os_known = false;
  sample_scan(job, result, "linux/amd64");
  sample_job(report, "c", "1", JOB_CANCELLED);
  auto_free char *xml = junit_of(report);
  assert_non_null(strstr(xml, "<failure type=\"blocked\" message=\"withheld\">"));
  assert_non_null(strstr(xml, "<failure type=\"policy\" message=\"one is CRITICAL\">"));
  assert_non_null(strstr(xml, "<error type=\"skipped\""));
  assert_non_null(strstr(xml, "name=\"no findings, os unknown\""));
  assert_non_null(strstr(xml, "<skipped message=\"cancelled\">"));
}

static void test_hostile(void **state) {
  (void)state;
  auto_report report = hostile_report(HOSTILE);
  auto_free char *xml = junit_of(report);
  assert_null(strstr(xml, "<script"));
  assert_null(strstr(xml, "\n::"));
  assert_null(strstr(xml, "##["));
  assert_null(strstr(xml, "]]>"));
  for (const char *p = xml; *p != '\0'; p++)
    assert_true((unsigned char)*p >= 0x20 || *p == '\n');
}

static void test_nothing(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  auto_free char *xml = junit_of(report);
  assert_non_null(strstr(xml, "<testsuite name=\"mirror\" tests=\"0\""));
}

static void test_secret(void **state) {
  (void)state;
  log_secret("hunter2-secret");
  auto_report report = hostile_report("https://me:pass-word@x.example/?t=hunter2-secret");
  auto_free char *text = junit_of(report);
  assert_null(strstr(text, "hunter2-secret"));
  assert_null(strstr(text, "pass-word"));
  assert_non_null(strstr(text, "***"));
  log_done();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_suites_and_counts),
                                     cmocka_unit_test(test_cases),
                                     cmocka_unit_test(test_policy_and_required),
                                     cmocka_unit_test(test_hostile),
                                     cmocka_unit_test(test_secret),
                                     cmocka_unit_test(test_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
