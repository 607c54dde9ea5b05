/* SPDX-License-Identifier: Apache-2.0 */
/* A run report in which every field of the scan model is used, for the tests of what is written
 * from it and read again. */
#ifndef TESTS_SCAN_SAMPLE_H
#define TESTS_SCAN_SAMPLE_H
#include "base/memory.h"
#include "report/run.h"

#define SAMPLE_ROOT "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define SAMPLE_MANIFEST "sha256:3333333333333333333333333333333333333333333333333333333333333333"
#define SAMPLE_OTHER "sha256:4444444444444444444444444444444444444444444444444444444444444444"
#define SAMPLE_WHEN 1795500307000

/* Every field of a finding is set. */
static inline struct artm_finding sample_finding(void) {
  static const char *const aliases[] = {"GHSA-1", "DSA-2", NULL};
  static const char *const fixes[] = {"3.1.4-r5", "3.2.0", NULL};
  static const char *const cwes[] = {"CWE-79", NULL};
  static const char *const references[] = {"https://vendor.example/1", NULL};
  static const struct artm_cvss scores[] = {
      {.struct_size = sizeof scores[0],
       .score = 98,
       .source = "nvd",
       .version = "3.1",
       .vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
      {.struct_size = sizeof scores[0], .score = 0, .source = "vendor"}};
  return (struct artm_finding){.struct_size = sizeof(struct artm_finding),
                               .flags = ARTM_FINDING_PUBLISHED | ARTM_FINDING_MODIFIED |
                                        ARTM_FINDING_EPSS | ARTM_FINDING_RISK | ARTM_FINDING_KEV,
                               .severity = ARTM_SEVERITY_CRITICAL,
                               .fix_state = ARTM_FIX_FIXED,
                               .package_class = ARTM_PACKAGE_OS,
                               .epss = 123456,
                               .risk = 99999,
                               .cvss = scores,
                               .cvss_count = 2,
                               .cvss_stride = sizeof scores[0],
                               .published = 1700000000,
                               .modified = 1750000000,
                               .id = "CVE-2026-1",
                               .aliases = aliases,
                               .data_source = "alpine",
                               .url = "https://vulnerable.example/CVE-2026-1",
                               .title = "openssl: a title of words, | and <b>, \xc3\xa4",
                               .description = "Line one.\nLine two with \"quotes\".",
                               .severity_raw = "critical",
                               .severity_source = "nvd",
                               .package_type = "alpine",
                               .package_name = "openssl",
                               .package_version = "3.1.4-r1",
                               .package_path = "lib/apk/db",
                               .purl = "pkg:apk/alpine/openssl@3.1.4-r1",
                               .source_name = "openssl-src",
                               .source_version = "3.1.4",
                               .fix_versions = fixes,
                               .cwes = cwes,
                               .references = references,
                               .layer_digest = SAMPLE_OTHER,
                               .layer_diff_id = SAMPLE_ROOT};
}

static inline void sample_add(struct scan_result *result, const char *id, uint32_t severity,
                              uint32_t fix_state, uint32_t package_class, const char *suppressed) {
  scan_result_add(result, &(struct artm_finding){.struct_size = sizeof(struct artm_finding),
                                                 .severity = severity,
                                                 .fix_state = fix_state,
                                                 .package_class = package_class,
                                                 .id = id,
                                                 .package_name = "zlib",
                                                 .package_version = "1.3",
                                                 .suppressed_status = suppressed});
}

/* One CRITICAL, two HIGH (one with the first one's id), one suppressed, and what the filter of
 * sample_scan leaves out: LOW, unfixed MEDIUM, a language's package, NEGLIGIBLE, UNKNOWN. */
static inline struct scan_result *sample_result(const char *manifest) {
  struct scan_result *result = scan_result_new("trivy", manifest);
  const struct artm_finding whole = sample_finding();
  scan_result_set_tool(result, &(struct scan_tool){.plugin = "trivy",
                                                   .name = "trivy",
                                                   .version = "0.74.0",
                                                   .db_version = "2",
                                                   .inputs = "sha256:55",
                                                   .has_db_updated = true,
                                                   .has_db_next_update = true,
                                                   .db_updated = 1795478400,
                                                   .db_next_update = 1795564800});
  sample_add(result, "CVE-2026-9", ARTM_SEVERITY_LOW, ARTM_FIX_FIXED, ARTM_PACKAGE_OS, NULL);
  sample_add(result, "CVE-2026-5", ARTM_SEVERITY_HIGH, ARTM_FIX_FIXED, ARTM_PACKAGE_OS, NULL);
  sample_add(result, "CVE-2026-1", ARTM_SEVERITY_HIGH, ARTM_FIX_FIXED, ARTM_PACKAGE_OS, NULL);
  scan_result_add(result, &whole);
  sample_add(result, "CVE-2026-6", ARTM_SEVERITY_MEDIUM, ARTM_FIX_WONT_FIX, ARTM_PACKAGE_OS, NULL);
  sample_add(result, "CVE-2026-7", ARTM_SEVERITY_HIGH, ARTM_FIX_FIXED, ARTM_PACKAGE_LANG, NULL);
  sample_add(result, "CVE-2026-8", ARTM_SEVERITY_HIGH, ARTM_FIX_FIXED, ARTM_PACKAGE_OS,
             "not_affected");
  sample_add(result, "CVE-2026-2", ARTM_SEVERITY_NEGLIGIBLE, 0, ARTM_PACKAGE_OS, NULL);
  sample_add(result, "CVE-2026-3", ARTM_SEVERITY_UNKNOWN, 0, ARTM_PACKAGE_OS, NULL);
  result->os_known = result->os_eol = true;
  result->os_family = "alpine";
  result->os_version = "3.19.1";
  result->start_ms = SAMPLE_WHEN;
  result->end_ms = SAMPLE_WHEN + 200;
  result->raw_format = "trivy-json";
  result->raw_sha256 = &SAMPLE_ROOT[7];
  scan_result_sort(result);
  return result;
}

static inline struct job_scan *sample_scan(struct job_record *job, const char *platform,
                                           const struct scan_result *result) {
  job->scans = mem_resize(job->scans, job->scan_count + 1, sizeof *job->scans);
  struct job_scan *scan = &job->scans[job->scan_count++];
  *scan = (struct job_scan){.result = result,
                            .platform = str_copy(platform),
                            .repository = str_copy("registry.example/library/alpine"),
                            .filter = {.severities = SEVERITY_BIT(ARTM_SEVERITY_CRITICAL) |
                                                     SEVERITY_BIT(ARTM_SEVERITY_HIGH) |
                                                     SEVERITY_BIT(ARTM_SEVERITY_MEDIUM),
                                       .package_classes = PACKAGE_BIT(ARTM_PACKAGE_OS),
                                       .ignore_unfixed = true}};
  job_scan_filter(scan);
  return scan;
}

static inline struct job_record *sample_job(struct run_report *report, const char *name,
                                            enum job_status status) {
  struct job_record *job = mem_alloc(sizeof *job);
  report->jobs = mem_resize(report->jobs, report->job_count + 1, sizeof(*report->jobs));
  report->jobs[report->job_count++] = job;
  job->section = str_copy("images");
  job->name = str_copy(name);
  job->version = str_copy("3.19");
  job->target = str_copy("registry.example");
  job->source_reference = str_copy("docker.io/library/alpine:3.19");
  job->target_reference = str_copy("registry.example/library/alpine:3.19");
  job->source_digest = str_copy(SAMPLE_ROOT);
  job->target_digest = str_copy(SAMPLE_ROOT);
  job->fields = json_pack("{s:s,s:[s]}", "name", name, "platforms", "linux/amd64");
  job->status = status;
  job->start_ms = SAMPLE_WHEN;
  job->end_ms = SAMPLE_WHEN + 1500;
  return job;
}

/* Three jobs: two with the same manifest, of which one is blocked by a gate; one whose scans
 * failed, timed out and were skipped. */
static inline struct run_report *sample_report(void) {
  struct run_report *report = run_report_new("mirror");
  report->start_ms = SAMPLE_WHEN;
  report->end_ms = SAMPLE_WHEN + 4500;
  report->exit_code = 7;
  strings_add(&report->targets, "registry.example");
  struct scan_result *result = sample_result(SAMPLE_MANIFEST);
  run_report_add_scan(report, result);
  struct job_record *job = sample_job(report, "library/alpine", JOB_UPDATED);
  job->old_digest = str_copy(SAMPLE_OTHER);
  struct job_scan *scan = sample_scan(job, "linux/amd64", result);
  scan->raw_path = str_copy("vulnerability-report-library-alpine-3.19.raw.json");
  scan->gate = GATE_WARN;
  scan->fail_on = ARTM_SEVERITY_HIGH;
  scan->verdict = VERDICT_WARN;
  scan->rows[0].violates = true;
  scan->rows[1].allowed = "no way to reach it";
  job = sample_job(report, "library/again", JOB_UNCHANGED);
  scan = sample_scan(job, "linux/amd64", result);
  scan->gate = GATE_BLOCK;
  scan->required = scan->fixable_only = true;
  scan->fail_on = ARTM_SEVERITY_CRITICAL;
  scan->verdict = VERDICT_BLOCK;
  scan->rows[0].violates = true;
  error_set(&job->policy, ARTM_E_POLICY, "CVE-2026-1 in openssl 3.1.4-r1 is against the gate");
  job = sample_job(report, "library/bad", JOB_CREATED);
  for (enum scan_status status = SCAN_FAILED; status <= SCAN_SKIPPED; status++) {
    result = scan_result_new("trivy", status == SCAN_SKIPPED ? NULL : SAMPLE_OTHER);
    result->status = status;
    error_set(&result->error, ARTM_E_INTERNAL, "::error::why %d", (int)status);
    run_report_add_scan(report, result);
    sample_scan(job, status == SCAN_SKIPPED ? NULL : "linux/arm64/v8", result);
  }
  return report;
}
#endif
