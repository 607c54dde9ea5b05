/* SPDX-License-Identifier: Apache-2.0 */
/* Scanner "exec": any command that writes our own report or SARIF 2.1.0 to its standard output. */
#ifndef PLUGINS_EXEC_EXEC_H
#define PLUGINS_EXEC_EXEC_H
#include "common/finding.h"
#include "common/json_walk.h"
#include <artmirror/process.h>
#include <artmirror/scanner.h>

/* The instance. */
struct exec {
  const struct artm_host *host;
  const struct artm_process *process;
  const struct artm_docker_config *docker_config;
  const struct artm_config *options;
};

/* command.c: what is wrong with the first item of command, or NULL. */
const char *command_check(const char *program);
/* An item with its words replaced. NULL: *ret_missing is the word that this scan has nothing for,
 * "reference" or "layout". Caller frees. */
char *command_expand(const char *item, const struct artm_scan *, const char **ret_missing);

/* probe.c: as artm_scanner.probe and prepare. */
int32_t exec_probe(void *self, struct artm_call *, struct artm_tool_sink *);
int32_t exec_prepare(void *self, struct artm_call *, struct artm_tool_sink *);
/* scan.c: as artm_scanner.scan. */
int32_t exec_scan(void *self, struct artm_call *, const struct artm_scan *,
                  struct artm_finding_sink *);

/* Read a whole report into the sink; what is wrong with it is the walk's problem, or what the sink
 * answered. digest: of the manifest, in case the report names one. */
int32_t model_read(const struct artm_host *, struct artm_call *, struct json_walk *,
                   const char *digest, struct artm_finding_sink *);
/* Reads the rules of the first walk and the results of the second, over the same text. */
int32_t sarif_read(const struct artm_host *, struct artm_call *, struct json_walk *rules,
                   struct json_walk *results, struct artm_finding_sink *);
#endif
