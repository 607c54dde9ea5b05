/* SPDX-License-Identifier: Apache-2.0 */
/* Which Grype is there. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/outcome.h"
#include "common/program.h"
#include "common/registry_text.h"
#include "grype/grype.h"
#include <string.h>

#define OUTPUT_MAX 65536
#define VERSION_MAX 100

static bool is_version(const char *text) {
  size_t length = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               ".-+_~ []()");
  return length > 0 && length <= VERSION_MAX && !text[length];
}

/* The version that the program tells; NULL: it tells none. Caller frees. */
static char *read_version(const struct artm_command_result *result) {
  auto_json *document = json_loadb(result->output, (size_t)result->output_size, 0, NULL);
  const char *version = json_text(document, "version");
  return version && is_version(version) ? registry_format("%s", version) : NULL;
}

static int32_t ask(const struct grype *grype, struct artm_call *call, const char *path,
                   char **ret) {
  static const char *const env[] = {"GRYPE_CHECK_FOR_APP_UPDATE=false", NULL};
  static const char *const argv[] = {PROGRAM, "version", "-o", "json", NULL};
  const struct artm_command command = {
      .struct_size = sizeof command, .argv = argv, .env = env, .output_max = OUTPUT_MAX};
  struct artm_command_result result = {.struct_size = sizeof result};
  int32_t answer = grype->process->run(grype->process, call, &command, &result);
  if (answer)
    return answer;
  if (result.exit_code)
    return outcome_fail(grype->host, call, ARTM_E_LOCAL, path, PROGRAM " version", &result);
  char *version = read_version(&result);
  if (!version)
    return fail(grype->host, call, ARTM_E_LOCAL, path, "install Grype 0.60 or newer",
                "this " PROGRAM " does not tell its version");
  *ret = version;
  return 0;
}

int32_t grype_probe(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  const struct grype *grype = self;
  struct program program;
  if (!program_find(PROGRAM, &program))
    return ARTM_NO;
  auto_free char *version = program_kept_version(&program, grype->state, call);
  int32_t answer = 0;
  if (!version) {
    answer = ask(grype, call, program.path, &version);
    program_keep_version(&program, grype->state, call, version);
  }
  program_done(&program);
  const struct artm_tool tool = {.struct_size = sizeof tool, .name = "Grype", .version = version};
  return answer ? answer : sink->add(sink, &tool);
}
