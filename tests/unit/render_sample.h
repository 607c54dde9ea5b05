/* SPDX-License-Identifier: Apache-2.0 */
/* Run reports with scans, filled by hand, for tests of what is rendered. */
#ifndef TESTS_RENDER_SAMPLE_H
#define TESTS_RENDER_SAMPLE_H
#include "base/memory.h"
#include "report/run.h"
#include <stdlib.h>
#include <string.h>

#define SAMPLE_DIGEST "sha256:3333333333333333333333333333333333333333333333333333333333333333"
#define SAMPLE_TIME 1795500307000 /* 2026-11-24T06:05:07Z */
/* What no format may obey: markup of all kinds, commands of runners, control bytes, broken UTF-8.
 */
#define HOSTILE                                                                                  \
  "::error::x\n::set-output name=a::b\r##[error]y|`pipe` <script>alert(1)</script> @octocat #1 " \
  "[a](http://evil.example) ![b](c) \"q\" 'r' ]]> \x1b[31m\x01 \xe2\x80\xae \xff\xfe &amp; %0A"

static inline struct job_record *sample_job(struct run_report *report, const char *name,
                                            const char *tag, enum job_status status) {
  struct job_record *job = mem_alloc(sizeof *job);
  report->jobs = mem_resize(report->jobs, report->job_count + 1, sizeof *report->jobs);
  report->jobs[report->job_count++] = job;
  job->section = str_copy("images");
  job->name = str_copy(name);
  job->version = str_copy(tag);
  job->target = str_copy("registry.example/m");
  job->target_reference = str_format("registry.example/m/%s:%s", name, tag);
  job->target_digest = str_copy(SAMPLE_DIGEST);
  job->status = status;
  job->start_ms = SAMPLE_TIME;
  job->end_ms = SAMPLE_TIME + 1500;
  return job;
}

static inline struct scan_result *sample_result(struct run_report *report, const char *plugin,
                                                enum scan_status status) {
  struct scan_result *result = scan_result_new(plugin, SAMPLE_DIGEST);
  struct scan_tool tool = {.plugin = plugin, .name = plugin, .version = "0.74.0"};
  scan_result_set_tool(result, &tool);
  result->status = status;
  result->os_known = status == SCAN_OK;
  result->os_family = "alpine";
  result->os_version = "3.19.1";
  result->start_ms = SAMPLE_TIME;
  result->end_ms = SAMPLE_TIME + 250;
  if (status != SCAN_OK) {
    error_set(&result->error, ARTM_E_LOCAL, "the database is missing");
    error_hint(&result->error, "download it");
  }
  run_report_add_scan(report, result);
  return result;
}

/* Its rows point to the findings that the result has now. */
static inline struct job_scan *sample_scan(struct job_record *job, struct scan_result *result,
                                           const char *platform) {
  job->scans = mem_resize(job->scans, job->scan_count + 1, sizeof *job->scans);
  struct job_scan *scan = &job->scans[job->scan_count++];
  *scan = (struct job_scan){
      .result = result,
      .platform = str_copy(platform),
      .repository = str_format("registry.example/m/%s", job->name),
      .filter = {.severities = SEVERITY_BIT(ARTM_SEVERITY_CRITICAL) |
                               SEVERITY_BIT(ARTM_SEVERITY_HIGH) |
                               SEVERITY_BIT(ARTM_SEVERITY_MEDIUM),
                 .package_classes = PACKAGE_BIT(ARTM_PACKAGE_OS) | PACKAGE_BIT(ARTM_PACKAGE_LANG)},
  };
  job_scan_filter(scan);
  return scan;
}

static inline struct artm_finding sample_finding(const char *id, uint32_t severity) {
  static const char *const fixes[] = {"3.1.4-r5", "3.2.0", NULL};
  static const struct artm_cvss cvss[] = {
      {sizeof(struct artm_cvss), 98, "nvd", "3.1", "CVSS:3.1/AV:N"},
      {sizeof(struct artm_cvss), 75, "redhat", "3.1", "CVSS:3.1/AV:L"},
      {sizeof(struct artm_cvss), 100, "nvd", "2.0", "AV:N"}};
  return (struct artm_finding){.struct_size = sizeof(struct artm_finding),
                               .severity = severity,
                               .fix_state = ARTM_FIX_FIXED,
                               .package_class = ARTM_PACKAGE_OS,
                               .id = id,
                               .url = "https://avd.example/nvd/x?y=1",
                               .title = "openssl: a title",
                               .description = "Line one.\nLine two.",
                               .severity_source = "nvd",
                               .package_type = "alpine",
                               .package_name = "libssl3",
                               .package_version = "3.1.4-r1",
                               .purl = "pkg:apk/alpine/libssl3@3.1.4-r1",
                               .fix_versions = fixes,
                               .cvss = cvss,
                               .cvss_count = 3,
                               .cvss_stride = sizeof cvss[0]};
}

static inline void sample_add(struct scan_result *result, const char *id, uint32_t severity) {
  struct artm_finding finding = sample_finding(id, severity);
  scan_result_add(result, &finding);
}

static inline void sample_add_hostile(struct scan_result *result, const char *text) {
  const char *list[] = {text, NULL};
  struct artm_finding finding = sample_finding(text, ARTM_SEVERITY_CRITICAL);
  finding.url = finding.title = finding.description = finding.package_type = text;
  finding.package_name = finding.package_version = finding.package_path = finding.purl = text;
  finding.severity_source = text;
  finding.fix_versions = finding.cwes = list;
  scan_result_add(result, &finding);
}

/* An image with a finding of each kind and a scan that failed, one without any finding, one that
 * was left aside; a job that failed. */
static inline struct run_report *sample_report(void) {
  struct run_report *report = run_report_new("mirror");
  report->start_ms = SAMPLE_TIME;
  report->end_ms = SAMPLE_TIME + 4500;
  strings_add(&report->targets, "registry.example/m");
  struct job_record *job = sample_job(report, "library/app", "1.0", JOB_CREATED);
  struct scan_result *result = sample_result(report, "trivy", SCAN_OK);
  struct artm_finding suppressed = sample_finding("CVE-2026-3", ARTM_SEVERITY_HIGH);
  suppressed.suppressed_status = "not_affected";
  suppressed.suppressed_statement = "no code path";
  sample_add(result, "CVE-2026-1", ARTM_SEVERITY_CRITICAL);
  sample_add(result, "CVE-2026-2", ARTM_SEVERITY_HIGH);
  sample_add(result, "CVE-2026-4", ARTM_SEVERITY_LOW);
  scan_result_add(result, &suppressed);
  scan_result_sort(result);
  struct job_scan *scan = sample_scan(job, result, "linux/amd64");
  scan->gate = GATE_WARN;
  scan->verdict = VERDICT_WARN;
  scan->rows[0].violates = true;
  scan->rows[1].allowed = "accepted until the next release";
  sample_scan(job, sample_result(report, "trivy", SCAN_FAILED), "linux/arm64");
  job = sample_job(report, "library/clean", "2", JOB_UNCHANGED);
  sample_scan(job, sample_result(report, "trivy", SCAN_OK), "linux/amd64");
  job = sample_job(report, "library/aside", "3", JOB_UNCHANGED);
  sample_scan(job, sample_result(report, "trivy", SCAN_SKIPPED), "linux/amd64");
  job = sample_job(report, "library/bad", "4", JOB_FAILED);
  error_set(&job->error, ARTM_E_AUTH, "the registry refused the password");
  error_where(&job->error, "registry.example");
  error_hint(&job->error, "log in again");
  report->exit_code = 3;
  return report;
}

/* Everything that comes from outside is text, which outlives it. */
static inline struct run_report *hostile_report(const char *text) {
  struct run_report *report = run_report_new(text);
  strings_add(&report->targets, text);
  strings_add(&report->targets, "b");
  run_report_notice(report, text);
  struct job_record *job = sample_job(report, text, text, JOB_FAILED);
  job->old_digest = str_copy(text);
  error_set(&job->error, ARTM_E_NETWORK, "%s", text);
  error_hint(&job->error, "%s", text);
  error_where(&job->error, "%s", text);
  error_copy(&job->policy, &job->error);
  struct scan_result *result = sample_result(report, text, SCAN_OK);
  result->os_family = result->os_version = text;
  sample_add_hostile(result, text);
  sample_scan(job, result, text)->rows[0].violates = true;
  sample_scan(job, result, text)->rows[0].allowed = text;
  result = sample_result(report, text, SCAN_FAILED);
  error_set(&result->error, ARTM_E_LOCAL, "%s", text);
  error_hint(&result->error, "%s", text);
  sample_scan(job, result, text);
  return report;
}

static inline void sample_done(struct run_report **report) {
  run_report_free(*report);
}
#define auto_report __attribute__((cleanup(sample_done))) struct run_report *
#endif
