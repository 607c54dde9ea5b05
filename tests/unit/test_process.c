/* SPDX-License-Identifier: Apache-2.0 */
/* Running programs: environment, descriptors, input and output. */
#include "unit/process_outcome.h"

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

static void leaves_no_core(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "sleep 0.2; ulimit -Sc; ulimit -Hc");
  assert_int_equal(o.rc, 0);
  assert_string_equal(o.result.output.data, "0\n0\n");
  outcome_done(&o);
}

static void clean_environment_has_only_what_is_named(void **state) {
  (void)state;
  static const char *const foreign[] = {"GITHUB_TOKEN",
                                        "ACTIONS_RUNTIME_TOKEN",
                                        "TRIVY_USERNAME",
                                        "TRIVY_PASSWORD",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "AZURE_CLIENT_SECRET",
                                        "DOCKER_CONFIG",
                                        "GOOGLE_APPLICATION_CREDENTIALS",
                                        "GRYPE_REGISTRY_AUTH_PASSWORD",
                                        "CI",
                                        "DOCKER_AUTH_CONFIG",
                                        "XDG_CONFIG_HOME"};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    setenv(foreign[i], "canary", 1);
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
      cmocka_unit_test(leaves_no_core),
      cmocka_unit_test(clean_environment_has_only_what_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
