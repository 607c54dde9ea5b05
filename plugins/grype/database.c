/* SPDX-License-Identifier: Apache-2.0 */
/* Grype's database: brought up to date once a run, for scans that leave it alone. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/inputs.h"
#include "common/outcome.h"
#include "common/registry_text.h"
#include "grype/grype.h"
#include <errno.h>
#include <string.h>

#define OUTPUT_MAX 65536
#define NO_DATABASE_HINT \
  "run once without skip_db_update and offline, or import one: grype db import"

void environment_set(struct environment *environment, const char *name, const char *value) {
  if (environment->count < ENVIRONMENT_MAX)
    environment->list[environment->count++] = registry_format("%s=%s", name, value);
}

void environment_done(struct environment *environment) {
  while (environment->count)
    free(environment->list[--environment->count]);
}

static int32_t find_folder(const struct grype *grype, struct artm_call *call, const char **ret) {
  const char *folder = grype->host->config_text(grype->options, "cache_dir", 0);
  if (!folder)
    return grype->state->folder(grype->state, call, "db", ret);
  *ret = folder;
  return 0;
}

int32_t grype_environment(const struct grype *grype, struct artm_call *call,
                          struct environment *ret) {
  const char *folder;
  int32_t answer = find_folder(grype, call, &folder);
  if (answer)
    return answer;
  environment_set(ret, "GRYPE_DB_CACHE_DIR", folder);
  environment_set(ret, "GRYPE_DB_AUTO_UPDATE", "false");
  environment_set(ret, "GRYPE_DB_VALIDATE_AGE", "false"); /* its date is in every report */
  environment_set(ret, "GRYPE_CHECK_FOR_APP_UPDATE", "false");
  environment_set(ret, "NO_COLOR", "1");
  environment_set(ret, "XDG_CONFIG_DIRS", folder); /* no settings of the machine's */
  const char *url = grype->host->config_text(grype->options, "db_url", 0);
  if (url)
    environment_set(ret, "GRYPE_DB_UPDATE_URL", url);
  return 0;
}

static int32_t run(const struct grype *grype, struct artm_call *call,
                   const struct environment *environment, const char *const *argv,
                   struct artm_command_result *ret) {
  const struct artm_command command = {.struct_size = sizeof command,
                                       .argv = argv,
                                       .env = (const char *const *)environment->list,
                                       .output_max = OUTPUT_MAX};
  *ret = (struct artm_command_result){.struct_size = sizeof *ret};
  int32_t answer = grype->process->run(grype->process, call, &command, ret);
  return answer == ARTM_NO
             ? fail(grype->host, call, ARTM_E_LOCAL, NULL, NULL, PROGRAM " is no longer in PATH")
             : answer;
}

static bool is_updated(const struct grype *grype) {
  const struct artm_host *host = grype->host;
  return !host->config_number(grype->options, "skip_db_update", 0) &&
         !host->config_number(grype->options, "offline", 0);
}

struct status {
  json_t *document;
  bool is_valid;
};

static int32_t ask_status(const struct grype *grype, struct artm_call *call,
                          const struct environment *environment, struct status *ret) {
  static const char *const argv[] = {PROGRAM, "db", "status", "-o", "json", NULL};
  struct artm_command_result result;
  int32_t answer = run(grype, call, environment, argv, &result);
  if (answer)
    return answer;
  ret->document = json_loadb(result.output, (size_t)result.output_size, 0, NULL);
  ret->is_valid = result.exit_code == 0 && json_is_object(ret->document) &&
                  !json_is_false(json_object_get(ret->document, "valid"));
  return 0;
}

/* No database, or a broken one. */
static int32_t fail_status(const struct grype *grype, struct artm_call *call,
                           const struct status *status, const char *update_problem) {
  const char *folder;
  int32_t answer = find_folder(grype, call, &folder);
  if (answer)
    return answer;
  if (update_problem)
    return fail(grype->host, call, ARTM_E_NETWORK, folder, NULL,
                "there is no vulnerability database, and %s", update_problem);
  const char *why = json_text(status->document, "error");
  return fail(grype->host, call, ARTM_E_LOCAL, folder, NO_DATABASE_HINT,
              "there is no usable vulnerability database%s%s", why ? ": " : "", why ? why : "");
}

/* Why the update failed, NULL: it did not. Caller frees. */
static int32_t update(const struct grype *grype, struct artm_call *call,
                      const struct environment *environment, char **ret_problem) {
  static const char *const argv[] = {PROGRAM, "db", "update", NULL};
  struct artm_command_result result;
  int32_t answer = run(grype, call, environment, argv, &result);
  if (answer || result.exit_code == 0)
    return answer;
  auto_free char *text = outcome_text(&result);
  *ret_problem = registry_format("%s db update failed: %s", PROGRAM, *text ? text : "no reason");
  return 0;
}

/* A Grype newer than the one that fetched the database adds tables to it when it opens it; that is
 * no work for parallel scans. What else may be wrong, the status says. */
static int32_t open_once(const struct grype *grype, struct artm_call *call,
                         const struct environment *environment) {
  static const char *const argv[] = {PROGRAM, "db", "providers", "-o", "json", NULL};
  struct artm_command_result result;
  return run(grype, call, environment, argv, &result);
}

/* *ret: a digest of the VEX files, NULL without any. Caller frees. */
static int32_t read_inputs(const struct grype *grype, struct artm_call *call, char **ret) {
  uint32_t count = grype->host->config_count(grype->options, "vex");
  if (!count)
    return 0;
  struct inputs *inputs = inputs_new();
  for (uint32_t i = 0; i < count; i++) {
    const char *path = grype->host->config_text(grype->options, "vex", i);
    if (inputs_add_file(inputs, path))
      continue;
    int problem = errno;
    inputs_free(inputs);
    return fail(grype->host, call, ARTM_E_LOCAL, path, NULL, "the VEX file can't be read: %s",
                strerror(problem));
  }
  *ret = inputs_end(inputs);
  return 0;
}

static int32_t tell(const struct grype *grype, struct artm_call *call, const json_t *status,
                    struct artm_tool_sink *sink) {
  auto_free char *inputs = NULL;
  int32_t answer = read_inputs(grype, call, &inputs);
  if (answer)
    return answer;
  struct artm_tool tool = {.struct_size = sizeof tool, .inputs = inputs};
  const json_t *schema = json_object_get(status, "schemaVersion");
  auto_free char *version =
      json_is_integer(schema) /* before database 6 */
          ? registry_format("v%lld", (long long)json_integer_value(schema))
          : registry_format("%s", json_is_string(schema) ? json_string_value(schema) : "");
  tool.db_version = version;
  if (time_of(json_text(status, "built"), &tool.db_updated))
    tool.flags |= ARTM_TOOL_DB_UPDATED;
  return sink->add(sink, &tool);
}

int32_t grype_prepare(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  const struct grype *grype = self;
  auto_environment environment = {0};
  int32_t answer = grype_environment(grype, call, &environment);
  if (!answer)
    answer = grype->state->lock(grype->state, call, "db");
  auto_free char *problem = NULL;
  if (!answer && is_updated(grype))
    answer = update(grype, call, &environment, &problem);
  if (!answer)
    answer = open_once(grype, call, &environment);
  struct status status = {0};
  if (!answer)
    answer = ask_status(grype, call, &environment, &status);
  auto_json *document = status.document;
  if (answer)
    return answer;
  if (!status.is_valid)
    return fail_status(grype, call, &status, problem);
  if (problem) {
    const char *built = json_text(document, "built");
    auto_free char *text = registry_format("%s; the database of %s is used", problem,
                                           built ? built : "an unknown day");
    grype->host->log(grype->host, call, ARTM_LOG_WARNING, text);
  }
  return tell(grype, call, document, sink);
}
