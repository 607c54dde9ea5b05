/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of report/log.h, as GitHub's runner folds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/memory.h"
#include "report/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int saved_stderr, captured;

static int setup(void **state) {
  (void)state;
  struct error err = {0};
  saved_stderr = dup(STDERR_FILENO);
  if (saved_stderr < 0 || fs_temp_file(&captured, &err) < 0)
    return -1;
  return dup2(captured, STDERR_FILENO) < 0;
}

static int teardown(void **state) {
  (void)state;
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  fd_close(&captured);
  unsetenv("GITHUB_ACTIONS");
  log_done();
  return 0;
}

/* What was logged since the last call. */
static char *logged(void) {
  auto_buf out = {0};
  char chunk[4096];
  ssize_t got;
  off_t at = 0;
  while ((got = pread(captured, chunk, sizeof chunk, at)) > 0) {
    buf_add(&out, chunk, (size_t)got);
    at += got;
  }
  if (ftruncate(captured, 0) < 0 || lseek(captured, 0, SEEK_SET) < 0)
    return NULL;
  return buf_take(&out);
}

static void check_logged(const char *expected) {
  auto_free char *text = logged();
  assert_string_equal(text, expected);
}

static void start(enum log_format format) {
  setenv("GITHUB_ACTIONS", "true", 1);
  log_setup(LOG_INFO, format, false);
}

static void test_lines_come_at_once_and_together(void **state) {
  (void)state;
  start(LOG_TEXT);
  struct log_group *group = log_group_new();
  assert_non_null(group);
  log_write(LOG_INFO, NULL, "before");
  assert_null(log_group_enter(group));
  log_write(LOG_INFO, NULL, "one");
  log_write(LOG_WARNING, "t", "two");
  check_logged("before\n");
  log_write(LOG_ERROR, NULL, "at once");
  check_logged("error: at once\n");
  assert_ptr_equal(log_group_enter(NULL), group);
  log_write(LOG_INFO, NULL, "between");
  log_group_end(group, "app:1");
  check_logged("between\n::group::app:1\none\nwarning: t: two\n::endgroup::\n");
}

static void test_nothing_is_folded_elsewhere(void **state) {
  (void)state;
  start(LOG_JSON);
  assert_null(log_group_new());
  setenv("GITHUB_ACTIONS", "false", 1);
  log_setup(LOG_INFO, LOG_TEXT, false);
  assert_null(log_group_new());
  log_group_enter(NULL);
  log_write(LOG_INFO, NULL, "x");
  log_group_enter(NULL);
  log_group_end(NULL, "title");
  check_logged("x\n");
}

static void test_an_empty_group_is_none(void **state) {
  (void)state;
  start(LOG_TEXT);
  struct log_group *group = log_group_new();
  log_group_enter(group);
  log_write(LOG_DEBUG, NULL, "not shown");
  log_group_enter(NULL);
  log_group_end(group, "title");
  check_logged("");
}

static void test_nothing_breaks_out(void **state) {
  (void)state;
  start(LOG_TEXT);
  struct log_group *group = log_group_new();
  log_group_enter(group);
  log_write(LOG_INFO, NULL, "::endgroup::");
  log_write(LOG_INFO, NULL, "a\n::error::b");
  log_write(LOG_INFO, NULL, "##[endgroup]");
  log_group_enter(NULL);
  log_group_end(group, "::error::t%0A\r\n##[group]\033[1m");
  check_logged("::group::\\x3a:error::t%250A\\x0d\\x0a#\\x23[group]\\x1b[1m\n"
               "\\x3a:endgroup::\n"
               "a\\x0a::error::b\n"
               "#\\x23[endgroup]\n"
               "::endgroup::\n");
}

static void test_a_full_group_loses_nothing(void **state) {
  (void)state;
  start(LOG_TEXT);
  struct log_group *group = log_group_new();
  log_group_enter(group);
  for (int i = 0; i < 400; i++)
    log_write(LOG_INFO, NULL, "%01000d", i);
  log_group_enter(NULL);
  log_group_end(group, "t");
  auto_free char *text = logged();
  size_t lines = 0;
  for (const char *p = text; *p != '\0'; p++)
    lines += *p == '\n';
  assert_int_equal(lines, 400 + 3);
  const char *begin = strstr(text, "::group::t\n");
  assert_true(begin > text);
  assert_non_null(strstr(begin, "\n(further lines of this group stand before it)\n::endgroup::\n"));
}

static void *write_lines(void *arg) {
  struct log_group *group = arg, *before = log_group_enter(group);
  for (int i = 0; i < 100; i++)
    log_write(LOG_INFO, NULL, "%0200d", i);
  log_group_enter(before);
  return NULL;
}

static void test_threads_share_a_group(void **state) {
  (void)state;
  start(LOG_TEXT);
  pthread_t threads[4];
  struct log_group *groups[2] = {log_group_new(), log_group_new()};
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, write_lines, groups[i % 2]), 0);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  for (int i = 0; i < 2; i++)
    log_group_end(groups[i], "t");
  auto_free char *text = logged();
  const size_t group = strlen("::group::t\n::endgroup::\n") + 200 * 201;
  assert_int_equal(strlen(text), 2 * group);
  assert_memory_equal(text + group, "::group::t\n", 11);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines_come_at_once_and_together),
      cmocka_unit_test(test_nothing_is_folded_elsewhere),
      cmocka_unit_test(test_an_empty_group_is_none),
      cmocka_unit_test(test_nothing_breaks_out),
      cmocka_unit_test(test_a_full_group_loses_nothing),
      cmocka_unit_test(test_threads_share_a_group),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
