/* SPDX-License-Identifier: Apache-2.0 */
/* A SARIF log, read once for its rules and once for its results. */
#include "exec/sarif.h"
#include "common/cleanup.h"
#include "exec/exec.h"
#include <string.h>

struct log {
  const struct artm_host *host;
  struct artm_call *call;
  struct json_walk *walk;
  struct artm_finding_sink *sink;
  const json_t *runs;
  struct sarif_system system;
  int32_t answer; /* of the sink, or that the run was cancelled */
  size_t run_count;
  bool has_version;
};

static void take_result(struct log *log, const json_t *run) {
  auto_json *result = json_walk_value(log->walk);
  log->answer = log->host->cancelled(log->call);
  if (!result || log->answer)
    return;
  auto_finding finding;
  finding_init(&finding);
  if (!sarif_finding(run, result, &finding, &log->system))
    return;
  if (finding.row.id)
    log->answer = log->sink->add(log->sink, &finding.row);
  else
    json_walk_refuse(log->walk, "a result before this has no rule");
}

/* A run that says so did not find nothing. */
static void check_invocations(struct json_walk *walk) {
  auto_json *invocations = json_walk_value(walk);
  const json_t *invocation;
  size_t i;
  json_array_foreach(invocations, i, invocation) {
    if (json_is_false(json_object_get(invocation, "executionSuccessful")))
      json_walk_refuse(walk, "the tool says that its run failed");
  }
}

/* results is null or absent when the tool could not look (SARIF 2.1.0, 3.14.23). */
static void take_run(struct log *log) {
  struct json_walk *walk = log->walk;
  const json_t *run = json_array_get(log->runs, log->run_count++);
  bool has_results = false;
  if (!json_walk_enter(walk, '{'))
    return;
  while (!log->answer && json_walk_member(walk))
    if (!strcmp(walk->name, "results") && json_walk_peek(walk) == '[') {
      has_results = true;
      json_walk_enter(walk, '[');
      while (!log->answer && json_walk_item(walk))
        take_result(log, run);
    } else if (!strcmp(walk->name, "invocations")) {
      check_invocations(walk);
    } else {
      json_walk_skip(walk);
    }
  if (!has_results)
    json_walk_refuse(walk, "a run of it has no results");
}

static void check_version(struct log *log) {
  auto_json *version = json_walk_value(log->walk);
  const char *text = json_string_value(version);
  log->has_version = true;
  if (version && (!text || strcmp(text, "2.1.0") != 0))
    json_walk_refuse(log->walk, "its version is not 2.1.0");
}

static void take_log(struct log *log) {
  struct json_walk *walk = log->walk;
  if (!json_walk_enter(walk, '{'))
    return;
  while (!log->answer && json_walk_member(walk))
    if (!strcmp(walk->name, "version"))
      check_version(log);
    else if (strcmp(walk->name, "runs") != 0)
      json_walk_skip(walk);
    else if (json_walk_enter(walk, '['))
      while (!log->answer && json_walk_item(walk))
        take_run(log);
  if (!log->answer && json_walk_end(walk) && !(log->has_version && log->run_count))
    json_walk_refuse(walk, "it has no version or no runs");
}

int32_t sarif_read(const struct artm_host *host, struct artm_call *call, struct json_walk *rules,
                   struct json_walk *results, struct artm_finding_sink *sink) {
  auto_json *runs = sarif_rules(rules);
  if (!runs) {
    json_walk_refuse(results, rules->problem);
    results->problem_at = rules->problem_at;
    return 0;
  }
  struct log log = {.host = host, .call = call, .walk = results, .sink = sink, .runs = runs};
  take_log(&log);
  if (!log.answer && !results->problem && log.system.family)
    log.answer = sink->os(sink, log.system.family, log.system.version, 0);
  free(log.system.family);
  free(log.system.version);
  return log.answer;
}
