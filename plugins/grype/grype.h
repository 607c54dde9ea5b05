/* SPDX-License-Identifier: Apache-2.0 */
/* Scanner "grype": one Grype a manifest, on a database that is brought up to date once a run. */
#ifndef PLUGINS_GRYPE_GRYPE_H
#define PLUGINS_GRYPE_GRYPE_H
#include "common/finding.h"
#include "common/json_walk.h"
#include <artmirror/process.h>
#include <artmirror/scanner.h>
#include <artmirror/state.h>

#define PROGRAM "grype"

/* The instance. */
struct grype {
  const struct artm_host *host;
  const struct artm_process *process;
  const struct artm_docker_config *docker_config;
  const struct artm_state *state;
  const struct artm_config *options;
};

/* Variables of a child, ended with NULL; made by environment_set. */
#define ENVIRONMENT_MAX 16
struct environment {
  char *list[ENVIRONMENT_MAX + 1];
  size_t count;
};
void environment_set(struct environment *, const char *name, const char *value);
void environment_done(struct environment *);
#define auto_environment __attribute__((cleanup(environment_done))) struct environment

/* database.c: the path of Grype's database folder, and the variables that every Grype gets. */
int32_t grype_environment(const struct grype *, struct artm_call *, struct environment *);
/* As artm_scanner.prepare. */
int32_t grype_prepare(void *self, struct artm_call *, struct artm_tool_sink *);
/* probe.c: as artm_scanner.probe. */
int32_t grype_probe(void *self, struct artm_call *, struct artm_tool_sink *);
/* scan.c: as artm_scanner.scan. */
int32_t grype_scan(void *self, struct artm_call *, const struct artm_scan *,
                   struct artm_finding_sink *);

/* report.c: reads a whole report into the sink; what is wrong with it is the walk's problem, or
 * what the sink answered. digest: of the manifest that was to be scanned. */
int32_t grype_report(const struct artm_host *, struct artm_call *, struct json_walk *,
                     const char *digest, struct artm_finding_sink *);
/* match.c: fills a finding from an item of matches or ignoredMatches. False: it is damaged. */
bool grype_match(const json_t *match, bool is_ignored, struct finding *);

/* row.c: the match as a row of Grype's own table. Caller frees. */
char *grype_row(const json_t *match);
#endif
