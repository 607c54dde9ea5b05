/* SPDX-License-Identifier: Apache-2.0 */
/* The host table as a plugin sees it. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/memory.h"
#include "config/load.h"
#include "plugin/host.h"
#include "plugin/state.h"
#include "report/log.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
  struct host_services services;
  struct host *host;
  struct artm_call call;
  struct strings notices;
};

static void note(void *arg, const char *plugin, const char *text) {
  struct strings *notices = arg;
  strings_add_taken(notices, str_format("%s: %s", plugin, text));
}

static int set_up(void **state) {
  struct world *world = mem_alloc(sizeof *world);
  log_setup(LOG_ERROR, LOG_TEXT, false);
  world->services.state = state_open(NULL, NULL);
  world->services.notice = note;
  world->services.notice_arg = &world->notices;
  world->host = host_new(&world->services, "kit");
  *state = world;
  return 0;
}

static int tear_down(void **state) {
  struct world *world = *state;
  call_done(&world->call);
  host_free(world->host);
  state_close(world->services.state);
  strings_done(&world->notices);
  free(world);
  return 0;
}

static void every_slot_is_filled(void **state) {
  struct world *world = *state;
  const struct artm_host *abi = &world->host->abi;
  assert_int_equal(abi->struct_size, sizeof *abi);
  assert_int_equal(abi->abi_major, ARTM_ABI_MAJOR);
  assert_int_equal(abi->abi_minor, ARTM_ABI_MINOR);
  const char *bytes = (const char *)abi;
  for (size_t at = offsetof(struct artm_host, log); at < sizeof *abi; at += sizeof(void *)) {
    void *slot;
    memcpy(&slot, bytes + at, sizeof slot);
    assert_non_null(slot);
  }
}

static void failures_are_copied(void **state) {
  struct world *world = *state;
  const struct artm_host *host = &world->host->abi;
  char message[] = "no such tag";
  struct artm_error error = {.struct_size = sizeof error,
                             .code = ARTM_E_NOT_FOUND,
                             .retry_after_ms = 1500,
                             .message = message,
                             .hint = "look",
                             .where = "host/name:1"};
  assert_int_equal((host->fail)(&world->call, &error), ARTM_E_NOT_FOUND);
  memset(message, 'x', sizeof message - 1);
  assert_string_equal(world->call.error.message, "no such tag");
  assert_string_equal(world->call.error.hint, "look");
  assert_string_equal(world->call.error.where, "host/name:1");
  assert_int_equal(world->call.error.retry_after_ms, 1500);
  error.struct_size = offsetof(struct artm_error, hint);
  error.hint = (const char *)1; /* beyond what an older plugin's record has */
  error.where = (const char *)1;
  assert_int_equal((host->fail)(&world->call, &error), ARTM_E_NOT_FOUND);
  assert_null(world->call.error.hint);
  error.code = 7; /* no error at all */
  assert_int_equal((host->fail)(&world->call, &error), ARTM_E_INTERNAL);
}

static void notices_are_collected(void **state) {
  struct world *world = *state;
  const struct artm_host *host = &world->host->abi;
  host->log(host, NULL, ARTM_LOG_DEBUG, "quiet");
  host->log(host, &world->call, ARTM_LOG_NOTICE, "owner is spelled in lower case");
  host->log(host, &world->call, ARTM_LOG_NOTICE, "owner is spelled in lower case");
  host->log(host, &world->call, 99, "an unknown level");
  assert_int_equal(world->notices.count, 1);
  assert_string_equal(world->notices.items[0], "kit: owner is spelled in lower case");
}

static void cancellation_and_sleep(void **state) {
  struct world *world = *state;
  const struct artm_host *host = &world->host->abi;
  struct cancel cancel = {0};
  world->call.cancel = &cancel;
  assert_int_equal(host->cancelled(&world->call), 0);
  assert_int_equal(host->sleep(&world->call, 1), 0);
  atomic_store(&cancel.level, 2);
  assert_int_equal(host->cancelled(&world->call), ARTM_E_CANCELLED);
  uint64_t start = clock_now_ms();
  assert_int_equal(host->sleep(&world->call, 60000), ARTM_E_CANCELLED);
  assert_true(clock_now_ms() - start < 5000);
  world->call.cancel = NULL;
}

static void temp_files_are_private(void **state) {
  struct world *world = *state;
  const struct artm_host *host = &world->host->abi;
  int32_t fd = -1;
  assert_int_equal(host->temp_file(&world->call, &fd), 0);
  struct stat st;
  assert_int_equal(fstat(fd, &st), 0);
  assert_int_equal(st.st_nlink, 0);
  assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  assert_int_equal(write(fd, "x", 1), 1);
  close(fd);
}

static void extensions_match_exactly(void **state) {
  struct world *world = *state;
  const struct artm_host *host = &world->host->abi;
  assert_ptr_equal(host->extension(host, ARTM_PROCESS_ID), &world->host->process);
  assert_ptr_equal(host->extension(host, ARTM_STATE_ID), &world->host->state);
  assert_null(host->extension(host, ARTM_HTTP_ID)); /* there is no client here */
  assert_null(host->extension(host, ARTM_DOCKER_CONFIG_ID));
  world->services.http = (struct http_client *)1;
  assert_ptr_equal(host->extension(host, ARTM_HTTP_ID), &world->host->http);
  assert_ptr_equal(host->extension(host, ARTM_DOCKER_CONFIG_ID), &world->host->docker_config);
  static const char *const wrong[] = {"",
                                      "artmirror.process",
                                      "artmirror.process/",
                                      "artmirror.process/10",
                                      "artmirror.process/1 ",
                                      "ARTMIRROR.PROCESS/1",
                                      "artmirror.process/2"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_null(host->extension(host, wrong[i]));
}

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "text", .type = ARTM_TYPE_STRING, .default_value = "fallback"),
    ARTM_FIELD(.name = "wait", .type = ARTM_TYPE_DURATION),
    ARTM_FIELD(.name = "list", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING),
    ARTM_FIELD(.name = "map", .type = ARTM_TYPE_MAP, .element = ARTM_TYPE_STRING),
    ARTM_FIELD(.name = "key", .type = ARTM_TYPE_SECRET),
};

static int32_t use_secret(void *arg, const char *secret, uint64_t len) {
  assert_int_equal(len, strlen(secret));
  strings_add(arg, secret);
  return 42;
}

static void values_come_typed(void **state) {
  struct world *world = *state;
  const struct artm_host *host = &world->host->abi;
  struct document document = {0};
  struct problems problems = {0};
  assert_int_equal(document_load_text("test.yaml",
                                      "wait: 2m\nlist: [a, b]\nmap: {k: v}\nkey: canary-secret\n",
                                      &document, &problems),
                   0);
  struct field_table table = {0};
  field_table_adopt(&table, fields, 5, sizeof fields[0]);
  struct artm_config config = {.table = &table, .node = document.roots[0]};
  assert_string_equal(host->config_text(&config, "text", 0), "fallback");
  assert_int_equal(host->config_number(&config, "wait", 0), 120000);
  assert_int_equal(host->config_count(&config, "list"), 2);
  assert_string_equal(host->config_text(&config, "list", 1), "b");
  assert_null(host->config_text(&config, "list", 2));
  assert_string_equal(host->config_key(&config, "map", 0), "k");
  assert_string_equal(host->config_text(&config, "map", 0), "v");
  auto_strings seen = {0};
  assert_int_equal(host->config_secret(&world->call, &config, "key", use_secret, &seen), 42);
  assert_string_equal(seen.items[0], "canary-secret");
  auto_free char *redacted = log_redact("with canary-secret in it");
  assert_null(strstr(redacted, "canary"));
  config.node = NULL;
  assert_int_equal(host->config_secret(&world->call, &config, "key", use_secret, &seen), ARTM_NO);
  field_table_done(&table);
  problems_done(&problems);
  document_done(&document);
}

static int run(struct world *world, const char *script, const struct artm_command *like,
               struct artm_command_result *result) {
  const char *argv[] = {"sh", "-c", script, NULL};
  struct artm_command command = {0};
  if (like)
    command = *like;
  command.struct_size = sizeof command;
  command.argv = argv;
  result->struct_size = sizeof *result;
  return world->host->process.run(&world->host->process, &world->call, &command, result);
}

static void tools_get_a_world_of_their_own(void **state) {
  struct world *world = *state;
  setenv("GITHUB_TOKEN", "canary-token", 1);
  struct artm_command_result result = {0};
  const char *env[] = {"LANG=xx", "EXTRA=1", NULL};
  struct artm_command like = {.env = env};
  assert_int_equal(run(world,
                       "env; ls -A . $HOME $TMPDIR; stat -c %a ..; echo \"at $PWD\"; echo >&2 "
                       "'\033[31m'",
                       &like, &result),
                   0);
  assert_int_equal(result.exit_code, 0);
  assert_int_equal(result.output_size, strlen(result.output));
  assert_null(strstr(result.output, "canary-token"));
  assert_non_null(strstr(result.output, "EXTRA=1\n"));
  assert_non_null(strstr(result.output, "LANG=xx\n"));
  assert_null(strstr(result.output, "LANG=C"));
  assert_non_null(strstr(result.output, "\n700\n"));
  assert_non_null(strstr(result.stderr_tail, "\\x1b[31m"));
  char *folder = str_copy(strstr(result.output, "\nat ") + 4);
  folder[strcspn(folder, "\n")] = '\0';
  char *above = fs_parent(folder);
  assert_true(fs_is_folder(folder));
  call_done(&world->call);
  assert_false(fs_exists(above)); /* all of it ends with the call */
  free(above);
  free(folder);
}

static void output_may_go_to_a_file(void **state) {
  struct world *world = *state;
  struct error error = {0};
  char *folder;
  assert_int_equal(fs_private_folder(&folder, &error), 0);
  struct artm_command like = {.folder = folder, .output = "report.json"};
  struct artm_command_result result = {0};
  assert_int_equal(run(world, "printf '{}'", &like, &result), 0);
  assert_int_equal(result.output_size, 2);
  assert_null(result.output);
  auto_free char *file = fs_join(folder, "report.json");
  auto_buf text = {0};
  assert_int_equal(fs_read(file, 100, &text, &error), 0);
  assert_string_equal(text.data, "{}");
  static const char *const wrong[] = {"", "..", "../x", "/tmp/x", "a/b"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    like.output = wrong[i];
    assert_int_equal(run(world, "echo", &like, &result), ARTM_E_INTERNAL);
  }
  auto_free char *link = fs_join(folder, "link");
  assert_int_equal(symlink("/tmp/elsewhere", link), 0);
  like.output = "link";
  assert_int_equal(run(world, "echo", &like, &result), ARTM_E_LOCAL);
  assert_int_equal(fs_remove_tree(folder, &error), 0);
  free(folder);
}

static void tools_have_limits(void **state) {
  struct world *world = *state;
  struct artm_command_result result = {0};
  struct artm_command like = {.timeout_ms = 100};
  assert_int_equal(run(world, "sleep 60", &like, &result), ARTM_E_TIMEOUT);
  like = (struct artm_command){.output_max = 10};
  assert_int_equal(run(world, "yes", &like, &result), ARTM_E_LOCAL);
  like = (struct artm_command){.flags = 1};
  assert_int_equal(run(world, "echo", &like, &result), ARTM_E_UNSUPPORTED);
  const char *argv[] = {"no-such-tool-anywhere", NULL};
  struct artm_command missing = {.struct_size = sizeof missing, .argv = argv};
  assert_int_equal(world->host->process.run(&world->host->process, &world->call, &missing, &result),
                   ARTM_NO);
}

/* Half a secret is not known as one any more. */
static void a_cut_tail_shows_no_half_secret(void **state) {
  struct world *world = *state;
  struct artm_command_result result = {0};
  log_secret("canary-secret-of-some-length");
  assert_int_equal(run(world, "printf 'a\\0b canary-secret-of-some-length.' >&2", NULL, &result),
                   0);
  assert_non_null(strstr(result.stderr_tail, "a b "));
  assert_null(strstr(result.stderr_tail, "canary"));
  assert_int_equal(run(world,
                       "printf 'canary-secret-of-some-length ' >&2; "
                       "head -c 4076 /dev/zero | tr '\\0' x >&2; printf ' end' >&2",
                       NULL, &result),
                   0);
  assert_null(strstr(result.stderr_tail, "length"));
  assert_true(text_ends(result.stderr_tail, "x end"));
}

static void a_short_result_is_not_overrun(void **state) {
  struct world *world = *state;
  struct artm_command_result result;
  memset(&result, 0x5a, sizeof result);
  const char *argv[] = {"true", NULL};
  struct artm_command command = {.struct_size = sizeof command, .argv = argv};
  result.struct_size = offsetof(struct artm_command_result, output);
  assert_int_equal(world->host->process.run(&world->host->process, &world->call, &command, &result),
                   0);
  assert_int_equal(result.exit_code, 0);
  assert_int_equal((unsigned char)((char *)&result.stderr_tail)[0], 0x5a);
}

static void each_plugin_has_its_own_state(void **state) {
  struct world *world = *state;
  struct host *other = host_new(&world->services, "other");
  const struct artm_state *mine = &world->host->state, *theirs = &other->state;
  const void *data = NULL;
  uint64_t size = 0;
  assert_int_equal(mine->put(mine, &world->call, "k", "mine", 4), 0);
  assert_int_equal(theirs->get(theirs, &world->call, "k", &data, &size), ARTM_NO);
  assert_int_equal(mine->get(mine, &world->call, "k", &data, &size), 0);
  assert_int_equal(size, 4);
  assert_memory_equal(data, "mine", 4);
  const char *path = NULL;
  assert_int_equal(mine->folder(mine, &world->call, "db", &path), 0);
  assert_true(text_ends(path, "/kit/db"));
  assert_int_equal(mine->lock(mine, &world->call, "db"), 0);
  host_free(other);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(every_slot_is_filled),
      CASE(failures_are_copied),
      CASE(notices_are_collected),
      CASE(cancellation_and_sleep),
      CASE(temp_files_are_private),
      CASE(extensions_match_exactly),
      CASE(values_come_typed),
      CASE(tools_get_a_world_of_their_own),
      CASE(output_may_go_to_a_file),
      CASE(tools_have_limits),
      CASE(a_cut_tail_shows_no_half_secret),
      CASE(a_short_result_is_not_overrun),
      CASE(each_plugin_has_its_own_state),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
