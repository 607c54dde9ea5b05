/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of the config: what they find, what is refused, and their limits. */
#include "base/buf.h"
#include "base/memory.h"
#include "config/pattern.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct pattern *made(const char *text) {
  auto_error err = {0};
  struct pattern *pattern = NULL;
  if (pattern_compile(text, &pattern, &err) < 0)
    fail_msg("%s: %s", text, err.message);
  return pattern;
}

static bool finds(const char *text, const char *subject) {
  auto_error err = {0};
  struct pattern *pattern = made(text);
  int result = pattern_match(pattern, subject, &err);
  if (result < 0)
    fail_msg("%s on %s: %s", text, subject, err.message);
  pattern_free(pattern);
  return result == 0;
}

static void they_search(void **state) {
  (void)state;
  assert_true(finds("2\\.3", "1.2.3-rc1"));
  assert_false(finds("^2\\.3", "1.2.3-rc1"));
  assert_true(finds("^1\\.\\d+\\.\\d+$", "1.20.3"));
  assert_false(finds("^1\\.\\d+\\.\\d+$", "1.20.3-alpine"));
  assert_false(finds("^a$", "a\n"));
  assert_true(finds("(?<!-)rc", "1.0rc"));
  assert_false(finds("RC", "1.0rc"));
  assert_true(finds("(?i)RC", "1.0rc"));
  assert_true(finds("^.$", "\xc3\xa4"));
  assert_false(finds("x", ""));
  assert_true(finds("^$", ""));
}

/* Versions come from outside: broken UTF-8 is found by nothing, and is no error. */
static void broken_text(void **state) {
  (void)state;
  assert_false(finds("^a.b$", "a\xff"
                              "b"));
  assert_true(finds("b", "a\xff"
                         "b"));
  assert_true(finds("^a\xff", "a\xff"
                              "b"));
}

static void refused(const char *text, const char *says) {
  auto_error err = {0};
  struct pattern *pattern = NULL;
  if (pattern_compile(text, &pattern, &err) == 0)
    fail_msg("'%.50s' is a pattern", text);
  assert_int_equal(err.code, ARTM_E_CONFIG);
  assert_null(pattern);
  if (!strstr(err.message, says))
    fail_msg("'%s' is not said: %s", says, err.message);
}

static void what_is_wrong_and_where(void **state) {
  (void)state;
  refused("^1.(2", "missing closing parenthesis, at character 6");
  refused("\xc3\xa4[", "at character 3");
  refused("*", "at character 1");
  refused("a\\Cb", "\\C");
}

static void hostile_patterns(void **state) {
  (void)state;
  struct buf text = {0};
  for (int i = 0; i < 100 * 1024; i++)
    buf_text(&text, "a");
  refused(text.data, "at character");
  memset(text.data, '(', text.len);
  refused(text.data, "at character");
  buf_done(&text);
  for (int i = 0; i < 2000; i++)
    buf_text(&text, "((((");
  refused(text.data, "nested");
  buf_done(&text);
  refused("((a{1000}){1000}){1000}", "too large");
}

/* Each of many subjects may cost a little, but not all of them. */
static void catastrophes_end_soon(void **state) {
  (void)state;
  static const char *const bad[] = {"^(a+)+$",           "^(a|aa)+$",
                                    "(a*)*(a*)*[bc]",    "(.*)(.*)(.*)(.*)[xy]$",
                                    "(?=(a+))(a*)*[bc]", "^(a|b)*(a|b)*[cd]"};
  char subject[129];
  memset(subject, 'a', 127);
  subject[127] = '!';
  subject[128] = '\0';
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct pattern *pattern = made(bad[i]);
    auto_error err = {0};
    clock_t start = clock();
    int result = ARTM_NO;
    for (int k = 0; k < 100000 && result >= 0; k++)
      result = pattern_match(pattern, subject, &err);
    clock_t took = (clock() - start) / (CLOCKS_PER_SEC / 1000);
    print_message("%s: %d ms\n", bad[i], (int)took);
    if (took > 60000)
      fail_msg("%s took %d ms", bad[i], (int)took);
    assert_int_equal(result, ARTM_E_CONFIG);
    assert_non_null(strstr(err.message, bad[i]));
    assert_non_null(err.hint);
    pattern_free(pattern);
  }
}

static void usual_patterns_have_room(void **state) {
  (void)state;
  char subject[129];
  memset(subject, 'a', 128);
  subject[128] = '\0';
  struct pattern *pattern = made(".*-(alpine|slim).*");
  auto_error err = {0};
  for (int i = 0; i < 5000; i++)
    assert_int_equal(pattern_match(pattern, subject, &err), ARTM_NO);
  pattern_free(pattern);
  pattern = made("([a-z]+[0-9]*)-");
  for (int i = 0; i < 900; i++)
    assert_int_equal(pattern_match(pattern, subject, &err), ARTM_NO);
  pattern_free(pattern);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(they_search),
      cmocka_unit_test(broken_text),
      cmocka_unit_test(what_is_wrong_and_where),
      cmocka_unit_test(hostile_patterns),
      cmocka_unit_test(catastrophes_end_soon),
      cmocka_unit_test(usual_patterns_have_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
