/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the plugin trivy through its table, with a host whose artmirror.process/1 plays Trivy:
 * each call is written down and answered by the next line of a script. */
#ifndef TRIVY_DRIVER_H
#define TRIVY_DRIVER_H
#include "unit/registry_driver.h"

#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REFERENCE "registry.example:5000/a/b@" DIGEST
#define FATAL(text) "2026-11-24T13:00:11Z\\x09FATAL\\x09Fatal error\\x09run error: " text "\\x0a"
#define REPORT(more) "{\"SchemaVersion\":2,\"ArtifactName\":\"" REFERENCE "\"" more "}"
#define FAR_AWAY "2099-01-01T00:00:00Z"
#define LONG_AGO "2020-01-01T00:00:00Z"

/* What a call of the program does. */
struct turn {
  const char *output;   /* stdout */
  const char *report;   /* report.json in its folder */
  const char *database; /* metadata.json of what --download-*-only asks for */
  const char *stderr_tail;
  int32_t answer; /* of the host itself */
  int32_t exit_code;
  uint32_t signal;
};

static struct {
  const struct turn *next;
  size_t left;
  char called[16384]; /* a line each: arguments, " | ", environment */
  char asked[1024];   /* docker-config/1 and locks */
  char path[128], *state_key, *state_value;
  const char *answer; /* of the server; NULL: 404 */
  uint32_t slept;
  int32_t refuse_login;
} stage;

DRIVER_UNUSED static void script_turns(const struct turn *turns, size_t count) {
  assert_int_equal(stage.left, 0);
  stage.next = turns;
  stage.left = count;
  stage.called[0] = stage.asked[0] = script.log[0] = '\0';
}
#define TURNS(...)                                 \
  script_turns((const struct turn[]){__VA_ARGS__}, \
               sizeof((const struct turn[]){__VA_ARGS__}) / sizeof(struct turn))
#define NO_TURNS() script_turns(NULL, 0)

static char *path_of(const char *name) {
  static char path[4][320];
  static unsigned at;
  char *to = path[at++ % 4];
  snprintf(to, sizeof path[0], "%s/%s", stage.path, name);
  return to;
}
static void write_to(const char *path, const char *text) {
  FILE *out = fopen(path, "we");
  if (!out)
    fail_msg("%s", path);
  assert_true(fputs(text, out) >= 0);
  assert_int_equal(fclose(out), 0);
}
DRIVER_UNUSED static char *read_from(const char *path) {
  static char text[4096];
  FILE *in = fopen(path, "re");
  size_t got = in ? fread(text, 1, sizeof text - 1, in) : 0;
  text[got] = '\0';
  if (in)
    fclose(in);
  return in ? text : NULL;
}
static void make_folder(const char *path) {
  mkdir(path, 0700);
}
DRIVER_UNUSED static void put_database(const char *cache, const char *kind, const char *metadata) {
  char path[400];
  const char *file = strcmp(kind, "db") ? "trivy-java.db" : "trivy.db";
  make_folder(cache);
  snprintf(path, sizeof path, "%s/%s", cache, kind);
  make_folder(path);
  snprintf(path, sizeof path, "%s/%s/%s", cache, kind, file);
  write_to(path, "database");
  snprintf(path, sizeof path, "%s/%s/metadata.json", cache, kind);
  write_to(path, metadata);
}

static void note_call(const struct artm_command *command) {
  size_t length = strlen(stage.called);
  for (size_t i = 0; command->argv[i]; i++)
    length += (size_t)snprintf(stage.called + length, sizeof stage.called - length, "%s%s",
                               i ? " " : "", command->argv[i]);
  for (size_t i = 0; command->env && command->env[i]; i++)
    length += (size_t)snprintf(stage.called + length, sizeof stage.called - length, "%s%s",
                               i ? " " : " | ", command->env[i]);
  snprintf(stage.called + length, sizeof stage.called - length, "\n");
}

static const char *value_after(const struct artm_command *command, const char *flag) {
  for (size_t i = 0; command->argv[i]; i++)
    if (!strcmp(command->argv[i], flag))
      return command->argv[i + 1] ? command->argv[i + 1] : "";
  return NULL;
}

static int32_t stage_run(const struct artm_process *table, struct artm_call *call,
                         const struct artm_command *command, struct artm_command_result *result) {
  (void)table;
  note_call(command);
  if (!stage.left)
    fail_msg("called beyond the script: %s", stage.called);
  const struct turn *turn = stage.next++;
  stage.left--;
  if (turn->answer) {
    call->code = turn->answer;
    return turn->answer;
  }
  if (turn->report) {
    char path[400];
    snprintf(path, sizeof path, "%s/%s", command->folder, value_after(command, "--output"));
    write_to(path, turn->report);
  }
  if (turn->database)
    put_database(value_after(command, "--cache-dir"),
                 value_after(command, "--download-db-only") ? "db" : "java-db", turn->database);
  *result = (struct artm_command_result){
      .struct_size = result->struct_size,
      .exit_code = turn->signal ? -1 : turn->exit_code,
      .signal = turn->signal,
      .output = turn->output ? turn->output : "",
      .output_size = turn->output ? strlen(turn->output) : 0,
      .stderr_tail = turn->stderr_tail ? turn->stderr_tail : "",
  };
  return 0;
}

static int32_t stage_get(const struct artm_state *table, struct artm_call *call, const char *key,
                         const void **data, uint64_t *size) {
  (void)table, (void)call;
  if (!stage.state_key || strcmp(stage.state_key, key))
    return ARTM_NO;
  *data = stage.state_value;
  *size = strlen(stage.state_value);
  return 0;
}
static int32_t stage_put(const struct artm_state *table, struct artm_call *call, const char *key,
                         const void *data, uint64_t size) {
  (void)table, (void)call;
  free(stage.state_key);
  free(stage.state_value);
  stage.state_key = data ? strdup(key) : NULL;
  stage.state_value = data ? strndup(data, (size_t)size) : NULL;
  return 0;
}
static int32_t stage_folder(const struct artm_state *table, struct artm_call *call,
                            const char *name, const char **path) {
  (void)table, (void)call;
  *path = path_of(name);
  make_folder(*path);
  return 0;
}
static int32_t stage_lock(const struct artm_state *table, struct artm_call *call,
                          const char *name) {
  (void)table, (void)call;
  strcat(strcat(strcat(stage.asked, "lock "), name), "\n");
  return 0;
}
static int32_t stage_login(const struct artm_docker_config *table, struct artm_call *call,
                           const char *repository, const char **path) {
  (void)table;
  strcat(strcat(strcat(stage.asked, "login "), repository), "\n");
  *path = "/private/login";
  call->code = stage.refuse_login;
  return stage.refuse_login;
}
static int32_t stage_send(const struct artm_http *table, struct artm_call *call,
                          const struct artm_http_request *request,
                          struct artm_http_response **ret) {
  static struct exchange exchange;
  exchange = (struct exchange){.status = stage.answer ? 200 : 404, .body = stage.answer};
  static char line[512];
  snprintf(line, sizeof line, "%s %s", request->method, request->url);
  exchange.request = line;
  strcat(strcat(stage.asked, line), "\n");
  struct artm_http_request whole = *request; /* the script's host insists on both */
  whole.registry = whole.scope = "";
  play(&exchange, 1);
  return driver_send(table, call, &whole, ret);
}
static int32_t stage_cancelled(struct artm_call *call) {
  (void)call;
  return 0;
}
static int32_t stage_sleep(struct artm_call *call, uint64_t ms) {
  (void)call;
  stage.slept += (uint32_t)ms;
  return 0;
}
static uint32_t stage_count(const struct artm_config *config, const char *field) {
  uint32_t count = 0;
  for (size_t n = 0; config->values[n]; n += 2)
    count += !strcmp(config->values[n], field);
  return count;
}
static const char *stage_text(const struct artm_config *config, const char *field, uint32_t i) {
  for (size_t n = 0; config->values[n]; n += 2)
    if (!strcmp(config->values[n], field) && i-- == 0)
      return config->values[n + 1];
  return NULL;
}
static int64_t stage_number(const struct artm_config *config, const char *field, uint32_t i) {
  const char *text = stage_text(config, field, i);
  return text && !strcmp(text, "true");
}
static int32_t stage_secret(struct artm_call *call, const struct artm_config *config,
                            const char *field, int32_t (*use)(void *, const char *, uint64_t),
                            void *arg) {
  (void)call;
  const char *text = stage_text(config, field, 0);
  return text ? use(arg, text, strlen(text)) : ARTM_NO;
}

static struct artm_http stage_http;
static const struct artm_process stage_process = {.struct_size = sizeof stage_process,
                                                  .run = stage_run};
static const struct artm_state stage_state = {.struct_size = sizeof stage_state,
                                              .get = stage_get,
                                              .put = stage_put,
                                              .folder = stage_folder,
                                              .lock = stage_lock};
static const struct artm_docker_config stage_docker_config = {
    .struct_size = sizeof stage_docker_config, .folder = stage_login};

static const void *stage_extension(const struct artm_host *host, const char *id) {
  (void)host;
  return !strcmp(id, ARTM_PROCESS_ID)         ? (const void *)&stage_process
         : !strcmp(id, ARTM_STATE_ID)         ? (const void *)&stage_state
         : !strcmp(id, ARTM_DOCKER_CONFIG_ID) ? (const void *)&stage_docker_config
         : !strcmp(id, ARTM_HTTP_ID)          ? (const void *)&stage_http
                                              : NULL;
}
static const struct artm_host stage_host = {.struct_size = sizeof stage_host,
                                            .abi_major = ARTM_ABI_MAJOR,
                                            .log = driver_log,
                                            .fail = driver_fail,
                                            .cancelled = stage_cancelled,
                                            .sleep = stage_sleep,
                                            .extension = stage_extension,
                                            .config_count = stage_count,
                                            .config_text = stage_text,
                                            .config_number = stage_number,
                                            .config_secret = stage_secret};

static const struct artm_scanner *scanner;
static struct artm_call call;

/* A tool sink that keeps the last one as text. */
struct told {
  struct artm_tool_sink sink;
  char text[512];
};
static int32_t told_add(struct artm_tool_sink *sink, const struct artm_tool *tool) {
  struct told *told = (struct told *)(void *)sink;
  snprintf(told->text, sizeof told->text, "%s %s db %s %lld %lld %.14s", tool->name, tool->version,
           tool->db_version ? tool->db_version : "-",
           tool->flags & ARTM_TOOL_DB_UPDATED ? (long long)tool->db_updated : -1,
           tool->flags & ARTM_TOOL_DB_NEXT_UPDATE ? (long long)tool->db_next_update : -1,
           tool->inputs ? tool->inputs : "-");
  return 0;
}
static struct told told;

DRIVER_UNUSED static void *instance(const struct artm_config *config) {
  void *self = NULL;
  assert_int_equal(scanner->create(&stage_host, &call, config, &self), 0);
  return self;
}
DRIVER_UNUSED static int32_t probe(void *self) {
  told = (struct told){.sink = {sizeof told.sink, 0, told_add}};
  call = (struct artm_call){0};
  return scanner->probe(self, &call, &told.sink);
}
DRIVER_UNUSED static int32_t prepare(void *self) {
  told = (struct told){.sink = {sizeof told.sink, 0, told_add}};
  call = (struct artm_call){0};
  return scanner->prepare(self, &call, &told.sink);
}

/* Puts a program there whose version was kept earlier. */
DRIVER_UNUSED static void install(const char *version) {
  make_folder(path_of("bin"));
  write_to(path_of("bin/trivy"), version);
  assert_int_equal(chmod(path_of("bin/trivy"), 0755), 0);
  stage_put(NULL, NULL, "", NULL, 0);
}

static int stage_remove(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)type, (void)walk;
  return remove(path);
}
static int stage_set_up(void **state) {
  script_setup(state);
  scanner = driver_plugin("trivy")->scanner;
  stage_http = driver_http;
  stage_http.send = stage_send;
  snprintf(stage.path, sizeof stage.path, "/tmp/test-trivy-XXXXXX");
  if (!mkdtemp(stage.path) || setenv("PATH", path_of("bin"), 1) < 0)
    return -1;
  return 0;
}
static int stage_tear_down(void **state) {
  (void)state;
  stage_put(NULL, NULL, "", NULL, 0);
  return nftw(stage.path, stage_remove, 8, FTW_DEPTH | FTW_PHYS);
}
#endif
