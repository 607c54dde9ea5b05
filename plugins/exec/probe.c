/* SPDX-License-Identifier: Apache-2.0 */
/* Is the command there, and for how long does a result of it count? */
#include "common/cleanup.h"
#include "common/inputs.h"
#include "common/program.h"
#include "common/registry_text.h"
#include "exec/exec.h"
#include <string.h>

static void add_list(const struct exec *exec, const char *field, struct inputs *inputs) {
  uint32_t count = exec->host->config_count(exec->options, field);
  inputs_add(inputs, field);
  for (uint32_t i = 0; i < count; i++)
    inputs_add(inputs, exec->host->config_text(exec->options, field, i));
}

/* Caller frees. */
static char *inputs_of(const struct exec *exec) {
  struct inputs *inputs = inputs_new();
  add_list(exec, "command", inputs);
  add_list(exec, "format", inputs);
  add_list(exec, "version", inputs);
  return inputs_end(inputs);
}

/* We can't see what database the command asks. So its results count for one run, unless the user
 * names the version of both. */
int32_t exec_probe(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  const struct exec *exec = self;
  (void)call;
  const char *command = exec->host->config_text(exec->options, "command", 0);
  const char *version = exec->host->config_text(exec->options, "version", 0);
  struct program program;
  if (!program_find(command, &program))
    return ARTM_NO;
  program_done(&program);
  const char *slash = strrchr(command, '/');
  struct artm_tool tool = {
      .struct_size = sizeof tool, .name = slash ? slash + 1 : command, .version = version};
  auto_free char *inputs = inputs_of(exec);
  tool.inputs = inputs;
  if (version)
    tool.flags |= ARTM_TOOL_FIXED;
  return sink->add(sink, &tool);
}

int32_t exec_prepare(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  (void)self;
  (void)call;
  (void)sink;
  return 0;
}
