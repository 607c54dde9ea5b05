/* SPDX-License-Identifier: Apache-2.0 */
/* Scans: what a scanner found in a platform manifest, and what a job makes of it by the filter and
 * the gate of its entry. */
#ifndef REPORT_SCAN_H
#define REPORT_SCAN_H
#include "base/error.h"
#include "base/memory.h"
#include "report/severity.h"

enum scan_status { SCAN_OK, SCAN_FAILED, SCAN_TIMEOUT, SCAN_SKIPPED };
const char *scan_status_name(enum scan_status); /* "ok", "failed", "timeout", "skipped" */

struct scan_tool {
  const char *plugin;  /* id */
  const char *name;    /* of the tool; NULL: unknown */
  const char *version; /* of the tool */
  const char *db_version;
  const char *inputs; /* digest of what else changes a result, or NULL */
  bool has_db_updated, has_db_next_update;
  bool is_fixed; /* without a database that changes: version and inputs say what it finds */
  int64_t db_updated, db_next_update; /* seconds since 1970 */
};

/* One scanner's result for one manifest, unfiltered; the jobs whose artefacts have the manifest
 * share it. All strings and findings live in memory. */
struct scan_result {
  struct arena memory;
  struct scan_tool tool;
  const char *manifest_digest;
  enum scan_status status;
  struct error error; /* why it failed, or was skipped; code 0 with SCAN_OK */
  bool os_known, os_eol;
  const char *os_family, *os_version;
  int64_t start_ms, end_ms; /* wall clock; of the scan itself, also if it was an earlier run's */
  bool cached;              /* of an earlier run */
  const char *raw_file;     /* the tool's own report, or NULL; lasts until the run's end */
  const char *raw_format;   /* "trivy-json" */
  const char *raw_sha256;   /* hex */
  /* Own zero-filled records (struct_size is ours, cvss_stride too), worst first, then by id,
   * package, version, path. */
  struct artm_finding *findings;
  size_t finding_count, finding_capacity;
};
struct scan_result *scan_result_new(const char *plugin, const char *manifest_digest);
void scan_result_free(struct scan_result *);
/* A copy of a finding, of any struct_size, in the result's memory. */
void scan_result_add(struct scan_result *, const struct artm_finding *);
/* A copy of a tool in the result's memory. */
void scan_result_set_tool(struct scan_result *, const struct scan_tool *);
void scan_result_sort(struct scan_result *);

/* What an entry wants to see. */
struct scan_filter {
  uint32_t severities;      /* SEVERITY_BIT() */
  uint32_t package_classes; /* PACKAGE_BIT() */
  bool ignore_unfixed;      /* only ARTM_FIX_FIXED is shown */
};
bool scan_filter_shows(const struct scan_filter *, const struct artm_finding *);

enum gate_mode { GATE_NONE, GATE_WARN, GATE_BLOCK };
const char *gate_mode_name(enum gate_mode); /* NULL, "warn", "block" */
enum gate_verdict {
  VERDICT_NONE, /* no gate */
  VERDICT_PASS,
  VERDICT_WARN, /* violated, mode warn */
  VERDICT_BLOCK /* violated, mode block; or no result where block wants one */
};
const char *gate_verdict_name(enum gate_verdict); /* NULL, "pass", "warn", "block" */

/* A finding as a job sees it. */
struct scan_row {
  const struct artm_finding *finding;
  bool shown;          /* the filter lets it pass; suppressed ones too */
  bool violates;       /* the gate is against it */
  const char *allowed; /* the reason of gate.allow that keeps it from violating, or NULL */
};
struct scan_counts { /* rows, never unique ids; suppressed ones only in suppressed */
  size_t total, suppressed, unique_ids;
  size_t by_severity[SEVERITY_COUNT], fixable[SEVERITY_COUNT]; /* by ARTM_SEVERITY_* */
};
struct job_scan {
  const struct scan_result *result; /* of the run report */
  char *platform;                   /* "linux/arm64/v8"; NULL: not known, nothing was scanned */
  char *repository;                 /* at the target: "registry.example/owner/name" */
  struct scan_filter filter;
  bool required;
  enum gate_mode gate;
  uint32_t fail_on; /* ARTM_SEVERITY_*, the least that violates */
  bool fixable_only;
  enum gate_verdict verdict;
  struct scan_row *rows; /* those that are shown, violate or are allowed, in the result's order */
  size_t row_count;
  struct scan_counts counts;     /* of the rows that are shown */
  struct scan_counts unfiltered; /* of all that was found */
  char *raw_path;                /* of the copy in the report folder, relative to it; NULL: none */
};
void job_scan_done(struct job_scan *);
/* Makes the rows from the result and the filter, and both counts. Nothing violates yet. */
void job_scan_filter(struct job_scan *);
/* The same counts again, when rows are set otherwise. */
void scan_count_rows(struct job_scan *);
size_t job_scan_violations(const struct job_scan *);

/* 64 hex digits and NUL: the same finding in the same repository and platform, whatever the tag. */
void finding_fingerprint(const struct job_scan *, const struct artm_finding *, char ret[65]);
/* "CVE-2026-1 in openssl 3.1.4-r1, fixed in 3.1.4-r5". Not escaped. Caller frees. */
char *finding_text(const struct artm_finding *);
#endif
