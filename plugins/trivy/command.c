/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the program: arguments, environment, credentials. */
#include "trivy/command.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include <stdarg.h>
#include <string.h>

#define OUTPUT_MAX (4u << 20) /* of stdout: reports go to files */

static const char *format_into(struct command *command, const char *format, va_list arguments) {
  auto_free char *text = registry_vformat(format, arguments);
  return region_copy(&command->memory, text, strlen(text));
}

void command_add(struct command *command, const char *format, ...) {
  if (command->argc + 2 > command->argv_size) {
    size_t size = command->argv_size ? command->argv_size * 2 : 32;
    const char **grown = region_alloc(&command->memory, size, sizeof *grown);
    if (command->argc)
      memcpy(grown, command->argv, command->argc * sizeof *grown);
    command->argv = grown;
    command->argv_size = size;
  }
  va_list arguments;
  va_start(arguments, format);
  command->argv[command->argc++] = format_into(command, format, arguments);
  va_end(arguments);
}

void command_env(struct command *command, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (command->envc < sizeof command->env / sizeof command->env[0])
    command->env[command->envc++] = format_into(command, format, arguments);
  va_end(arguments);
}

void command_add_item(struct command *command, const char *flag, const char *value) {
  auto_free char *quoted = registry_zalloc(2 * strlen(value) + 3);
  char *to = quoted;
  *to++ = '"';
  for (const char *at = value; *at; at++) {
    if (*at == '"')
      *to++ = '"';
    *to++ = *at;
  }
  *to = '"';
  command_add(command, "%s", flag);
  command_add(command, "%s", strpbrk(value, ",\"") ? quoted : value);
}

void command_begin(struct command *command, const struct release *release) {
  *command = (struct command){0};
  command_add(command, "%s", PROGRAM);
  command_add(command, "image");
  command_add(command, "--quiet");
  if (release_since(release, 63)) {
    command_add(command, "--skip-version-check");
    command_add(command, "--disable-telemetry");
  }
  command_env(command, "TRIVY_DISABLE_VEX_NOTICE=1");
}

int32_t command_login(struct command *command, const struct trivy *trivy, struct artm_call *call,
                      const char *repository) {
  if (!trivy->docker_config || !strchr(repository, '/'))
    return 0;
  size_t length = strcspn(repository, "@");
  const char *slash = strrchr(repository, '/');
  const char *tag = strchr(slash, ':');
  if (tag && (size_t)(tag - repository) < length)
    length = (size_t)(tag - repository);
  auto_free char *name = registry_copy(repository, length);
  const char *folder = NULL;
  int32_t answer = trivy->docker_config->folder(trivy->docker_config, call, name, &folder);
  if (!answer)
    command_env(command, "DOCKER_CONFIG=%s", folder);
  return answer;
}

void command_done(struct command *command) {
  region_done(&command->memory);
}

int32_t command_run(struct command *command, const struct trivy *trivy, struct artm_call *call,
                    const char *folder, const char *token, struct failure *failure) {
  const struct artm_host *host = trivy->host;
  auto_free char *secret = token ? registry_format("TRIVY_TOKEN=%s", token) : NULL;
  const char *env[sizeof command->env / sizeof command->env[0] + 2] = {NULL};
  memcpy(env, command->env, sizeof command->env);
  env[command->envc] = secret;
  const struct artm_command run = {.struct_size = (uint32_t)sizeof run,
                                   .output_max = OUTPUT_MAX,
                                   .argv = command->argv,
                                   .env = env,
                                   .folder = folder};
  struct artm_command_result result = {.struct_size = (uint32_t)sizeof result};
  int32_t answer = trivy->process->run(trivy->process, call, &run, &result);
  if (secret)
    explicit_bzero(secret, strlen(secret));
  if (answer == ARTM_NO)
    return fail(host, call, ARTM_E_NOT_FOUND, NULL, NULL, "%s is no longer in PATH", PROGRAM);
  if (answer)
    return answer;
  if (result.exit_code == 0)
    return 0;
  failure_read(&result, failure);
  return ARTM_NO;
}
