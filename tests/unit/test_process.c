/* SPDX-License-Identifier: Apache-2.0 */
/* Running programs: limits, groups, environment, descriptors. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/process.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const plain_env[] = {"PATH=/usr/bin:/bin", "GREETING=hello", NULL};

struct outcome {
  int rc;
  struct artm_call call;
  struct process_result result;
  uint64_t ms;
};

static void run(struct outcome *o, struct process_command *command, const char *script) {
  const char *argv[] = {"sh", "-c", script, NULL};
  if (script)
    command->argv = argv;
  if (!command->env)
    command->env = plain_env;
  if (!command->output_max)
    command->output_max = 1 << 20;
  uint64_t start = clock_now_ms();
  o->rc = process_run(&o->call, command, &o->result);
  o->ms = clock_now_ms() - start;
  command->argv = NULL;
  /* Whatever happened, nothing of it is left to wait for. */
  assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void outcome_done(struct outcome *o) {
  if (o->rc == 0)
    process_result_done(&o->result);
  call_done(&o->call);
}

static void captures_output_and_exit_code(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "printf out; printf err >&2; exit 3");
  assert_int_equal(o.rc, 0);
  assert_int_equal(o.result.exit_code, 3);
  assert_int_equal(o.result.signal, 0);
  assert_string_equal(o.result.output.data, "out");
  assert_string_equal(o.result.error_tail.data, "err");
  outcome_done(&o);
}

static void tells_the_signal(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "kill -SEGV $$");
  assert_int_equal(o.rc, 0);
  assert_int_equal(o.result.exit_code, -1);
  assert_int_equal(o.result.signal, SIGSEGV);
  outcome_done(&o);
}

static void says_no_for_a_missing_program(void **state) {
  (void)state;
  const char *const names[] = {"no-such-program-here", "/no/such/program", "/usr"};
  for (size_t i = 0; i < 3; i++) {
    struct outcome o = {0};
    const char *argv[] = {names[i], NULL};
    struct process_command command = {.argv = argv, .output_fd = -1};
    run(&o, &command, NULL);
    assert_int_equal(o.rc, ARTM_NO);
    outcome_done(&o);
  }
}

static void ignores_relative_parts_of_path(void **state) {
  (void)state;
  char *folder;
  struct error error = {0};
  assert_int_equal(fs_private_folder(&folder, &error), 0);
  char *file = fs_join(folder, "planted");
  assert_int_equal(fs_write(file, "#!/bin/sh\n", 10, 0755, &error), 0);
  char here[4096];
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(chdir(folder), 0);
  struct outcome o = {0};
  const char *argv[] = {"planted", NULL};
  const char *env[] = {"PATH=:.:/usr/bin", NULL};
  struct process_command command = {.argv = argv, .env = env, .folder = folder, .output_fd = -1};
  run(&o, &command, NULL);
  assert_int_equal(o.rc, ARTM_NO);
  outcome_done(&o);
  assert_int_equal(chdir(here), 0);
  assert_int_equal(fs_remove_tree(folder, &error), 0);
  free(file);
  free(folder);
}

static void gives_input_environment_and_folder(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.input = "from stdin", .folder = "/usr", .output_fd = -1};
  setenv("ARTMIRROR_TEST_LEAK", "leaked", 1);
  run(&o, &command, "cat; echo \" $GREETING $PWD [$ARTMIRROR_TEST_LEAK] [$HOME]\"");
  assert_int_equal(o.rc, 0);
  assert_string_equal(o.result.output.data, "from stdin hello /usr [] []\n");
  outcome_done(&o);
}

static void input_may_be_large_and_unread(void **state) {
  (void)state;
  size_t size = 3 << 20;
  char *input = malloc(size + 1);
  assert_non_null(input);
  memset(input, 'x', size);
  input[size] = '\0';
  struct outcome o = {0};
  struct process_command command = {.input = input, .output_fd = -1};
  run(&o, &command, "exit 0");
  assert_int_equal(o.rc, 0);
  outcome_done(&o);
  memset(&o, 0, sizeof o);
  run(&o, &command, "wc -c");
  assert_int_equal(o.rc, 0);
  assert_int_equal(atol(o.result.output.data), 3 << 20);
  outcome_done(&o);
  free(input);
}

static void without_input_stdin_is_empty(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "wc -c");
  assert_int_equal(atol(o.result.output.data), 0);
  outcome_done(&o);
}

static void inherits_no_descriptor(void **state) {
  (void)state;
  int careless = open("/dev/null", O_RDONLY); /* a library without close-on-exec */
  assert_true(careless > 2);
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "cd /proc/self/fd; for f in *; do [ \"$f\" -gt 2 ] && readlink $f; done; :");
  assert_int_equal(o.rc, 0);
  assert_null(strstr(o.result.output.data, "/dev/null"));
  assert_null(strstr(o.result.output.data, "pipe:"));
  outcome_done(&o);
  close(careless);
}

static void runs_in_its_own_group(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "set -- $(cat /proc/$$/stat); echo $1 $5");
  char *rest;
  long pid = strtol(o.result.output.data, &rest, 10), group = strtol(rest, NULL, 10);
  assert_true(pid > 1);
  assert_int_equal(pid, group);
  outcome_done(&o);
}

static void stops_at_the_output_limit(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_max = 100000, .output_fd = -1};
  run(&o, &command, "yes");
  assert_int_equal(o.rc, ARTM_E_LOCAL);
  assert_non_null(strstr(o.call.error.message, "100000"));
  assert_true(o.ms < 1500);
  outcome_done(&o);
}

static void the_exact_limit_is_fine(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_max = 5, .output_fd = -1};
  run(&o, &command, "printf 12345");
  assert_int_equal(o.rc, 0);
  assert_int_equal(o.result.output.len, 5);
  outcome_done(&o);
}

static void keeps_the_end_of_stderr(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "yes 0123456789 | head -c 300000 >&2; printf THE-END >&2");
  assert_int_equal(o.rc, 0);
  assert_int_equal(o.result.error_tail.len, 4096);
  assert_string_equal(o.result.error_tail.data + 4096 - 7, "THE-END");
  outcome_done(&o);
}

static void writes_output_to_a_descriptor(void **state) {
  (void)state;
  int fd;
  struct error error = {0};
  assert_int_equal(fs_temp_file(&fd, &error), 0);
  struct outcome o = {0};
  struct process_command command = {.output_fd = fd};
  run(&o, &command, "echo kept");
  assert_int_equal(o.rc, 0);
  assert_int_equal(o.result.output.len, 0);
  char data[16] = "";
  assert_int_equal(pread(fd, data, sizeof data - 1, 0), 5);
  assert_string_equal(data, "kept\n");
  outcome_done(&o);
  close(fd);
}

static void ends_what_takes_too_long(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.timeout_ms = 300, .output_fd = -1};
  run(&o, &command, "sleep 60 & sleep 60");
  assert_int_equal(o.rc, ARTM_E_TIMEOUT);
  assert_true(o.ms >= 300 && o.ms < 1500);
  outcome_done(&o);
}

static void kills_who_ignores_term(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.timeout_ms = 200, .output_fd = -1};
  run(&o, &command, "trap '' TERM; while :; do sleep 1; done");
  assert_int_equal(o.rc, ARTM_E_TIMEOUT);
  assert_true(o.ms >= 2000 && o.ms < 4000);
  outcome_done(&o);
}

static void a_grandchild_with_the_pipe_is_not_waited_for(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.timeout_ms = 20000, .output_fd = -1};
  run(&o, &command, "setsid sleep 7 & sleep 7 & echo done");
  assert_int_equal(o.rc, 0);
  assert_string_equal(o.result.output.data, "done\n");
  assert_true(o.ms < 2000);
  outcome_done(&o);
}

static void the_whole_group_ends_with_the_child(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "sleep 60 >/dev/null 2>&1 & echo $!");
  pid_t grandchild = (pid_t)atol(o.result.output.data);
  assert_true(grandchild > 1);
  bool gone = false;
  for (int i = 0; i < 100 && !gone; i++) {
    char *path = str_format("/proc/%d/cmdline", (int)grandchild);
    auto_buf line = {0};
    struct error error = {0};
    gone = fs_read(path, 4096, &line, &error) < 0 || line.len == 0; /* gone, or a zombie of init */
    error_done(&error);
    free(path);
    usleep(20000);
  }
  assert_true(gone);
  outcome_done(&o);
}

static void *cancel_soon(void *arg) {
  struct cancel *cancel = arg;
  usleep(200000);
  atomic_store(&cancel->level, 2);
  return NULL;
}

static void cancellation_is_seen(void **state) {
  (void)state;
  struct cancel cancel = {0};
  struct outcome o = {.call = {.cancel = &cancel}};
  struct process_command command = {.output_fd = -1};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
  run(&o, &command, "sleep 60");
  assert_int_equal(o.rc, ARTM_E_CANCELLED);
  assert_true(o.ms < 1000);
  pthread_join(thread, NULL);
  outcome_done(&o);
}

static void the_calls_own_limit_counts(void **state) {
  (void)state;
  struct outcome o = {.call = {.deadline_ms = clock_now_ms() + 300}};
  struct process_command command = {.timeout_ms = 60000, .output_fd = -1};
  run(&o, &command, "sleep 60");
  assert_int_equal(o.rc, ARTM_E_TIMEOUT);
  assert_true(o.ms < 1500);
  outcome_done(&o);
}

static void clean_environment_has_only_what_is_named(void **state) {
  (void)state;
  setenv("GITHUB_TOKEN", "canary", 1);
  setenv("LD_PRELOAD", "", 1);
  setenv("HTTPS_PROXY", "http://proxy.example:3128", 1);
  auto_strings env = {0};
  process_clean_environment("/private", &env);
  assert_true(strings_has(&env, "HOME=/private"));
  assert_true(strings_has(&env, "TMPDIR=/private"));
  assert_true(strings_has(&env, "LANG=C.UTF-8"));
  assert_true(strings_has(&env, "HTTPS_PROXY=http://proxy.example:3128"));
  for (size_t i = 0; i < env.count; i++) {
    assert_null(strstr(env.items[i], "canary"));
    assert_false(text_starts(env.items[i], "LD_"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(captures_output_and_exit_code),
      cmocka_unit_test(tells_the_signal),
      cmocka_unit_test(says_no_for_a_missing_program),
      cmocka_unit_test(ignores_relative_parts_of_path),
      cmocka_unit_test(gives_input_environment_and_folder),
      cmocka_unit_test(input_may_be_large_and_unread),
      cmocka_unit_test(without_input_stdin_is_empty),
      cmocka_unit_test(inherits_no_descriptor),
      cmocka_unit_test(runs_in_its_own_group),
      cmocka_unit_test(stops_at_the_output_limit),
      cmocka_unit_test(the_exact_limit_is_fine),
      cmocka_unit_test(keeps_the_end_of_stderr),
      cmocka_unit_test(writes_output_to_a_descriptor),
      cmocka_unit_test(ends_what_takes_too_long),
      cmocka_unit_test(kills_who_ignores_term),
      cmocka_unit_test(a_grandchild_with_the_pipe_is_not_waited_for),
      cmocka_unit_test(the_whole_group_ends_with_the_child),
      cmocka_unit_test(cancellation_is_seen),
      cmocka_unit_test(the_calls_own_limit_counts),
      cmocka_unit_test(clean_environment_has_only_what_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
