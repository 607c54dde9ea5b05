/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin exec is. */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "exec/exec.h"
#include <artmirror/plugin.h>
#include <string.h>

static const struct artm_field options[] = {
    ARTM_FIELD(.name = "command", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED,
               .constraint = "^([^{}]|[{][{]|[}][}]|"
                             "[{](target|reference|layout|repository|digest|platform)[}])*$",
               .doc = "program and arguments; {target} {reference} {layout} {repository} {digest} "
                      "{platform} are replaced"),
    ARTM_FIELD(.name = "format", .type = ARTM_TYPE_ENUM, .constraint = "model|sarif",
               .default_value = "model", .doc = "what the command writes to standard output"),
    ARTM_FIELD(.name = "version", .type = ARTM_TYPE_STRING,
               .doc = "results are kept until this changes; without it, every run scans"),
    ARTM_FIELD(.name = "env", .type = ARTM_TYPE_MAP, .element = ARTM_TYPE_STRING,
               .doc = "variables of the command's environment"),
    ARTM_FIELD(.name = "exit_codes", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_INT,
               .constraint = "0..255",
               .doc = "exit statuses of a scan that succeeded, if not only 0"),
};

static const char *const config_media_types[] = {
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    NULL,
};

static int32_t refuse(const struct artm_host *host, struct artm_call *call, const char *field,
                      const char *message, const char *hint) {
  struct artm_error error = {.struct_size = sizeof error,
                             .code = ARTM_E_CONFIG,
                             .message = message,
                             .hint = hint,
                             .field = field};
  return host->fail(call, &error);
}

static int32_t check_command(const struct artm_host *host, struct artm_call *call,
                             const struct artm_config *config) {
  const char *program = host->config_text(config, "command", 0);
  const char *problem = command_check(program);
  if (!problem)
    return 0;
  auto_free char *message = registry_format("%s: \"%s\"", problem, program ? program : "");
  return refuse(host, call, "command", message, "write command: [program, argument, '{target}']");
}

static bool is_variable(const char *name) {
  size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
  return length > 0 && !name[length] && !(*name >= '0' && *name <= '9');
}

static int32_t check_environment(const struct artm_host *host, struct artm_call *call,
                                 const struct artm_config *config) {
  const char *name;
  for (uint32_t i = 0; (name = host->config_key(config, "env", i)); i++) {
    if (is_variable(name))
      continue;
    auto_free char *message = registry_format("\"%s\" is no name of a variable", name);
    return refuse(host, call, "env", message, NULL);
  }
  return 0;
}

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *config, void **self) {
  const struct exec exec = {
      .host = host,
      .process = host->extension(host, ARTM_PROCESS_ID),
      .docker_config = host->extension(host, ARTM_DOCKER_CONFIG_ID),
      .options = config,
  };
  if (!exec.process || !exec.docker_config)
    return artm_fail(host, call, ARTM_E_UNSUPPORTED,
                     "the host lacks artmirror.process/1 or docker-config/1", NULL);
  int32_t answer = check_command(host, call, config);
  if (!answer)
    answer = check_environment(host, call, config);
  if (answer)
    return answer;
  struct exec *instance = registry_zalloc(sizeof *instance);
  *instance = exec;
  *self = instance;
  return 0;
}

static const struct artm_scanner scanner = {
    .struct_size = sizeof scanner,
    .caps = ARTM_SCANNER_REGISTRY | ARTM_SCANNER_LAYOUT,
    ARTM_FIELDS(options, options),
    .config_media_types = config_media_types,
    .create = create,
    .destroy = free,
    .probe = exec_probe,
    .prepare = exec_prepare,
    .scan = exec_scan,
};

static const struct artm_plugin exec = {
    .struct_size = sizeof exec,
    .threads = ARTM_THREADS_PARALLEL,
    .scanner = &scanner,
};

ARTM_PLUGIN(exec, "id=exec\0"
                  "version=1.0.0\0"
                  "summary=Vulnerabilities found by a command of yours\0"
                  "scanner=off\0")
