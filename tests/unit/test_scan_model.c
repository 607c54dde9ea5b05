/* SPDX-License-Identifier: Apache-2.0 */
/* report/severity.h and report/scan.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "scan_sample.h"
#include <stdlib.h>
#include <string.h>

static void done_result(struct scan_result **result) {
  scan_result_free(*result);
}
#define auto_result __attribute__((cleanup(done_result))) struct scan_result *

static void test_words(void **state) {
  (void)state;
  static const uint32_t order[] = {
      ARTM_SEVERITY_NONE,   ARTM_SEVERITY_UNKNOWN, ARTM_SEVERITY_NEGLIGIBLE, ARTM_SEVERITY_LOW,
      ARTM_SEVERITY_MEDIUM, ARTM_SEVERITY_HIGH,    ARTM_SEVERITY_CRITICAL};
  for (unsigned rank = 0; rank < SEVERITY_COUNT; rank++) {
    uint32_t parsed = 99;
    assert_int_equal(severity_of_rank(rank), order[rank]);
    assert_int_equal(severity_rank(order[rank]), rank);
    assert_true(severity_parse(severity_name(order[rank]), &parsed));
    assert_int_equal(parsed, order[rank]);
  }
  uint32_t value = 99;
  assert_true(severity_parse("CriTical", &value));
  assert_int_equal(value, ARTM_SEVERITY_CRITICAL);
  assert_false(severity_parse("CRIT", &value));
  assert_false(severity_parse("", &value));
  assert_false(severity_parse(NULL, &value));
  assert_int_equal(value, ARTM_SEVERITY_CRITICAL);
  assert_string_equal(severity_name(4000000000u), "UNKNOWN");
  for (uint32_t i = 0; i <= ARTM_FIX_NOT_AFFECTED; i++) {
    assert_true(fix_state_parse(fix_state_name(i), &value));
    assert_int_equal(value, i);
  }
  for (uint32_t i = 0; i <= ARTM_PACKAGE_LANG; i++) {
    assert_true(package_class_parse(package_class_name(i), &value));
    assert_int_equal(value, i);
  }
  assert_string_equal(fix_state_name(77), "unknown");
  assert_string_equal(package_class_name(77), "other");
}

static void test_copies_are_whole(void **state) {
  (void)state;
  auto_result result = scan_result_new("trivy", SAMPLE_MANIFEST);
  char id[] = "CVE-2026-1";
  struct artm_finding from = sample_finding();
  from.id = id;
  scan_result_add(result, &from);
  id[0] = 'X';
  const struct artm_finding *own = &result->findings[0];
  assert_string_equal(own->id, "CVE-2026-1");
  assert_ptr_not_equal(own->fix_versions, from.fix_versions);
  assert_string_equal(own->fix_versions[1], "3.2.0");
  assert_null(own->fix_versions[2]);
  assert_int_equal(own->cvss_count, 2);
  assert_int_equal(own->cvss[0].score, 98);
  assert_string_equal(own->cvss[1].source, "vendor");
  assert_int_equal(own->risk, 99999);
  assert_string_equal(own->layer_diff_id, SAMPLE_ROOT);
}

/* A plugin of an older or newer minor: shorter or longer records, another stride. */
static void test_records_of_other_sizes(void **state) {
  (void)state;
  auto_result result = scan_result_new("trivy", SAMPLE_MANIFEST);
  struct artm_finding from = sample_finding();
  from.struct_size = (uint32_t)offsetof(struct artm_finding, title);
  scan_result_add(result, &from);
  assert_string_equal(result->findings[0].url, from.url);
  assert_null(result->findings[0].title);
  assert_null(result->findings[0].layer_diff_id);
  assert_int_equal(result->findings[0].struct_size, sizeof from);
  assert_int_equal(result->findings[0].cvss_count, 0);
  struct {
    struct artm_finding finding;
    char more[64];
  } newer = {.finding = sample_finding()};
  struct {
    struct artm_cvss cvss;
    char more[32];
  } scores[2] = {{.cvss = {.struct_size = sizeof scores[0], .score = 71, .version = "4.0"}},
                 {.cvss = {.struct_size = 8, .score = 55, .source = "not read"}}};
  memset(newer.more, 0xff, sizeof newer.more);
  newer.finding.struct_size = sizeof newer;
  newer.finding.cvss = &scores[0].cvss;
  newer.finding.cvss_stride = sizeof scores[0];
  scan_result_add(result, &newer.finding);
  const struct artm_finding *own = &result->findings[1];
  assert_string_equal(own->cvss[0].version, "4.0");
  assert_int_equal(own->cvss[1].score, 55);
  assert_null(own->cvss[1].source);
  newer.finding.cvss_stride = 0;
  scan_result_add(result, &newer.finding);
  assert_int_equal(result->findings[2].cvss_count, 0);
}

static void test_hostile_text(void **state) {
  (void)state;
  auto_result result = scan_result_new("trivy", "\xff");
  size_t size = (size_t)1 << 20;
  auto_free char *title = mem_alloc(size + 1), *broken = mem_alloc(size + 1);
  for (size_t i = 0; i < size; i++)
    title[i] = i % 2 == 0 ? '\xc3' : '\xa4';
  memset(broken, 0xff, size);
  struct artm_finding from = sample_finding();
  from.title = title;
  from.description = broken;
  from.id = "a\x9b\xc3(\xed\xa0\x80";
  from.published = INT64_MAX;
  from.modified = -1;
  scan_result_add(result, &from);
  const struct artm_finding *own = &result->findings[0];
  assert_string_equal(result->manifest_digest, "\\xff");
  assert_string_equal(own->id, "a\\x9b\\xc3(\\xed\\xa0\\x80");
  assert_int_equal(own->flags & (ARTM_FINDING_PUBLISHED | ARTM_FINDING_MODIFIED), 0);
  assert_in_range(strlen(own->title), 60000, 65536);
  assert_in_range(strlen(own->description), 60000, 65536);
  assert_string_equal(own->title + strlen(own->title) - 3, "...");
  json_t *valid = json_string(own->title);
  assert_non_null(valid);
  json_decref(valid);
  scan_result_add(result, own); /* what is clean stays as it is */
  assert_string_equal(result->findings[1].title, result->findings[0].title);
  assert_string_equal(result->findings[1].description, result->findings[0].description);
}

static void test_order(void **state) {
  (void)state;
  auto_result result = sample_result(SAMPLE_MANIFEST);
  static const char *const order[] = {"CVE-2026-1", "CVE-2026-1", "CVE-2026-5",
                                      "CVE-2026-7", "CVE-2026-8", "CVE-2026-6",
                                      "CVE-2026-9", "CVE-2026-2", "CVE-2026-3"};
  assert_int_equal(result->finding_count, sizeof order / sizeof order[0]);
  for (size_t i = 0; i < result->finding_count; i++)
    assert_string_equal(result->findings[i].id, order[i]);
  assert_string_equal(result->findings[0].package_name, "openssl");
}

static void test_filter_and_counts(void **state) {
  (void)state;
  struct run_report *report = sample_report();
  struct job_scan *scan = &report->jobs[0]->scans[0];
  assert_int_equal(scan->row_count, 4);
  assert_int_equal(scan->counts.total, 3);
  assert_int_equal(scan->counts.by_severity[ARTM_SEVERITY_CRITICAL], 1);
  assert_int_equal(scan->counts.by_severity[ARTM_SEVERITY_HIGH], 2);
  assert_int_equal(scan->counts.by_severity[ARTM_SEVERITY_MEDIUM], 0);
  assert_int_equal(scan->counts.unique_ids, 2);
  assert_int_equal(scan->counts.suppressed, 1);
  assert_int_equal(scan->counts.fixable[ARTM_SEVERITY_HIGH], 2);
  assert_int_equal(scan->unfiltered.total, 8);
  assert_int_equal(scan->unfiltered.unique_ids, 7);
  assert_int_equal(scan->unfiltered.by_severity[ARTM_SEVERITY_HIGH], 3);
  assert_int_equal(scan->unfiltered.fixable[ARTM_SEVERITY_MEDIUM], 0);
  assert_int_equal(job_scan_violations(scan), 1);
  scan->rows[0].shown = false;
  scan_count_rows(scan);
  assert_int_equal(scan->counts.total, 2);
  assert_int_equal(scan->counts.unique_ids, 2);
  scan->filter.ignore_unfixed = false;
  scan->filter.severities = ~0u;
  scan->filter.package_classes = ~0u;
  job_scan_filter(scan);
  assert_int_equal(scan->row_count, 9);
  assert_int_equal(scan->counts.total, 8);
  assert_int_equal(job_scan_violations(scan), 0);
  scan->filter.severities = 0;
  job_scan_filter(scan);
  assert_int_equal(scan->row_count, 0);
  assert_int_equal(scan->counts.total, 0);
  run_report_free(report);
}

static void test_records_out_of_range(void **state) {
  (void)state;
  const struct scan_filter all = {.severities = ~0u, .package_classes = ~0u};
  struct artm_finding finding = sample_finding();
  assert_true(scan_filter_shows(&all, &finding));
  finding.severity = 7;
  assert_false(scan_filter_shows(&all, &finding));
  finding.severity = 0xffffffffu;
  assert_false(scan_filter_shows(&all, &finding));
  finding = sample_finding();
  finding.package_class = 0xffffffffu;
  assert_false(scan_filter_shows(&all, &finding));
}

/* Expected values: Python's hashlib over the parts, joined by NUL. */
static void test_fingerprint(void **state) {
  (void)state;
  char text[65];
  struct job_scan scan = {.repository = (char *)"registry.example/library/alpine",
                          .platform = (char *)"linux/arm64/v8"};
  struct artm_finding finding = {.package_class = ARTM_PACKAGE_OS,
                                 .package_type = "alpine",
                                 .package_name = "openssl",
                                 .package_version = "3.1.4-r1",
                                 .id = "CVE-2026-1"};
  finding_fingerprint(&scan, &finding, text);
  assert_string_equal(text, "2a3ed773ecb202a14130feb292a173f11f5b0e9bc3b20bd0dd87bd7c3b5d05ce");
  finding_fingerprint(&(struct job_scan){0}, &(struct artm_finding){0}, text);
  assert_string_equal(text, "e59ef843cbb22d8729c2e702c02f87c5add2aa0adb3cab738cab687b7b219772");
  /* Parts don't run into each other. */
  char shifted[65];
  finding.package_name = "openssl3";
  finding.package_version = ".1.4-r1";
  finding_fingerprint(&scan, &finding, shifted);
  finding.package_name = "openssl";
  finding.package_version = "3.1.4-r1";
  finding_fingerprint(&scan, &finding, text);
  assert_string_not_equal(text, shifted);
}

static void test_finding_text(void **state) {
  (void)state;
  struct artm_finding finding = sample_finding();
  auto_free char *both = finding_text(&finding);
  assert_string_equal(both, "CVE-2026-1 in openssl 3.1.4-r1, fixed in 3.1.4-r5, 3.2.0");
  finding.fix_versions = NULL;
  finding.package_version = NULL;
  auto_free char *none = finding_text(&finding);
  assert_string_equal(none, "CVE-2026-1 in openssl");
}

static void test_tool_without_a_plugin_keeps_it(void **state) {
  (void)state;
  auto_result result = scan_result_new("trivy", SAMPLE_MANIFEST);
  scan_result_set_tool(
      result, &(struct scan_tool){.version = "1", .has_db_updated = true, .db_updated = INT64_MAX});
  assert_string_equal(result->tool.plugin, "trivy");
  assert_string_equal(result->tool.version, "1");
  assert_false(result->tool.has_db_updated);
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words),
      cmocka_unit_test(test_copies_are_whole),
      cmocka_unit_test(test_records_of_other_sizes),
      cmocka_unit_test(test_hostile_text),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_filter_and_counts),
      cmocka_unit_test(test_records_out_of_range),
      cmocka_unit_test(test_fingerprint),
      cmocka_unit_test(test_finding_text),
      cmocka_unit_test(test_tool_without_a_plugin_keeps_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
