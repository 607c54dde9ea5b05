/* SPDX-License-Identifier: Apache-2.0 */
/* report/log.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/log.h"
#include <pthread.h>
#include <stdio.h>
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

static void test_text_lines(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  assert_false(log_enabled(LOG_DEBUG));
  log_write(LOG_DEBUG, "http", "not shown");
  log_write(LOG_INFO, NULL, "target %s", "ghcr.io/owner");
  log_write(LOG_NOTICE, NULL, "a");
  log_write(LOG_WARNING, "docker", "b");
  log_write(LOG_ERROR, NULL, "c");
  check_logged("target ghcr.io/owner\nnotice: a\nwarning: docker: b\nerror: c\n");
}

static void test_failure(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  auto_error err = {0};
  error_set(&err, ARTM_E_AUTH, "401 Unauthorized");
  error_where(&err, "registry.example/a");
  error_hint(&err, "log in first");
  log_failure("alpine:3.20", &err);
  check_logged("error: alpine:3.20: registry.example/a: 401 Unauthorized\n  hint: log in first\n");
  error_set(&err, ARTM_E_LOCAL, "cannot open /x/y: gone");
  error_where(&err, "/x/y");
  log_failure(NULL, &err);
  check_logged("error: cannot open /x/y: gone\n");
}

static void test_hostile_text(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  log_write(LOG_INFO, NULL, "::error::x");
  log_write(LOG_INFO, NULL, " \xe3\x80\x80 ::add-mask::x");
  log_write(LOG_INFO, NULL, "a\n::error::x\033[2J");
  log_write(LOG_INFO, NULL, "x ##[add-matcher]y");
  check_logged("\\x3a:error::x\n"
               " \xe3\x80\x80 \\x3a:add-mask::x\n"
               "a\\x0a::error::x\\x1b[2J\n"
               "x #\\x23[add-matcher]y\n");
}

static void test_color(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, true);
  log_write(LOG_ERROR, NULL, "\033[0m");
  check_logged("\033[31merror:\033[0m \\x1b[0m\n");
}

static void test_json_lines(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_JSON, true);
  log_secret("p\"ss\\word");
  auto_error err = {0};
  error_set(&err, ARTM_E_NETWORK, "line\nbreak \xff ##[x] p\"ss\\word");
  error_where(&err, "w");
  error_hint(&err, "h");
  log_failure("t", &err);
  auto_free char *text = logged();
  assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
  assert_null(strstr(text, "##["));
  auto_json event = NULL;
  assert_int_equal(json_parse(text, strlen(text), &event, &err), 0);
  assert_string_equal(json_text(event, "level"), "error");
  assert_string_equal(json_text(event, "topic"), "t");
  assert_string_equal(json_text(event, "message"), "line\\x0abreak \\xff ##[x] ***");
  assert_string_equal(json_text(event, "where"), "w");
  assert_string_equal(json_text(event, "hint"), "h");
  assert_string_equal(json_text(event, "code"), "network");
  assert_int_equal(strlen(json_text(event, "time")), 24);
}

static void test_secrets(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  log_secret("tok");
  log_secret(NULL);
  log_secret("token");
  log_secret("token-and-more");
  log_secret("token");
  log_write(LOG_INFO, "token", "tok token-and-more tokentoken token-an");
  check_logged("***: tok *** ****** ***-an\n");
  auto_free char *text = log_redact("x=token;");
  assert_string_equal(text, "x=***;");
  log_done();
  auto_free char *after = log_redact("token");
  assert_string_equal(after, "token");
}

static void check_redacted(const char *text, const char *expected) {
  auto_free char *shown = log_redact(text);
  assert_string_equal(shown, expected);
}

static void test_userinfo(void **state) {
  (void)state;
  check_redacted("at https://u:p@h/x and http://tok@[::1]:5000", "at https://***@h/x and "
                                                                 "http://***@[::1]:5000");
  check_redacted("{\"a\":\"oci://h/x\",\"b\":\"@\"}", "{\"a\":\"oci://h/x\",\"b\":\"@\"}");
  check_redacted("docker://alpine:3.20@sha256:ab https://h/a@b", "docker://alpine:3.20@sha256:ab "
                                                                 "https://h/a@b");
  check_redacted("https://a@b@h ://@ x://", "https://***@h ://@ x://");
  log_userinfo("alpine:3.20@sha256:abcd");
  log_userinfo("user@host");
  log_userinfo("host/name:tag@else");
  log_userinfo("");
  check_redacted("3.20 user host/name:tag", "3.20 user host/name:tag");
  log_userinfo("ghcr:user:first@host/x");
  log_userinfo("https://u:second@host/x");
  log_userinfo("https://token-alone@host/x");
  check_redacted("user:first second token-alone", "*** *** ***");
  log_done();
}

static char calls[16];
static void around(void *arg, bool before) {
  (void)arg;
  size_t length = strlen(calls);
  assert_true(length + 1 < sizeof calls);
  calls[length] = before ? 'b' : 'a';
  calls[length + 1] = '\0';
}

static void test_display(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  calls[0] = '\0';
  log_set_display(around, NULL);
  log_write(LOG_INFO, NULL, "x");
  log_write(LOG_DEBUG, NULL, "x");
  log_set_display(NULL, NULL);
  log_write(LOG_INFO, NULL, "x");
  assert_string_equal(calls, "ba");
  check_logged("x\nx\n");
}

static void *write_lines(void *arg) {
  for (int i = 0; i < 100; i++)
    log_write(LOG_INFO, arg, "%0200d", i);
  return NULL;
}

static void test_threads_keep_lines_whole(void **state) {
  (void)state;
  log_setup(LOG_INFO, LOG_TEXT, false);
  pthread_t threads[4];
  static char topic[] = "t";
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, write_lines, topic), 0);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  auto_free char *text = logged();
  assert_int_equal(strlen(text), 4 * 100 * 204);
  for (const char *p = text; *p != '\0'; p += 204)
    assert_true(p[0] == 't' && p[203] == '\n');
}

static void test_guard(void **state) {
  (void)state;
  auto_buf out = {0};
  guard_text(&out, "a ::b\n  ::c\n:d\n##[e]##[f\n");
  assert_string_equal(out.data, "a ::b\n  \\x3a:c\n:d\n#\\x23[e]#\\x23[f\n");
  auto_buf json = {0};
  guard_json(&json, "[\"##[x]\"]");
  assert_string_equal(json.data, "[\"#\\u0023[x]\"]");
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text_lines),
      cmocka_unit_test(test_failure),
      cmocka_unit_test(test_hostile_text),
      cmocka_unit_test(test_color),
      cmocka_unit_test(test_json_lines),
      cmocka_unit_test(test_secrets),
      cmocka_unit_test(test_userinfo),
      cmocka_unit_test(test_display),
      cmocka_unit_test(test_threads_keep_lines_whole),
      cmocka_unit_test(test_guard),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
