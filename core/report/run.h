/* SPDX-License-Identifier: Apache-2.0 */
/* The run report: what happened, job by job. The engine fills it; all output is made from it. */
#ifndef REPORT_RUN_H
#define REPORT_RUN_H
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "report/scan.h"
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum job_status {
  JOB_PENDING, /* never in a finished report */
  JOB_UNCHANGED,
  JOB_CREATED,
  JOB_UPDATED,
  JOB_KEPT,    /* other content at the target, left by on_change: keep */
  JOB_BLOCKED, /* withheld by a policy */
  JOB_FAILED,
  JOB_SKIPPED,   /* not started: --fail-fast, drained */
  JOB_CANCELLED, /* started, stopped by a signal */
  /* only in a plan: */
  JOB_WOULD_CREATE,
  JOB_WOULD_UPDATE
};
const char *job_status_name(enum job_status); /* "unchanged", "created", ... */

struct job_span {
  const char *phase; /* static, or the report's: "resolve", "compare", "plan", "transfer",
                        "manifests", "tag", "verify", "referrers", "scan" */
  uint32_t worker;
  int64_t start_ms, end_ms; /* wall clock */
};
struct job_platform {
  char *platform, *digest;
};
struct job_requests {
  char *origin;
  uint64_t requests, retries, sent, received;
};
struct job_record {
  char *section;
  json_t *fields; /* the entry's matrix columns, without version */
  char *name;     /* for tables */
  char *version;
  char *target; /* the target as the first line of output names it */
  enum job_status status;
  char *source_reference, *target_reference;
  char *source_digest, *target_digest;
  char *old_digest; /* what the tag had before, or NULL */
  struct job_platform *platforms;
  size_t platform_count;
  uint64_t bytes_sent, blobs_sent;
  uint64_t bytes_mounted, blobs_mounted;
  uint64_t bytes_present, blobs_present; /* already there */
  uint64_t manifests_sent;
  uint64_t counted_pulls; /* counted manifest GETs made, in a plan: needed */
  uint64_t referrers_copied, referrers_present;
  struct job_requests *requests;
  size_t request_count;
  struct job_span *spans;
  size_t span_count, span_capacity;
  int64_t start_ms, end_ms;
  struct error error;     /* code 0: none */
  struct job_scan *scans; /* by platform, then by scanner */
  size_t scan_count;
  /* What a gate or a required scan holds against a job that is at the target all the same (code
   * ARTM_E_POLICY), or code 0. Such a job makes the run end with 7. */
  struct error policy;
  struct strings notes; /* "foreign layer sha256:... is not mirrored", ... */
};
void job_record_done(struct job_record *);

struct run_budget {
  char *registry;
  uint64_t needed, remaining, limit, window_seconds;
  bool known; /* the registry said something */
};
struct run_report {
  char *id;      /* start time and a random part */
  char *command; /* "mirror", "plan" */
  char *version; /* of the artmirror that wrote it; NULL: this one */
  int64_t start_ms, end_ms;
  char *config_origin;
  struct strings config_files, config_digests;
  struct strings targets;
  struct job_record **jobs; /* in matrix order */
  size_t job_count;
  struct run_budget *budgets;
  size_t budget_count;
  struct strings notices;     /* host->log at NOTICE, each once */
  struct scan_result **scans; /* what the jobs' scans point to */
  size_t scan_count, scan_capacity;
  int exit_code;
  bool interrupted;
  struct arena memory;  /* of a report that was read */
  pthread_mutex_t lock; /* notices, scans */
};
struct run_report *run_report_new(const char *command);
void run_report_free(struct run_report *);
void run_report_notice(struct run_report *, const char *text); /* any thread; repeats dropped */
/* Takes a result over; any thread. */
void run_report_add_scan(struct run_report *, struct scan_result *);
/* The exit code of spec.md "Output" from the jobs' statuses (signal: 128 + n). */
int run_report_exit_code(const struct run_report *, int signal);

/* Schema artmirror.run/1 (docs/run-report.schema.json). Caller decrefs. */
json_t *run_report_json(const struct run_report *);
/* artmirror.plan/1-like view for `plan --format json` is the same document. */
/* Reads such a document whole, so that it renders as the run itself did. ARTM_E_CONFIG if it is
 * none. */
int run_report_read(const char *path, struct run_report **ret, struct error *err);

struct report_view {
  bool color, verbose, quiet;
  int width; /* of the terminal; 0: not one */
};
/* Table of the jobs (unchanged only counted unless verbose), table of the scans, totals, failures
 * last with cause and hint, new private packages and notices. */
void run_report_text(const struct run_report *, const struct report_view *, struct buf *out);
/* What each job would do, bytes to move, counted pulls against the budget. */
void run_plan_text(const struct run_report *, const struct report_view *, struct buf *out);
/* Reads a report for --only-failed: the jobs (section, fields, version, target) that are not
 * unchanged, created, updated or kept, or that a policy is against. ARTM_E_CONFIG if it is no such
 * document. */
struct failed_job {
  char *section, *name, *version, *target;
};
int run_report_read_failed(const char *path, struct failed_job **ret, size_t *count,
                           struct error *err);
#endif
