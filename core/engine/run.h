/* SPDX-License-Identifier: Apache-2.0 */
/* One execution: jobs over workers, from the plan to the run report. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H
#include "base/call.h"
#include "matrix/matrix.h"
#include "plugin/scanner.h"
#include "plugin/source.h"
#include "plugin/target.h"
#include "report/progress.h"
#include "report/run.h"

struct run_target {
  const char *name; /* as printed: "registry.example/owner" */
  const char *id;   /* the user's name for it, or NULL: what an entry's targets: refers to */
  struct target *target;
};

struct run_scanner { /* order of entry->scans */
  const struct scanner_schema *schema;
  struct scanner *scanner; /* NULL: left out */
  bool forced;             /* --scan, --scanner: on whatever the config says */
};
struct scan_cache;

struct run_options {
  const char *command; /* "mirror", "plan" or "scan" */
  bool plan_only;      /* nothing is written */
  bool scan_only;      /* what the targets have is scanned; no source is asked */
  bool fail_fast;
  uint32_t parallel;             /* workers */
  uint32_t retries;              /* further attempts for a blob or a manifest */
  const struct failed_job *only; /* --only-failed; NULL: all */
  size_t only_count;
  bool verbose, quiet, terminal;
  uint64_t drain_ms; /* after the first signal; 0: 30 s */
};

struct run_input {
  const struct matrix *matrix;
  struct source **sources; /* one a section_schema, same order; NULL where unused */
  const struct section_schema *schemas;
  size_t schema_count;
  struct run_target *targets;
  size_t target_count;
  struct run_scanner *scanners;
  size_t scanner_count;
  struct scan_cache *scans; /* outlives the report's last use; NULL without scanners */
  const char *cache_folder; /* for what lasts between runs, or NULL */
  struct http_client *http; /* budgets, registries for scanners */
  struct cancel *cancel;
};
/* Runs everything; job failures are in the report, not in err. The report is the caller's. */
int run_execute(const struct run_input *, const struct run_options *, struct run_report *,
                struct error *err);
#endif
