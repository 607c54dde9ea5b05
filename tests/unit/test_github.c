/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs of a step and debug logging, as GitHub's documentation of workflow commands has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/memory.h"
#include "report/github.h"

static char path[] = "/tmp/artmirror-github-XXXXXX";

static int enter(void **state) {
  (void)state;
  int fd = mkstemp(path);
  close(fd);
  return setenv("GITHUB_OUTPUT", path, 1);
}

static int leave(void **state) {
  (void)state;
  return unlink(path);
}

static char *content(void) {
  auto_buf text = {0};
  auto_error err = {0};
  assert_int_equal(fs_read(path, 4096, &text, &err), 0);
  return buf_take(&text);
}

static void appends_a_line_a_value(void **state) {
  (void)state;
  auto_error err = {0};
  assert_int_equal(github_output("count", "3", &err), 0);
  assert_int_equal(github_output("matrix", "[{\"a\":\"=<<\"}]", &err), 0);
  auto_free char *text = content();
  assert_string_equal(text, "count=3\nmatrix=[{\"a\":\"=<<\"}]\n");
}

static void several_lines_stand_between_delimiters(void **state) {
  (void)state;
  auto_error err = {0};
  assert_int_equal(truncate(path, 0), 0);
  assert_int_equal(github_output("text", "one\nother=2", &err), 0);
  auto_free char *text = content();
  const char *name = "text<<artmirror_";
  assert_memory_equal(text, name, strlen(name));
  auto_free char *delimiter = str_copy_n(text + 6, strcspn(text + 6, "\n"));
  assert_int_equal(strlen(delimiter), strlen("artmirror_") + 32);
  auto_free char *expected = str_format("text<<%s\none\nother=2\n%s\n", delimiter, delimiter);
  assert_string_equal(text, expected);
}

static void says_what_is_missing(void **state) {
  (void)state;
  auto_error err = {0};
  setenv("GITHUB_OUTPUT", "/nowhere/at/all", 1);
  assert_int_equal(github_output("a", "b", &err), ARTM_E_LOCAL);
  unsetenv("GITHUB_OUTPUT");
  assert_int_equal(github_output("a", "b", &err), ARTM_E_CONFIG);
  assert_non_null(err.hint);
}

static void debug_logging_is_asked_for_by_variables(void **state) {
  (void)state;
  static const char *const names[] = {"RUNNER_DEBUG", "ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG"};
  for (size_t i = 0; i < 3; i++)
    unsetenv(names[i]);
  assert_false(github_debug());
  for (size_t i = 0; i < 3; i++) {
    setenv(names[i], i == 0 ? "1" : "true", 1);
    assert_true(github_debug());
    setenv(names[i], "false", 1);
    assert_false(github_debug());
    unsetenv(names[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(appends_a_line_a_value),
      cmocka_unit_test(several_lines_stand_between_delimiters),
      cmocka_unit_test(says_what_is_missing),
      cmocka_unit_test(debug_logging_is_asked_for_by_variables),
  };
  return cmocka_run_group_tests(tests, enter, leave);
}
