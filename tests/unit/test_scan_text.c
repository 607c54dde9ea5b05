/* SPDX-License-Identifier: Apache-2.0 */
/* render_scan_table and render_image_text of report/render.h, and scans in what people read of a
 * run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "report/log.h"
#include "report/render.h"
#include "report/scan_label.h"
#include "scan_sample.h"
#include <stdlib.h>
#include <string.h>

static void done_report(struct run_report **report) {
  run_report_free(*report);
}
#define auto_report __attribute__((cleanup(done_report))) struct run_report *

static char *table_of(const struct run_report *report, const struct report_view *view) {
  auto_buf out = {0};
  render_scan_table(report, view, &out);
  return buf_take(&out);
}

static char *image_of(const struct job_record *job) {
  auto_buf out = {0};
  render_image_text(job, job->scans, job->scan_count, &out);
  return buf_take(&out);
}

static void test_table(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *text = table_of(report, &(struct report_view){0});
  assert_string_equal(
      text,
      "Scanned by trivy 0.74.0, database of 2026-11-24 00:00 UTC\n"
      "IMAGE                PLATFORM        OS                 CRITICAL  HIGH  MEDIUM  GATE\n"
      "library/alpine:3.19  linux/amd64     alpine 3.19.1 EOL         1     2       0  warn: 1\n"
      "    CRITICAL CVE-2026-1 in openssl 3.1.4-r1, fixed in 3.1.4-r5, 3.2.0\n"
      "library/again:3.19   linux/amd64     alpine 3.19.1 EOL         1     2       0  block: 1\n"
      "library/bad:3.19     linux/arm64/v8  -                    failed     -       -  -\n"
      "library/bad:3.19     linux/arm64/v8  -                   timeout     -       -  -\n"
      "EOL: at its end of life, newer vulnerabilities may be missing\n"
      "1 scan by trivy failed: ::error::why 1\n"
      "1 scan by trivy timed out: ::error::why 2\n"
      "1 scan by trivy skipped: ::error::why 3\n");
  auto_free char *verbose = table_of(report, &(struct report_view){.verbose = true});
  assert_non_null(
      strstr(verbose, "all platforms   -                   skipped     -       -  -\n"));
  auto_free char *color = table_of(report, &(struct report_view){.color = true});
  assert_non_null(strstr(color, "\033[31mfailed\033[0m"));
  assert_null(strchr(text, '\033'));
}

static void test_nothing_without_scans(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  sample_job(report, "a", JOB_CREATED);
  auto_free char *text = table_of(report, &(struct report_view){.verbose = true});
  assert_string_equal(text, "");
}

/* What did not change and has nothing serious is counted; what nobody scans says why once. */
static void test_unchanged_images_are_counted(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  for (int i = 0; i < 300; i++) {
    struct job_record *job = sample_job(report, "a", JOB_UNCHANGED);
    struct scan_result *result = scan_result_new("trivy", SAMPLE_MANIFEST);
    result->cached = result->os_known = true;
    result->os_family = "alpine";
    sample_add(result, "CVE-1", i == 7 ? ARTM_SEVERITY_HIGH : ARTM_SEVERITY_MEDIUM, ARTM_FIX_FIXED,
               ARTM_PACKAGE_OS, NULL);
    run_report_add_scan(report, result);
    sample_scan(job, "linux/amd64", result);
    result = scan_result_new("grype", NULL);
    result->status = SCAN_SKIPPED;
    error_set(&result->error, ARTM_E_NOT_FOUND, "grype is not installed");
    run_report_add_scan(report, result);
    sample_scan(job, "linux/amd64", result);
  }
  auto_free char *text = table_of(report, &(struct report_view){0});
  assert_string_equal(text, "IMAGE   PLATFORM     OS      CRITICAL  HIGH  MEDIUM\n"
                            "a:3.19  linux/amd64  alpine         0     1       0\n"
                            "and 299 more unchanged images with 299 MEDIUM; --verbose lists "
                            "them\n"
                            "300 scans by grype skipped: grype is not installed\n");
  report->jobs[7]->scans[0].counts.by_severity[ARTM_SEVERITY_HIGH] = 0;
  report->jobs[8]->scans[1].required = true;
  auto_free char *required = table_of(report, &(struct report_view){0});
  assert_non_null(strstr(required, "PLATFORM     SCANNER"));
  assert_non_null(strstr(required, " skipped     -       -\nand 300 more"));
  run_report_notice(report, "grype is not installed, so it scanned nothing");
  auto_free char *noticed = table_of(report, &(struct report_view){0});
  assert_null(strstr(noticed, "installed"));
}

/* Nobody knows what is in them, whatever is found. */
static void test_doubtful_systems_are_listed(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  for (int i = 0; i < 3; i++) {
    auto_free char *digest = str_format("sha256:%064d", i);
    struct scan_result *result = scan_result_new("trivy", digest);
    result->cached = true;
    result->os_known = i > 0;
    result->os_eol = i == 1;
    result->os_family = "debian";
    run_report_add_scan(report, result);
    auto_free char *name = str_format("image%d", i);
    sample_scan(sample_job(report, name, JOB_UNCHANGED), "linux/amd64", result);
  }
  auto_free char *text = table_of(report, &(struct report_view){0});
  assert_non_null(strstr(text, "image0:3.19  linux/amd64  unknown            0     0       0\n"));
  assert_non_null(strstr(text, "image1:3.19  linux/amd64  debian EOL         0     0       0\n"));
  assert_non_null(strstr(text, "and 1 more unchanged image with no findings;"));
  auto_free char *label = job_scans_label(report->jobs[0]);
  assert_string_equal(label, "no findings, os unknown");
  auto_buf run = {0};
  run_report_text(report, &(struct report_view){0}, &run);
  assert_non_null(strstr(run.data, "\n3 scans (all from earlier runs): no findings (1 with os "
                                   "unknown, 1 with os at its end of life)\n"));
}

/* A cause is said once: below the table, or where a notice or every job's failure says it. */
static void test_causes_once(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  struct job_record *jobs[] = {sample_job(report, "a", JOB_CREATED),
                               sample_job(report, "b", JOB_CREATED)};
  for (int i = 0; i < 12; i++) {
    auto_free char *digest = str_format("sha256:%064d", i);
    struct scan_result *result = scan_result_new("trivy", digest);
    result->status = SCAN_FAILED;
    error_set(&result->error, ARTM_E_NETWORK, "no database\n::error::");
    error_hint(&result->error, "look at the proxy");
    run_report_add_scan(report, result);
    sample_scan(jobs[i % 2], "linux/amd64", result);
  }
  auto_free char *text = table_of(report, &(struct report_view){0});
  const char *cause = "12 scans by trivy failed: no database\\x0a::error::\n"
                      "  hint: look at the proxy\n";
  assert_string_equal(strstr(text, "12 scans"), cause);
  assert_null(strstr(text, "Scanned by"));
  error_set(&jobs[0]->policy, ARTM_E_POLICY, "trivy: the scan failed: no database\n::error::");
  auto_free char *half = table_of(report, &(struct report_view){0});
  assert_non_null(strstr(half, cause));
  error_copy(&jobs[1]->policy, &jobs[0]->policy);
  auto_free char *told = table_of(report, &(struct report_view){0});
  assert_null(strstr(told, "no database"));
}

/* The worst that there is has the color, or the gate where nothing is shown. */
static void test_color_of_a_row(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  struct scan_result *result = scan_result_new("trivy", SAMPLE_MANIFEST);
  result->os_known = true;
  result->os_family = "alpine";
  sample_add(result, "CVE-1", ARTM_SEVERITY_HIGH, ARTM_FIX_FIXED, ARTM_PACKAGE_OS, NULL);
  for (int i = 2; i < 7; i++)
    sample_add(result, "CVE-1", ARTM_SEVERITY_LOW, ARTM_FIX_FIXED, ARTM_PACKAGE_OS, NULL);
  run_report_add_scan(report, result);
  struct job_record *job = sample_job(report, "a", JOB_CREATED);
  struct job_scan *scan = sample_scan(job, "linux/amd64", result);
  auto_free char *high = table_of(report, &(struct report_view){.color = true});
  assert_non_null(strstr(high, "       0     \033[33m1\033[0m       0"));
  scan->filter.severities = SEVERITY_BIT(ARTM_SEVERITY_MEDIUM);
  free(scan->rows);
  scan->rows = mem_array(result->finding_count, sizeof *scan->rows);
  scan->row_count = result->finding_count;
  for (size_t i = 0; i < scan->row_count; i++)
    scan->rows[i] = (struct scan_row){.finding = &result->findings[i], .violates = true};
  scan_count_rows(scan);
  scan->gate = GATE_WARN;
  scan->verdict = VERDICT_WARN;
  auto_free char *gate = table_of(report, &(struct report_view){.color = true});
  assert_non_null(strstr(gate, "0  \033[33mwarn: 6\033[0m\n"
                               "    HIGH CVE-1 in zlib 1.3\n"
                               "    LOW CVE-1 in zlib 1.3\n"
                               "    LOW CVE-1 in zlib 1.3\n"
                               "    and 3 more\n"));
  auto_free char *image = image_of(job);
  assert_non_null(strstr(image, "6 against the gate (warn from UNKNOWN), marked with *\n"
                                "6 of these only listed for the gate, as the filter leaves them "
                                "out\n"));
  assert_non_null(strstr(image, "zlib     CVE-1          LOW *     fixed"));
}

static void test_fits_a_terminal(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *text = table_of(report, &(struct report_view){.width = 80});
  assert_non_null(strstr(text, "\n...alpine:3.19  linux/amd64     ..."));
  for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p != '\0')
    assert_in_range(strcspn(p, "\n"), 0, 80);
}

static void test_scan_command(void **state) {
  (void)state;
  auto_report report = run_report_new("scan");
  report->end_ms = report->start_ms;
  auto_buf none = {0}, chart = {0}, markdown = {0};
  run_report_text(report, &(struct report_view){0}, &none);
  assert_string_equal(none.data, "0 jobs; 0 requests, 0.0s\n"
                                 "nothing was scanned: no job was selected\n");
  sample_job(report, "chart", JOB_UNCHANGED);
  run_report_text(report, &(struct report_view){0}, &chart);
  assert_string_equal(chart.data, "1 job: 1 unchanged; 0 requests, 0.0s\n"
                                  "nothing was scanned: what was selected is no image, or every "
                                  "scanner is off for it\n");
  render_markdown(report, 0, &markdown);
  assert_non_null(strstr(markdown.data, "\n\nnothing was scanned: "));
  assert_null(strstr(markdown.data, " sent"));
}

/* The plugin's id is what the config and the table call it. */
static void test_tool_label(void **state) {
  (void)state;
  auto_free char *same =
      scan_tool_label(&(struct scan_tool){.plugin = "grype", .name = "Grype", .version = "0.87.0"});
  assert_string_equal(same, "grype 0.87.0");
  auto_free char *other =
      scan_tool_label(&(struct scan_tool){.plugin = "exec", .name = "clair", .version = "4.7"});
  assert_string_equal(other, "exec (clair 4.7)");
}

/* A scan with a narrower filter has no 0 where it did not look. */
static void test_columns_of_the_filters(void **state) {
  (void)state;
  auto_report report = sample_report();
  struct job_scan *scan = &report->jobs[1]->scans[0];
  scan->filter = (struct scan_filter){.severities = SEVERITY_BIT(ARTM_SEVERITY_UNKNOWN) |
                                                    SEVERITY_BIT(ARTM_SEVERITY_NEGLIGIBLE),
                                      .package_classes = PACKAGE_BIT(ARTM_PACKAGE_OS)};
  job_scan_filter(scan);
  auto_free char *text = table_of(report, &(struct report_view){0});
  assert_non_null(strstr(text, "CRITICAL  HIGH  MEDIUM  NEGLIGIBLE  UNKNOWN  GATE\n"));
  assert_non_null(strstr(text, "        1     2       0           -        -  warn: 1\n"));
  assert_non_null(strstr(text, "        -     -       -           1        1  block\n"));
  assert_null(strstr(text, "NONE"));
}

static void test_run_text(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_buf text = {0}, quiet = {0};
  run_report_text(report, &(struct report_view){0}, &text);
  const char *jobs = strstr(text.data, "JOB "), *scans = strstr(text.data, "\n\nScanned by");
  const char *totals = strstr(text.data, "\n\n3 jobs");
  assert_true(jobs != NULL && scans > jobs && totals > scans);
  assert_non_null(strstr(totals, "\n1 scan: 1 CRITICAL, 2 HIGH (1 with os at its end of life); 1 "
                                 "scan failed, 1 scan timed out, 1 scan skipped\n"));
  assert_non_null(strstr(totals, "Failures:\n  library/again:3.19 (policy)\n"
                                 "    CVE-2026-1 in openssl 3.1.4-r1 is against the gate\n"));
  report->jobs[1]->status = JOB_BLOCKED;
  run_report_text(report, &(struct report_view){.quiet = true}, &quiet);
  assert_null(strstr(quiet.data, "Scanned"));
  assert_non_null(strstr(quiet.data, "library/again:3.19 (blocked)\n    CVE-2026-1 in openssl"));
}

static void test_job_label(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *good = job_scans_label(report->jobs[0]);
  assert_string_equal(good, "1 CRITICAL, 2 HIGH, os end of life");
  auto_free char *bad = job_scans_label(report->jobs[2]);
  assert_string_equal(bad, "2 scans failed");
  struct job_record none = {0};
  auto_free char *empty = job_scans_label(&none);
  assert_string_equal(empty, "");
}

static void test_image(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *text = image_of(report->jobs[0]);
  assert_string_equal(
      text,
      "Vulnerabilities of library/alpine:3.19\n"
      "\n"
      "Image: registry.example/library/alpine:3.19\n"
      "Digest: " SAMPLE_ROOT "\n"
      "\n"
      "linux/amd64: alpine 3.19.1 (end of life)\n"
      "========================================\n"
      "Manifest: " SAMPLE_MANIFEST "\n"
      "Scanner: trivy 0.74.0, database of 2026-11-24 00:00 UTC\n"
      "Scanned: 2026-11-24 06:05 UTC\n"
      "This system is at its end of life: newer vulnerabilities may be missing.\n"
      "Filter: CRITICAL, HIGH, MEDIUM; only what has a fix; packages of operating system\n"
      "\n"
      "Total: 3 (MEDIUM: 0, HIGH: 2, CRITICAL: 1)\n"
      "5 more that the filter leaves out\n"
      "1 suppressed\n"
      "1 allowed by the config\n"
      "1 against the gate (warn from HIGH), marked with *\n"
      "\n"
      "Library               Vulnerability  Severity    Status  Installed Version  Fixed Version   "
      " "
      "Title                                    URL\n"
      "openssl (lib/apk/db)  CVE-2026-1     CRITICAL *  fixed   3.1.4-r1           3.1.4-r5, 3.2.0 "
      " "
      "openssl: a title of words, | and <b>, \xc3\xa4  https://vulnerable.example/CVE-2026-1\n"
      "zlib                  CVE-2026-1     HIGH        fixed   1.3\n"
      "zlib                  CVE-2026-5     HIGH        fixed   1.3\n");
}

static void test_image_without_a_result(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *text = image_of(report->jobs[2]);
  assert_null(strstr(text, "Total"));
  assert_non_null(strstr(text, "No result, which does not mean no findings. Scan failed: "
                               "::error::why 1\n"));
  assert_non_null(strstr(text, "Scan timed out: ::error::why 2\n"));
  assert_non_null(strstr(text, "Scan skipped: ::error::why 3\n"));
  struct scan_result *unknown = scan_result_new("trivy", SAMPLE_OTHER);
  run_report_add_scan(report, unknown);
  struct job_record *job = sample_job(report, "scratch", JOB_CREATED);
  sample_scan(job, "linux/amd64", unknown);
  auto_free char *scratch = image_of(job);
  assert_non_null(strstr(scratch, "linux/amd64: operating system unknown\n"));
  assert_non_null(strstr(scratch, "Total: 0 (MEDIUM: 0, HIGH: 0, CRITICAL: 0)\n"));
}

#define WORDS "one two\nthree  four five six seven eight nine ten eleven twelve thirteen"

static void test_hostile_findings(void **state) {
  (void)state;
  auto_report report = sample_report();
  struct scan_result *result = scan_result_new("trivy", SAMPLE_OTHER);
  auto_free char *long_text = mem_alloc(100001);
  memset(long_text, 'x', 100000);
  struct artm_finding finding = sample_finding();
  finding.title = WORDS;
  scan_result_add(result, &finding);
  finding.id = "::error::\033[31m##[error]\xe2\x80\xaeX%0A";
  finding.package_name = "\n::set-output name=x::";
  finding.title = "a|<script>\n::warning::\r\x9b hunter2-token";
  finding.url = long_text;
  finding.package_version = long_text;
  scan_result_add(result, &finding);
  finding.title = long_text;
  finding.package_path = long_text;
  scan_result_add(result, &finding);
  run_report_add_scan(report, result);
  struct job_record *job = sample_job(report, "::add-mask::", JOB_CREATED);
  sample_scan(job, "::error::", result);
  result->os_known = true;
  result->os_family = "\n::error::\033[0m";
  log_secret("hunter2-token");
  auto_free char *text = image_of(job), *table = table_of(report, &(struct report_view){0});
  log_done();
  assert_non_null(strstr(text, "  one two three four five six seven eight nine ten eleven "
                               "twelve...  "));
  const char *const outputs[] = {text, table};
  for (size_t i = 0; i < 2; i++) {
    assert_null(strchr(outputs[i], '\033'));
    assert_null(strchr(outputs[i], '\r'));
    assert_null(strstr(outputs[i], "\n::"));
    assert_null(strstr(outputs[i], "##["));
    assert_null(strstr(outputs[i], "\xe2\x80\xae"));
    assert_null(strstr(outputs[i], "hunter2"));
    assert_true(strlen(outputs[i]) < 10000);
  }
}

static void test_many_findings(void **state) {
  (void)state;
  auto_report report = run_report_new("mirror");
  struct scan_result *result = scan_result_new("trivy", SAMPLE_MANIFEST);
  run_report_add_scan(report, result);
  struct artm_finding finding = sample_finding();
  for (size_t i = 0; i < 10000; i++) {
    auto_free char *id = str_format("CVE-2026-%zu", i * 7919 % 100003);
    finding.id = id;
    finding.severity = (uint32_t)(i % SEVERITY_COUNT);
    scan_result_add(result, &finding);
  }
  scan_result_sort(result);
  struct job_record *job = sample_job(report, "a", JOB_CREATED);
  sample_scan(job, "linux/amd64", result);
  assert_int_equal(job->scans[0].counts.unique_ids, job->scans[0].counts.total);
  auto_free char *text = image_of(job), *table = table_of(report, &(struct report_view){0});
  assert_non_null(strstr(text, "Total: 4284 ("));
  assert_non_null(strstr(table, "1428"));
  auto_json json = run_report_json(report);
  assert_non_null(json);
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),
      cmocka_unit_test(test_nothing_without_scans),
      cmocka_unit_test(test_unchanged_images_are_counted),
      cmocka_unit_test(test_doubtful_systems_are_listed),
      cmocka_unit_test(test_causes_once),
      cmocka_unit_test(test_color_of_a_row),
      cmocka_unit_test(test_fits_a_terminal),
      cmocka_unit_test(test_scan_command),
      cmocka_unit_test(test_tool_label),
      cmocka_unit_test(test_columns_of_the_filters),
      cmocka_unit_test(test_run_text),
      cmocka_unit_test(test_job_label),
      cmocka_unit_test(test_image),
      cmocka_unit_test(test_image_without_a_result),
      cmocka_unit_test(test_hostile_findings),
      cmocka_unit_test(test_many_findings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
