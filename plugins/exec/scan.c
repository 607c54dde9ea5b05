/* SPDX-License-Identifier: Apache-2.0 */
/* One scan: the command, its end, its report. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/outcome.h"
#include "common/registry_text.h"
#include "exec/exec.h"
#include <string.h>

#define REPORT "report.json"
#define REPORT_MAX (1ull << 30)

/* Ends with NULL. */
static void list_free(char ***list) {
  for (char **item = *list; item && *item; item++)
    free(*item);
  free(*list);
}
#define auto_list __attribute__((cleanup(list_free))) char **

static const char *target_name(const struct artm_scan *scan) {
  return scan->reference ? scan->reference : scan->layout;
}

static int32_t make_arguments(const struct exec *exec, struct artm_call *call,
                              const struct artm_scan *scan, char ***ret) {
  uint32_t count = exec->host->config_count(scan->settings, "command");
  const char *program = exec->host->config_text(scan->settings, "command", 0);
  const char *problem = command_check(program);
  if (problem)
    return fail(exec->host, call, ARTM_E_CONFIG, program, "look at scan: {exec: {command: ...}}",
                "%s", problem);
  auto_list argv = registry_zalloc(((size_t)count + 1) * sizeof *argv);
  for (uint32_t i = 0; i < count; i++) {
    const char *item = exec->host->config_text(scan->settings, "command", i), *missing;
    argv[i] = command_expand(item, scan, &missing);
    if (!argv[i])
      return fail(exec->host, call, ARTM_E_UNSUPPORTED, target_name(scan),
                  "let the command take {target}, or leave this target without the scan",
                  "the command takes a {%s}, which this target has not", missing);
  }
  *ret = argv;
  argv = NULL;
  return 0;
}

/* The user's variables come last and win. */
static int32_t make_environment(const struct exec *exec, struct artm_call *call,
                                const struct artm_scan *scan, char ***ret) {
  const struct artm_host *host = exec->host;
  uint32_t count = host->config_count(scan->settings, "env");
  auto_list env = registry_zalloc(((size_t)count + 2) * sizeof *env);
  size_t at = 0;
  if (scan->reference) {
    const char *folder;
    int32_t answer =
        exec->docker_config->folder(exec->docker_config, call, scan->repository, &folder);
    if (answer)
      return answer;
    env[at++] = registry_format("DOCKER_CONFIG=%s", folder);
  }
  for (uint32_t i = 0; i < count; i++)
    env[at++] = registry_format("%s=%s", host->config_key(scan->settings, "env", i),
                                host->config_text(scan->settings, "env", i));
  *ret = env;
  env = NULL;
  return 0;
}

static bool is_success(const struct exec *exec, const struct artm_scan *scan, int32_t exit_code) {
  uint32_t count = exec->host->config_count(scan->settings, "exit_codes");
  for (uint32_t i = 0; i < count; i++)
    if (exec->host->config_number(scan->settings, "exit_codes", i) == exit_code)
      return true;
  return count == 0 && exit_code == 0;
}

static int32_t run(const struct exec *exec, struct artm_call *call, const struct artm_scan *scan) {
  auto_list argv = NULL;
  auto_list env = NULL;
  int32_t answer = make_arguments(exec, call, scan, &argv);
  if (!answer)
    answer = make_environment(exec, call, scan, &env);
  if (answer)
    return answer;
  const struct artm_command command = {
      .struct_size = sizeof command,
      .output_max = REPORT_MAX,
      .argv = (const char *const *)argv,
      .env = (const char *const *)env,
      .folder = scan->folder,
      .output = REPORT,
  };
  struct artm_command_result result = {.struct_size = sizeof result};
  answer = exec->process->run(exec->process, call, &command, &result);
  if (answer == ARTM_NO)
    return fail(exec->host, call, ARTM_E_LOCAL, NULL, NULL, "there is no program %s", argv[0]);
  if (answer || is_success(exec, scan, result.exit_code))
    return answer;
  return outcome_fail(exec->host, call, ARTM_E_LOCAL, target_name(scan), argv[0], &result);
}

static int32_t read_model(const struct exec *exec, struct artm_call *call, const char *path,
                          const char *digest, struct artm_finding_sink *sink,
                          struct json_walk *walk) {
  int32_t answer = json_walk_open(walk, exec->host, call, path);
  return answer ? answer : model_read(exec->host, call, walk, digest, sink);
}

static int32_t read_sarif(const struct exec *exec, struct artm_call *call, const char *path,
                          struct artm_finding_sink *sink, struct json_walk *walk) {
  struct json_walk rules;
  int32_t answer = json_walk_open(&rules, exec->host, call, path);
  if (answer)
    return answer;
  answer = json_walk_open(walk, exec->host, call, path);
  if (!answer)
    answer = sarif_read(exec->host, call, &rules, walk, sink);
  json_walk_done(&rules);
  return answer;
}

int32_t exec_scan(void *self, struct artm_call *call, const struct artm_scan *scan,
                  struct artm_finding_sink *sink) {
  const struct exec *exec = self;
  if (scan->flags & ~ARTM_SCAN_PLAIN_HTTP)
    return fail(exec->host, call, ARTM_E_UNSUPPORTED, NULL, NULL, "unknown flags of a scan: 0x%x",
                scan->flags);
  int32_t answer = run(exec, call, scan);
  if (answer)
    return answer;
  const char *format = exec->host->config_text(scan->settings, "format", 0);
  bool is_sarif = format && !strcmp(format, "sarif");
  auto_free char *path = registry_format("%s/%s", scan->folder, REPORT);
  struct json_walk walk = {.fd = -1};
  answer = is_sarif ? read_sarif(exec, call, path, sink, &walk)
                    : read_model(exec, call, path, scan->manifest->digest, sink, &walk);
  if (answer == ARTM_NO)
    answer = fail(exec->host, call, ARTM_E_LOCAL, target_name(scan), NULL, "the report is gone");
  if (!answer && walk.problem)
    answer = fail(exec->host, call, ARTM_E_LOCAL, target_name(scan),
                  "standard output must hold the report and nothing else",
                  "the command's output is no %s report, at byte %llu: %s", format ? format : "",
                  (unsigned long long)walk.problem_at, walk.problem);
  json_walk_done(&walk);
  return answer ? answer : sink->raw(sink, REPORT, is_sarif ? "sarif" : "artmirror-scan");
}
