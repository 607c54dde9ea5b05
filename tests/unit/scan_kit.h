/* SPDX-License-Identifier: Apache-2.0 */
/* Run reports with scans, made by hand, for the tests of what is written from them. */
#ifndef TESTS_SCAN_KIT_H
#define TESTS_SCAN_KIT_H
#include "base/memory.h"
#include "report/run.h"

static inline void kit_report_done(struct run_report **report) {
  run_report_free(*report);
}
#define auto_kit_report __attribute__((cleanup(kit_report_done))) struct run_report *

static inline struct job_record *kit_job(struct run_report *report, const char *name,
                                         const char *version, const char *target) {
  struct job_record *job = mem_alloc(sizeof *job);
  report->jobs = mem_resize(report->jobs, report->job_count + 1, sizeof(*report->jobs));
  report->jobs[report->job_count++] = job;
  job->section = str_copy("images");
  job->name = str_copy(name);
  job->version = str_copy(version);
  job->target = str_copy(target);
  job->fields = json_pack("{s:s}", "name", "x");
  job->status = JOB_CREATED;
  job->start_ms = report->start_ms;
  job->end_ms = report->start_ms + 1500;
  return job;
}

/* A scan by a scanner of a platform, of a manifest of its own. */
static inline struct scan_result *kit_scan(struct run_report *report, struct job_record *job,
                                           const char *scanner, const char *platform) {
  auto_free char *digest = str_format("sha256:%064zu", report->scan_count + 1);
  struct scan_result *result = scan_result_new(scanner, digest);
  run_report_add_scan(report, result);
  job->scans = mem_resize(job->scans, job->scan_count + 1, sizeof *job->scans);
  job->scans[job->scan_count++] = (struct job_scan){
      .result = result,
      .platform = str_copy(platform),
      .repository = str_copy("registry.example/mirror/x"),
      .filter = {.severities = SEVERITY_BIT(ARTM_SEVERITY_CRITICAL) |
                               SEVERITY_BIT(ARTM_SEVERITY_HIGH) |
                               SEVERITY_BIT(ARTM_SEVERITY_MEDIUM),
                 .package_classes = PACKAGE_BIT(ARTM_PACKAGE_OS),
                 .ignore_unfixed = true},
  };
  return result;
}

/* So many findings of a severity more, all fixed and shown. */
static inline void kit_findings(struct job_record *job, uint32_t severity, size_t count,
                                const char *title) {
  struct job_scan *scan = &job->scans[job->scan_count - 1];
  struct scan_result *result = (struct scan_result *)scan->result;
  for (size_t i = 0; i < count; i++) {
    auto_free char *id = str_format("CVE-2026-%u%03zu", severity, i);
    const struct artm_finding finding = {.struct_size = sizeof finding,
                                         .severity = severity,
                                         .fix_state = ARTM_FIX_FIXED,
                                         .package_class = ARTM_PACKAGE_OS,
                                         .id = id,
                                         .title = title,
                                         .package_type = "alpine",
                                         .package_name = "openssl",
                                         .package_version = "3.1.4-r1"};
    scan_result_add(result, &finding);
  }
  scan_result_sort(result);
  job_scan_filter(scan);
}
#endif
