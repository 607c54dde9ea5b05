/* SPDX-License-Identifier: Apache-2.0 */
/* render_csv() of report/render.h; tests/e2e/test_render.py reads it with Python's csv. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/log.h"
#include "report/render.h"
#include "unit/render_sample.h"

#define ROW \
  "registry.example/m/library/app:1.0,linux/amd64," SAMPLE_DIGEST ",alpine 3.19.1,trivy,ok"

static char *csv_of(const struct run_report *report) {
  auto_buf out = {0};
  render_csv(report, &out);
  return buf_take(&out);
}

static size_t lines_of(const char *text) {
  size_t count = 0;
  for (; (text = strstr(text, "\r\n")) != NULL; text += 2)
    count++;
  return count;
}

static void test_rows(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *csv = csv_of(report);
  assert_int_equal(lines_of(csv), 6);
  assert_int_equal(strncmp(csv, "image,version,target,platform,digest,os,scanner,status,id,", 58),
                   0);
  assert_non_null(strstr(
      csv, "\r\nlibrary/app,1.0," ROW ",CVE-2026-1,CRITICAL,fixed,libssl3,3.1.4-r1,\"3.1.4-r5, "
           "3.2.0\",alpine,,openssl: a title,https://avd.example/nvd/x?y=1,9.8,,,warn,yes,,,\r\n"));
  assert_non_null(strstr(csv, ",warn,,accepted until the next release,,\r\n"));
  assert_non_null(strstr(csv, ",warn,,,not_affected: no code path,\r\n"));
}

static void test_scans_without_a_result(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *csv = csv_of(report);
  assert_non_null(strstr(csv, ",linux/arm64," SAMPLE_DIGEST
                              ",,trivy,failed,,,,,,,,,,,,,,,,,,\"the database is missing; hint: "
                              "download it\"\r\n"));
  assert_non_null(strstr(csv, ",trivy,skipped,"));
  assert_null(strstr(csv, "library/clean"));
}

static void test_formulas(void **state) {
  (void)state;
  static const char *const cells[][2] = {{"=1+1", "\"'=1+1\""},
                                         {"+1", "\"'+1\""},
                                         {"-1", "\"'-1\""},
                                         {"@SUM(A1)", "\"'@SUM(A1)\""},
                                         {" \t=1", "\"'=1\""},
                                         {"=\"a\",b", "\"'=\"\"a\"\",b\""},
                                         {"\xef\xbc\x9d"
                                          "1",
                                          "\"'\xef\xbc\x9d"
                                          "1\""},
                                         {"say \"x\"", "\"say \"\"x\"\"\""}};
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    auto_report report = run_report_new("mirror");
    struct job_record *job = sample_job(report, cells[i][0], "1", JOB_CREATED);
    sample_scan(job, sample_result(report, "trivy", SCAN_FAILED), "linux/amd64");
    auto_free char *csv = csv_of(report);
    const char *row = strstr(csv, "\r\n") + 2;
    assert_int_equal(strncmp(row, cells[i][1], strlen(cells[i][1])), 0);
  }
}

static void test_hostile(void **state) {
  (void)state;
  auto_report report = hostile_report(HOSTILE);
  auto_free char *csv = csv_of(report);
  assert_int_equal(lines_of(csv), 4);
  assert_null(strstr(csv, "##["));
  assert_null(strstr(csv, "\n::"));
  for (const char *p = csv; *p != '\0'; p++)
    assert_true((unsigned char)*p >= 0x20 || *p == '\r' || *p == '\n');
}

static void test_secret(void **state) {
  (void)state;
  log_secret("hunter2-secret");
  auto_report report = hostile_report("https://me:pass-word@x.example/?t=hunter2-secret");
  auto_free char *text = csv_of(report);
  assert_null(strstr(text, "hunter2-secret"));
  assert_null(strstr(text, "pass-word"));
  assert_non_null(strstr(text, "***"));
  log_done();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                     cmocka_unit_test(test_scans_without_a_result),
                                     cmocka_unit_test(test_formulas),
                                     cmocka_unit_test(test_hostile), cmocka_unit_test(test_secret)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
