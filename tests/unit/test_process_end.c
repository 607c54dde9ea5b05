/* SPDX-License-Identifier: Apache-2.0 */
/* How programs end: limits of time, cancellation, and what they leave behind. */
#include "unit/process_outcome.h"

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

/* One that hides among our own processes is ended like any other. */
static void who_leaves_the_group_is_ended_too(void **state) {
  (void)state;
  struct outcome o = {0};
  const char *argv[] = {"python3", "-c",
                        "import os, time\n"
                        "os.setpgid(0, os.getpgid(os.getppid()))\n"
                        "time.sleep(9)",
                        NULL};
  struct process_command command = {.argv = argv, .timeout_ms = 500, .output_fd = -1};
  run(&o, &command, NULL);
  assert_int_equal(o.rc, ARTM_E_TIMEOUT);
  assert_true(o.ms >= 500 && o.ms < 2000);
  outcome_done(&o);
}

static bool is_gone(long pid) {
  auto_free char *path = str_format("/proc/%ld/cmdline", pid);
  for (int i = 0; i < 100; i++) {
    auto_buf line = {0};
    auto_error error = {0};
    if (fs_read(path, 4096, &line, &error) < 0 || line.len == 0)
      return true; /* gone, or a zombie of init */
    usleep(20000);
  }
  return false;
}

static void the_whole_group_ends_with_the_child(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command, "sleep 60 >/dev/null 2>&1 & echo $!");
  long grandchild = atol(o.result.output.data);
  assert_true(grandchild > 1);
  assert_true(is_gone(grandchild));
  outcome_done(&o);
}

/* Nobody waits for one that left the group, nor for what it has to say. */
static void a_stray_that_goes_on_writing_is_left(void **state) {
  (void)state;
  struct outcome o = {0};
  struct process_command command = {.output_fd = -1};
  run(&o, &command,
      "setsid sh -c 'i=0; while [ $i -lt 200 ]; do echo x; sleep 0.01; i=$((i+1)); done' & "
      "sleep 0.1");
  assert_int_equal(o.rc, 0);
  assert_true(o.ms < 1500);
  outcome_done(&o);
}

static void *cancel_soon(void *arg) {
  struct cancel *cancel = arg;
  usleep(200000);
  atomic_store(&cancel->level, 2);
  return NULL;
}

static long number_in(const char *path) {
  auto_buf text = {0};
  auto_error error = {0};
  assert_int_equal(fs_read(path, 4096, &text, &error), 0);
  return atol(text.data);
}

static void grandchildren_end_with_a_failure(void **state) {
  (void)state;
  char *folder;
  struct error error = {0};
  assert_int_equal(fs_private_folder(&folder, &error), 0);
  auto_free char *file = fs_join(folder, "pid");
  struct process_command command = {.folder = folder, .timeout_ms = 300, .output_fd = -1};
  struct cancel cancelled = {0};
  for (int i = 0; i < 3; i++) {
    struct outcome o = {0};
    pthread_t thread;
    command.output_max = i == 1 ? 100 : 0;
    if (i == 2) {
      command.timeout_ms = 0;
      o.call.cancel = &cancelled;
      assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancelled), 0);
    }
    run(&o, &command,
        i == 1 ? "sh -c 'trap : TERM; sleep 60; sleep 60' & echo $! >pid; yes"
               : "sh -c 'trap : TERM; sleep 60; sleep 60' & echo $! >pid; wait; sleep 60");
    assert_int_equal(o.rc, i == 0 ? ARTM_E_TIMEOUT : i == 1 ? ARTM_E_LOCAL : ARTM_E_CANCELLED);
    assert_true(o.ms < 4000);
    assert_true(is_gone(number_in(file)));
    outcome_done(&o);
    if (i == 2)
      pthread_join(thread, NULL);
  }
  assert_int_equal(fs_remove_tree(folder, &error), 0);
  free(folder);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ends_what_takes_too_long),
      cmocka_unit_test(kills_who_ignores_term),
      cmocka_unit_test(who_leaves_the_group_is_ended_too),
      cmocka_unit_test(a_grandchild_with_the_pipe_is_not_waited_for),
      cmocka_unit_test(the_whole_group_ends_with_the_child),
      cmocka_unit_test(a_stray_that_goes_on_writing_is_left),
      cmocka_unit_test(grandchildren_end_with_a_failure),
      cmocka_unit_test(cancellation_is_seen),
      cmocka_unit_test(the_calls_own_limit_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
