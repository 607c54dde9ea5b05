/* SPDX-License-Identifier: Apache-2.0 */
/* Is the command there, and for how long does a result of it count? */
#include "common/cleanup.h"
#include "common/inputs.h"
#include "common/program.h"
#include "common/registry_text.h"
#include "exec/exec.h"
#include <errno.h>
#include <string.h>
#include <time.h>

#define SINCE_KEY "since" /* "INPUTS SECONDS" */

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

/* When these inputs were first seen, which is now at the latest. */
static int32_t find_since(const struct exec *exec, struct artm_call *call, const char *inputs,
                          int64_t *ret) {
  const void *data;
  uint64_t size;
  int32_t answer = exec->state->get(exec->state, call, SINCE_KEY, &data, &size);
  if (answer < 0)
    return answer;
  auto_free char *kept = answer ? registry_format("%s", "") : registry_copy(data, (size_t)size);
  size_t length = strlen(inputs);
  char *end = NULL;
  errno = 0;
  *ret = !strncmp(kept, inputs, length) && kept[length] == ' '
             ? (int64_t)strtoll(kept + length + 1, &end, 10)
             : 0;
  if (end && !*end && !errno && *ret > 0 && *ret <= (int64_t)time(NULL))
    return 0;
  *ret = (int64_t)time(NULL);
  auto_free char *text = registry_format("%s %lld", inputs, (long long)*ret);
  return exec->state->put(exec->state, call, SINCE_KEY, text, strlen(text));
}

/* We can't see what database the command asks. So its results count for one run, unless the user
 * names the version of both, which is then as old as we know of it. */
int32_t exec_probe(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  const struct exec *exec = self;
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
  if (version) {
    int32_t answer = find_since(exec, call, inputs, &tool.db_updated);
    if (answer)
      return answer;
    tool.flags |= ARTM_TOOL_DB_UPDATED;
  }
  return sink->add(sink, &tool);
}

int32_t exec_prepare(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  (void)self;
  (void)call;
  (void)sink;
  return 0;
}
