/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a SARIF log. GitHub's code scanning takes at most 20 runs in a file, each of its own
 * category (automationDetails.id), and keeps 5,000 results of a run: so there is a run an image,
 * platform and scanner; past 20 of them one a repository and scanner with all its tags and
 * platforms; past 20 of those one a scanner. That keeps every finding that fits, in categories that
 * do not depend on what was found. */
#ifndef REPORT_SARIF_H
#define REPORT_SARIF_H
#include "report/run.h"

#define SARIF_RUNS_MAX 20
#define SARIF_RESULTS_MAX 5000 /* of a run */
/* Of all runs: as many as stay below 10 MB, GitHub's limit for the compressed file. */
#define SARIF_TOTAL_MAX 40000

struct sarif_part { /* a scan that was made */
  const struct job_record *job;
  const struct job_scan *scan;
};
struct sarif_result {
  const struct sarif_part *part;
  const struct scan_row *row;
};
struct sarif_group { /* a run */
  char *id;          /* "artmirror/registry.example/owner/name/1.0/linux/amd64/" */
  struct sarif_part *parts;
  size_t part_count, part_capacity;
  struct sarif_result *results; /* worst first */
  size_t result_count, result_capacity;
  size_t left_out; /* the least of the results, which are not written */
};
struct sarif_groups {
  struct sarif_group *items;
  size_t count, capacity;
  bool merged; /* runs hold more than one image and platform */
};
void sarif_groups_of(const struct run_report *, struct sarif_groups *ret);
void sarif_groups_done(struct sarif_groups *);

/* The text of a SARIF message in which nothing is a link. Caller frees. */
char *sarif_without_links(const char *text);
/* An excerpt as such a text. Caller decrefs. */
json_t *sarif_text(const char *text, size_t max);
/* Path of a repository, or inside an image, as a relative URI. Caller frees. */
char *sarif_uri(const char *path);
/* "registry.example/owner/name" without the registry; points into repository. */
const char *sarif_repository_path(const char *repository);
/* Caller frees. */
char *sarif_rule_id(const struct artm_finding *);
/* Callers decref. */
json_t *sarif_rule(const struct artm_finding *);
json_t *sarif_result_json(const struct sarif_result *, const char *rule_id, size_t rule_index,
                          bool suppressions);
json_t *sarif_invocations(const struct sarif_group *);
json_t *sarif_properties(const struct sarif_group *);
#endif
