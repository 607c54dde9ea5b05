/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a scanner plugin through its table, as a host of the tests' own whose artmirror.process/1
 * plays a script: every command must be the next one of it. */
#ifndef SCANNER_DRIVER_H
#define SCANNER_DRIVER_H
#include <artmirror/plugin.h> /* before cmocka, which has a macro fail() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/scanner_sinks.h"

#define DRIVER_UNUSED __attribute__((unused))
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64
#define REPOSITORY "registry.example:5000/team/app"
#define REFERENCE REPOSITORY "@" DIGEST

struct artm_call {
  int32_t code;
  int asked, cancel_after; /* 0: never */
  char message[1200], hint[600], field[32];
};
struct artm_config {
  const char *values[21]; /* name, value, ...; a list repeats its name, a map has "name.key" */
};

/* One command that is expected, and its end. */
struct run {
  const char *argv; /* joined by blanks */
  int32_t answer;   /* run itself answers so */
  int32_t exit_code;
  uint32_t signal;
  const char *output;
  size_t output_size; /* 0: all of output */
  const char *stderr_tail;
};

static struct {
  const struct run *next;
  size_t left;
  char env[4096];        /* of the last command, "NAME=value\n" each */
  char log[4096];        /* what the plugin logged, "LEVEL text\n" each */
  char credentials[256]; /* asked for this repository */
  char lock[64];         /* held by the call */
  char kept[512];        /* the only state: a version */
  char folder[64];       /* private, of the scan */
  char *lent;
} script;

DRIVER_UNUSED static void play(const struct run *runs, size_t count) {
  assert_int_equal(script.left, 0);
  script.next = runs;
  script.left = count;
}
#define PLAY(...)                         \
  play((const struct run[]){__VA_ARGS__}, \
       sizeof((const struct run[]){__VA_ARGS__}) / sizeof(struct run))
DRIVER_UNUSED static void played(void) {
  if (script.left)
    fail_msg("not run: %s", script.next->argv);
}

static int32_t driver_fail(struct artm_call *call, const struct artm_error *error) {
  assert_int_equal(error->struct_size, sizeof *error);
  assert_null(strpbrk(error->message, "\r\n"));
  call->code = error->code;
  snprintf(call->message, sizeof call->message, "%s%s%s", error->where ? error->where : "",
           error->where ? ": " : "", error->message);
  snprintf(call->hint, sizeof call->hint, "%s", error->hint ? error->hint : "");
  snprintf(call->field, sizeof call->field, "%s", error->field ? error->field : "");
  return error->code;
}
static int32_t driver_cancelled(struct artm_call *call) {
  return call->cancel_after && ++call->asked >= call->cancel_after ? ARTM_E_CANCELLED : 0;
}
static void driver_log(const struct artm_host *host, struct artm_call *call, uint32_t level,
                       const char *text) {
  size_t length = strlen(script.log);
  (void)host, (void)call;
  snprintf(script.log + length, sizeof script.log - length, "%u %s\n", level, text);
}

static uint32_t driver_count(const struct artm_config *config, const char *field) {
  uint32_t count = 0;
  size_t length = strlen(field);
  for (size_t i = 0; config->values[i]; i += 2)
    count += !strcmp(config->values[i], field) ||
             (!strncmp(config->values[i], field, length) && config->values[i][length] == '.');
  return count;
}
static const char *driver_pair(const struct artm_config *config, const char *field, uint32_t i,
                               bool is_key) {
  size_t length = strlen(field);
  for (size_t at = 0; config->values[at]; at += 2) {
    const char *name = config->values[at];
    if (strncmp(name, field, length) != 0 || (name[length] && name[length] != '.'))
      continue;
    if (i-- == 0)
      return is_key ? (name[length] ? name + length + 1 : NULL) : config->values[at + 1];
  }
  return NULL;
}
static const char *driver_text(const struct artm_config *config, const char *field, uint32_t i) {
  return driver_pair(config, field, i, false);
}
static const char *driver_key(const struct artm_config *config, const char *field, uint32_t i) {
  return driver_pair(config, field, i, true);
}
static int64_t driver_number(const struct artm_config *config, const char *field, uint32_t i) {
  const char *text = driver_text(config, field, i);
  return text ? !strcmp(text, "true") ? 1 : atoll(text) : 0;
}

static void write_output(const struct artm_command *command, const char *data, size_t size) {
  char path[4200];
  assert_non_null(command->folder);
  snprintf(path, sizeof path, "%s/%s", command->folder, command->output);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, size, file), size);
  fclose(file);
}

static int32_t driver_run(const struct artm_process *table, struct artm_call *call,
                          const struct artm_command *command, struct artm_command_result *ret) {
  char line[4096] = "";
  (void)table, (void)call;
  assert_int_equal(command->struct_size, sizeof *command);
  for (size_t i = 0; command->argv[i]; i++) {
    size_t length = strlen(line);
    snprintf(line + length, sizeof line - length, "%s%s", i ? " " : "", command->argv[i]);
  }
  if (!script.left)
    fail_msg("run beyond the script: %s", line);
  const struct run *run = script.next++;
  script.left--;
  assert_string_equal(line, run->argv);
  script.env[0] = '\0';
  for (size_t i = 0; command->env && command->env[i]; i++) {
    size_t length = strlen(script.env);
    snprintf(script.env + length, sizeof script.env - length, "%s\n", command->env[i]);
  }
  if (run->answer)
    return run->answer;
  const char *output = run->output ? run->output : "";
  size_t size = run->output_size ? run->output_size : strlen(output);
  ret->exit_code = run->exit_code;
  ret->signal = run->signal;
  ret->stderr_tail = run->stderr_tail ? run->stderr_tail : "";
  ret->output_size = size;
  if (command->output) {
    write_output(command, output, size);
    return 0;
  }
  free(script.lent);
  script.lent = malloc(size + 1); /* exact, so that a sanitizer sees a read beyond */
  assert_non_null(script.lent);
  memcpy(script.lent, output, size);
  script.lent[size] = '\0';
  ret->output = script.lent;
  return 0;
}

static int32_t driver_folder(const struct artm_docker_config *table, struct artm_call *call,
                             const char *repository, const char **path) {
  (void)table, (void)call;
  snprintf(script.credentials, sizeof script.credentials, "%s", repository);
  *path = "/private/docker-config";
  return 0;
}

static int32_t driver_get(const struct artm_state *table, struct artm_call *call, const char *key,
                          const void **data, uint64_t *size) {
  (void)table, (void)call, (void)key;
  if (!script.kept[0])
    return ARTM_NO;
  *data = script.kept;
  *size = strlen(script.kept);
  return 0;
}
static int32_t driver_put(const struct artm_state *table, struct artm_call *call, const char *key,
                          const void *data, uint64_t size) {
  (void)table, (void)call, (void)key;
  snprintf(script.kept, sizeof script.kept, "%.*s", (int)size, data ? (const char *)data : "");
  return 0;
}
static int32_t driver_state_folder(const struct artm_state *table, struct artm_call *call,
                                   const char *name, const char **path) {
  static char folder[64];
  (void)table, (void)call;
  snprintf(folder, sizeof folder, "/cache/%s", name);
  *path = folder;
  return 0;
}
static int32_t driver_lock(const struct artm_state *table, struct artm_call *call,
                           const char *name) {
  (void)table, (void)call;
  snprintf(script.lock, sizeof script.lock, "%s", name);
  return 0;
}

static const struct artm_process driver_process = {.struct_size = sizeof driver_process,
                                                   .run = driver_run};
static const struct artm_docker_config driver_docker_config = {
    .struct_size = sizeof driver_docker_config, .folder = driver_folder};
static const struct artm_state driver_state = {.struct_size = sizeof driver_state,
                                               .get = driver_get,
                                               .put = driver_put,
                                               .folder = driver_state_folder,
                                               .lock = driver_lock};

static const void *driver_extension(const struct artm_host *host, const char *id) {
  (void)host;
  if (!strcmp(id, ARTM_PROCESS_ID))
    return &driver_process;
  if (!strcmp(id, ARTM_DOCKER_CONFIG_ID))
    return &driver_docker_config;
  return strcmp(id, ARTM_STATE_ID) ? NULL : &driver_state;
}

static const struct artm_host driver_host = {.struct_size = sizeof driver_host,
                                             .abi_major = ARTM_ABI_MAJOR,
                                             .log = driver_log,
                                             .fail = driver_fail,
                                             .cancelled = driver_cancelled,
                                             .extension = driver_extension,
                                             .config_count = driver_count,
                                             .config_text = driver_text,
                                             .config_number = driver_number,
                                             .config_key = driver_key};

/* The scanner of a built plugin. */
static const struct artm_scanner *driver_scanner(const char *id) {
  const char *folders = getenv("ARTMIRROR_PLUGIN_DIR");
  char path[4096];
  void *library = NULL;
  if (!folders || !*folders)
    folders = PLUGIN_FOLDER;
  while (*folders && !library) {
    int length = (int)strcspn(folders, ":");
    snprintf(path, sizeof path, "%.*s/%s.so", length, folders, id);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    folders += length + (folders[length] == ':');
  }
  if (!library)
    fail_msg("%s", dlerror());
  const struct artm_entry *entry = dlsym(library, "artmirror_plugin");
  assert_non_null(entry);
  assert_int_equal(entry->magic, ARTM_MAGIC);
  assert_int_equal(entry->plugin->threads, ARTM_THREADS_PARALLEL);
  return entry->plugin->scanner;
}

/* An empty program of that name is all of PATH. */
DRIVER_UNUSED static void install(const char *name) {
  char path[128];
  if (!script.folder[0]) {
    snprintf(script.folder, sizeof script.folder, "/tmp/artmirror-scanner-XXXXXX");
    assert_non_null(mkdtemp(script.folder));
  }
  snprintf(path, sizeof path, "%s/bin", script.folder);
  mkdir(path, 0700);
  setenv("PATH", path, 1);
  snprintf(path, sizeof path, "%s/bin/%s", script.folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fclose(file);
  assert_int_equal(chmod(path, 0700), 0);
}
DRIVER_UNUSED static void uninstall(const char *name) {
  char path[128];
  snprintf(path, sizeof path, "%s/bin/%s", script.folder, name);
  unlink(path);
}

static const struct artm_descriptor driver_manifest = {
    .struct_size = sizeof driver_manifest, .size = 500, .digest = DIGEST};

/* A scan of the registry, or of a layout. */
DRIVER_UNUSED static struct artm_scan scan_of(const struct artm_config *settings, bool is_layout) {
  return (struct artm_scan){.struct_size = sizeof(struct artm_scan),
                            .reference = is_layout ? NULL : REFERENCE,
                            .repository = is_layout ? NULL : REPOSITORY,
                            .layout = is_layout ? "/layouts/one" : NULL,
                            .folder = script.folder,
                            .platform = "linux/arm64/v8",
                            .manifest = &driver_manifest,
                            .settings = settings};
}
#endif
