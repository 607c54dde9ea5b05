/* SPDX-License-Identifier: Apache-2.0 */
/* engine/gate.h: what violates a gate, what is allowed, and what is said of it. */
#include "base/text.h"
#include "engine/gate.h"
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DAY ((int64_t)24 * 3600 * 1000)

static const char *const aliases[] = {"GHSA-aaaa", NULL};
static const char *const fixed_in[] = {"3.1.4-r5", NULL};

static struct artm_finding finding(const char *id, uint32_t severity, uint32_t fix) {
  return (struct artm_finding){.struct_size = sizeof(struct artm_finding),
                               .id = id,
                               .severity = severity,
                               .fix_state = fix,
                               .package_class = ARTM_PACKAGE_OS,
                               .package_name = "openssl",
                               .package_version = "3.1.4-r1",
                               .fix_versions = fix == ARTM_FIX_FIXED ? fixed_in : NULL,
                               .aliases = aliases};
}

struct fixture {
  struct scan_result *result;
  struct job_scan scan;
};

static void set_up(struct fixture *f) {
  const struct artm_finding all[] = {
      finding("CVE-1", ARTM_SEVERITY_CRITICAL, ARTM_FIX_FIXED),
      finding("CVE-2", ARTM_SEVERITY_CRITICAL, ARTM_FIX_AFFECTED),
      finding("CVE-3", ARTM_SEVERITY_HIGH, ARTM_FIX_FIXED),
      finding("CVE-4", ARTM_SEVERITY_LOW, ARTM_FIX_FIXED),
      finding("CVE-5", ARTM_SEVERITY_UNKNOWN, ARTM_FIX_FIXED),
  };
  *f = (struct fixture){.result = scan_result_new("toy", "sha256:aa")};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    scan_result_add(f->result, &all[i]);
  scan_result_sort(f->result);
  f->result->status = SCAN_OK;
  f->result->os_known = true;
  f->scan = (struct job_scan){
      .result = f->result,
      .platform = str_copy("linux/amd64"),
      .filter = {SEVERITY_BIT(ARTM_SEVERITY_HIGH), PACKAGE_BIT(ARTM_PACKAGE_OS), true}};
  job_scan_filter(&f->scan);
}

static void tear_down(struct fixture *f) {
  job_scan_done(&f->scan);
  scan_result_free(f->result);
}

static const struct gate_rule block_critical = {.mode = GATE_BLOCK,
                                                .fail_on = ARTM_SEVERITY_CRITICAL};

static void violations_are_those_at_or_above(void **state) {
  struct fixture f;
  (void)state;
  set_up(&f);
  assert_int_equal(f.scan.row_count, 1);
  gate_judge(&block_critical, 0, &f.scan);
  assert_int_equal(job_scan_violations(&f.scan), 2);
  assert_int_equal(f.scan.verdict, VERDICT_BLOCK);
  assert_int_equal(f.scan.row_count, 3); /* HIGH is shown, both CRITICAL only violate */
  assert_int_equal(f.scan.counts.total, 1);
  tear_down(&f);
  set_up(&f);
  const struct gate_rule low = {.mode = GATE_WARN, .fail_on = ARTM_SEVERITY_LOW};
  gate_judge(&low, 0, &f.scan);
  assert_int_equal(job_scan_violations(&f.scan), 4); /* UNKNOWN is below LOW */
  assert_int_equal(f.scan.verdict, VERDICT_WARN);
  tear_down(&f);
}

static void only_fixable_if_asked_for(void **state) {
  struct fixture f;
  struct gate_rule rule = block_critical;
  (void)state;
  set_up(&f);
  rule.fixable_only = true;
  gate_judge(&rule, 0, &f.scan);
  assert_int_equal(job_scan_violations(&f.scan), 1);
  tear_down(&f);
}

static void allowed_until_the_date(void **state) {
  struct fixture f;
  const struct allowed_finding allow[] = {
      {.id = "cve-1", .package = "openssl", .reason = "not reachable", .until_ms = 10 * DAY},
      {.id = "CVE-2", .package = "musl", .reason = "another package", .until_ms = 10 * DAY},
  };
  struct gate_rule rule = block_critical;
  (void)state;
  rule.allow = allow;
  rule.allow_count = 2;
  set_up(&f);
  gate_judge(&rule, 10 * DAY - 1, &f.scan);
  assert_int_equal(job_scan_violations(&f.scan), 1);
  for (size_t i = 0; i < f.scan.row_count; i++)
    if (strcmp(f.scan.rows[i].finding->id, "CVE-1") == 0)
      assert_string_equal(f.scan.rows[i].allowed, "not reachable");
  gate_judge(&rule, 10 * DAY, &f.scan);
  assert_int_equal(job_scan_violations(&f.scan), 2);
  tear_down(&f);
}

static void an_alias_is_allowed_too(void **state) {
  struct fixture f;
  const struct allowed_finding allow = {.id = "GHSA-AAAA", .reason = "r", .until_ms = DAY};
  struct gate_rule rule = block_critical;
  (void)state;
  rule.allow = &allow;
  rule.allow_count = 1;
  set_up(&f);
  gate_judge(&rule, 0, &f.scan);
  assert_int_equal(job_scan_violations(&f.scan), 0);
  assert_int_equal(f.scan.verdict, VERDICT_PASS);
  tear_down(&f);
}

static void no_result_blocks_only_a_gate_that_blocks(void **state) {
  struct fixture f;
  (void)state;
  set_up(&f);
  f.result->status = SCAN_FAILED;
  f.result->finding_count = 0;
  job_scan_filter(&f.scan);
  gate_judge(&block_critical, 0, &f.scan);
  assert_int_equal(f.scan.verdict, VERDICT_BLOCK);
  const struct gate_rule warn = {.mode = GATE_WARN, .fail_on = ARTM_SEVERITY_CRITICAL};
  gate_judge(&warn, 0, &f.scan);
  assert_int_equal(f.scan.verdict, VERDICT_NONE);
  const struct gate_rule none = {0};
  gate_judge(&none, 0, &f.scan);
  assert_int_equal(f.scan.verdict, VERDICT_NONE);
  tear_down(&f);
}

static void an_unknown_system_blocks(void **state) {
  struct fixture f;
  (void)state;
  set_up(&f);
  f.result->os_known = false;
  f.result->finding_count = 0;
  job_scan_filter(&f.scan);
  gate_judge(&block_critical, 0, &f.scan);
  assert_int_equal(f.scan.verdict, VERDICT_BLOCK);
  struct job_record record = {.scans = &f.scan, .scan_count = 1, .target_reference = "r/app:1"};
  auto_error error = {0};
  gate_policy(&record, &error);
  assert_int_equal(error.code, ARTM_E_POLICY);
  assert_non_null(strstr(error.message, "operating system is not known"));
  tear_down(&f);
}

static void the_message_names_what_is_wrong(void **state) {
  struct fixture f;
  (void)state;
  set_up(&f);
  gate_judge(&block_critical, 0, &f.scan);
  struct job_record record = {.scans = &f.scan, .scan_count = 1, .target_reference = "r/app:1"};
  auto_error error = {0};
  gate_policy(&record, &error);
  assert_int_equal(error.code, ARTM_E_POLICY);
  assert_non_null(strstr(error.message, "toy, linux/amd64: 2 findings of CRITICAL (CVE-1"));
  assert_non_null(strstr(error.message, "CVE-1 in openssl 3.1.4-r1, fixed in 3.1.4-r5"));
  assert_non_null(strstr(error.hint, "gate"));
  assert_true(gate_blocks(&record));
  tear_down(&f);
}

static void a_required_scan_that_failed(void **state) {
  struct fixture f;
  (void)state;
  set_up(&f);
  f.result->status = SCAN_TIMEOUT;
  error_set(&f.result->error, ARTM_E_TIMEOUT, "out of time");
  struct job_record record = {.scans = &f.scan, .scan_count = 1};
  auto_error error = {0};
  gate_policy(&record, &error);
  assert_int_equal(error.code, 0);
  f.scan.required = true;
  gate_policy(&record, &error);
  assert_int_equal(error.code, ARTM_E_POLICY);
  assert_non_null(strstr(error.message, "took too long: out of time"));
  assert_false(gate_blocks(&record));
  tear_down(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(violations_are_those_at_or_above),
      cmocka_unit_test(only_fixable_if_asked_for),
      cmocka_unit_test(allowed_until_the_date),
      cmocka_unit_test(an_alias_is_allowed_too),
      cmocka_unit_test(no_result_blocks_only_a_gate_that_blocks),
      cmocka_unit_test(an_unknown_system_blocks),
      cmocka_unit_test(the_message_names_what_is_wrong),
      cmocka_unit_test(a_required_scan_that_failed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
