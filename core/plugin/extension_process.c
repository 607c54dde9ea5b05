/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror.process/1: a tool with an environment and folders of its own. */
#include "base/fs.h"
#include "base/memory.h"
#include "base/process.h"
#include "plugin/extensions.h"
#include "report/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OUTPUT_DEFAULT (64u << 20)
#define STDERR_MAX 4096

static void remove_folder(void *arg) {
  auto_error error = {0};
  if (fs_remove_tree(arg, &error) != 0)
    log_write(LOG_WARNING, NULL, "a private folder is left behind: %s", error.message);
  free(arg);
}

int call_private_folder(struct artm_call *call, const char **ret_path) {
  char *folder;
  int rc = fs_private_folder(&folder, &call->error);
  if (rc)
    return rc;
  call_on_end(call, remove_folder, folder);
  *ret_path = folder;
  return 0;
}

struct place {
  const char *home, *folder;
  struct strings env;
  const char **list; /* env, ended by NULL */
};

/* Later settings of a name replace earlier ones: programs differ in which of two they see. */
static void add_environment(struct strings *env, const char *const *given) {
  for (; given && *given; given++) {
    size_t len = strcspn(*given, "=") + 1;
    size_t i = 0;
    while (i < env->count && strncmp(env->items[i], *given, len) != 0)
      i++;
    if (i == env->count) {
      strings_add(env, *given);
    } else {
      free(env->items[i]);
      env->items[i] = str_copy(*given);
    }
  }
}

static int make_place(struct artm_call *call, const struct artm_command *command,
                      struct place *place) {
  const char *private;
  int rc = call_private_folder(call, &private);
  if (rc)
    return rc;
  place->home = arena_format(&call->memory, "%s/home", private);
  place->folder =
      command->folder ? command->folder : arena_format(&call->memory, "%s/work", private);
  if (mkdir(place->home, 0700) < 0 || (!command->folder && mkdir(place->folder, 0700) < 0))
    return call_fail(call, ARTM_E_LOCAL, "can't make a folder in %s: %s", private, strerror(errno));
  process_clean_environment(place->home, &place->env);
  add_environment(&place->env, command->env);
  place->list = mem_array(place->env.count + 1, sizeof *place->list);
  for (size_t i = 0; i < place->env.count; i++)
    place->list[i] = place->env.items[i];
  return 0;
}

static void place_done(struct place *place) {
  strings_done(&place->env);
  free(place->list);
  place->list = NULL;
}

static int open_output(struct artm_call *call, const char *folder, const char *name, int *ret_fd) {
  if (!name)
    return 0;
  if (!*name || strchr(name, '/') || strcmp(name, "..") == 0)
    return call_fail(call, ARTM_E_INTERNAL, "\"%s\" is no file of the command's folder", name);
  auto_free char *path = fs_join(folder, name);
  *ret_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (*ret_fd < 0)
    return call_fail(call, ARTM_E_LOCAL, "can't write %s: %s", path, strerror(errno));
  return 0;
}

/* What the tool wrote last, for people. A cut one begins at a whole word: half a secret would not
 * be known as one. Caller frees. */
static char *shown_tail(struct buf *tail) {
  auto_buf shown = {0};
  size_t from = 0;
  for (size_t i = 0; i < tail->len; i++)
    if (!tail->data[i])
      tail->data[i] = ' ';
  while (tail->len >= STDERR_MAX && from < tail->len && !strchr(" \t\r\n", tail->data[from]))
    from++;
  tail->max = 0;
  buf_text(tail, "");
  auto_free char *redacted = log_redact(tail->data + from);
  text_escape(&shown, redacted, -1, STDERR_MAX);
  return buf_take(&shown);
}

static void fill_result(struct artm_call *call, struct process_result *from, int output_fd,
                        struct artm_command_result *to) {
  struct stat st;
  auto_free char *tail = shown_tail(&from->error_tail);
  struct artm_command_result result = {
      .struct_size = to->struct_size,
      .exit_code = from->exit_code,
      .signal = (uint32_t)from->signal,
      .output_size = from->output.len,
      .stderr_tail = arena_copy(&call->memory, tail),
  };
  if (output_fd < 0) {
    char *output = buf_take(&from->output);
    call_on_end(call, free, output);
    result.output = output;
  } else if (fstat(output_fd, &st) == 0) {
    result.output_size = (uint64_t)st.st_size;
  }
  memcpy(to, &result, to->struct_size < sizeof result ? to->struct_size : sizeof result);
}

static int32_t do_run(const struct artm_process *table, struct artm_call *call,
                      const struct artm_command *given, struct artm_command_result *ret) {
  struct artm_command command = {0};
  (void)table;
  memcpy(&command, given,
         given->struct_size < sizeof command ? given->struct_size : sizeof command);
  if (command.flags)
    return call_fail(call, ARTM_E_UNSUPPORTED, "unknown flags of a command: 0x%x", command.flags);
  if (!command.argv || !command.argv[0])
    return call_fail(call, ARTM_E_INTERNAL, "a command without a program");
  struct place place = {0};
  struct process_result result = {0};
  auto_fd output = -1;
  int rc = make_place(call, &command, &place);
  if (!rc)
    rc = open_output(call, place.folder, command.output, &output);
  if (!rc) {
    struct process_command run = {
        .argv = command.argv,
        .env = place.list,
        .folder = place.folder,
        .timeout_ms = command.timeout_ms,
        .output_max = command.output_max ? (size_t)command.output_max : OUTPUT_DEFAULT,
        .output_fd = output,
    };
    rc = process_run(call, &run, &result);
  }
  if (!rc) {
    fill_result(call, &result, output, ret);
    process_result_done(&result);
  }
  place_done(&place);
  return rc;
}

void extension_process(struct artm_process *table) {
  *table = (struct artm_process){.struct_size = sizeof *table, .run = do_run};
}
