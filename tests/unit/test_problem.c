/* SPDX-License-Identifier: Apache-2.0 */
/* Problems as people and programs see them. */
#include "base/text.h"
#include "config/load.h"
#include "report/log.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct source_file file_of(const char *path, const char *text) {
  return (struct source_file){.path = (char *)path, .text = (char *)text, .size = strlen(text)};
}

static struct node scalar_at(const struct source_file *file, uint32_t line, uint32_t column,
                             const char *text) {
  return (struct node){
      .kind = NODE_SCALAR, .line = line, .column = column, .file = file, .text = text};
}

static char *print(const struct problems *problems, enum problem_format format, bool color) {
  struct buf out = {0};
  problems_print(problems, format, color, &out);
  return buf_take(&out);
}

/* Prints one problem at a place. */
static char *print_one(const char *text, uint32_t line, uint32_t column, const char *what) {
  struct source_file file = file_of("a.yaml", text);
  struct node node = scalar_at(&file, line, column, what);
  struct problems problems = {0};
  problem_add(&problems, &node, "code", "message");
  char *out = print(&problems, PROBLEM_TEXT, false);
  problems_done(&problems);
  return out;
}

static void test_text(void **state) {
  (void)state;
  struct source_file file = file_of("configs/a.yaml", "images:\n  - nam: x\n");
  struct node node = scalar_at(&file, 2, 5, "nam");
  struct problems problems = {0};
  struct problem *problem = problem_add(&problems, &node, "unknown-key", "unknown key '%s'", "nam");
  problem_expected(problem, "one of %s", "name, versions");
  problem_hint(problem, "did you mean '%s'?", "name");
  auto_free char *out = print(&problems, PROBLEM_TEXT, false);
  assert_string_equal(out, "configs/a.yaml:2:5: error: unknown key 'nam'\n"
                           "     2 |   - nam: x\n"
                           "       |     ^~~\n"
                           "  expected: one of name, versions\n"
                           "  did you mean 'name'?\n");
  auto_free char *colored = print(&problems, PROBLEM_TEXT, true);
  assert_non_null(strstr(colored, "\033[1;31merror:\033[0m"));
  problems_done(&problems);
}

static void test_lines(void **state) {
  (void)state;
  auto_free char *tabs = print_one("a:\t\tx\n", 1, 5, "x");
  assert_string_equal(tabs, "a.yaml:1:5: error: message\n     1 | a:  x\n       |     ^\n");
  auto_free char *breaks = print_one("a\r\nb\rc\xc2\x85"
                                     "d\xe2\x80\xa8"
                                     "e: x\n",
                                     5, 4, "x");
  assert_non_null(strstr(breaks, "     5 | e: x\n       |    ^\n"));
  auto_free char *wide = print_one("\xef\xbb\xbfkäse: x\n", 1, 7, "x");
  assert_non_null(strstr(wide, "| käse: x\n       |       ^\n"));
  auto_free char *escaped = print_one("a\x1b[31m: x\n", 1, 9, "x");
  assert_non_null(strstr(escaped, "| a\\x1b[31m: x\n       |            ^\n"));
  auto_free char *bad = print_one("a\xff\xfe: x\n", 1, 6, "x");
  assert_non_null(strstr(bad, "| a\\xff\\xfe: x\n       |            ^\n"));
  auto_free char *past = print_one("a: [\n", 2, 1, "x");
  assert_non_null(strstr(past, "     2 | \n       | ^\n"));
  auto_free char *beyond = print_one("a: [\n", 9, 1, "x");
  assert_string_equal(beyond, "a.yaml:9:1: error: message\n");
}

static void test_long_line(void **state) {
  (void)state;
  char text[5001];
  memset(text, 'x', 5000);
  memcpy(text + 2999, "HERE", 4);
  text[5000] = '\0';
  auto_free char *out = print_one(text, 1, 3000, "HERE");
  assert_true(strlen(out) < 300);
  const char *here = strstr(out, "HERE"), *caret = strstr(out, "^~~~");
  assert_non_null(here);
  assert_non_null(caret);
  const char *second = strrchr(out, '|');
  assert_int_equal(here - (strstr(out, "     1 | ") + 9), caret - (second + 2));
}

static void test_order(void **state) {
  (void)state;
  struct source_file first = file_of("z.yaml", ""), second = file_of("a.yaml", "");
  second.index = 1;
  struct node places[] = {scalar_at(&second, 1, 1, "x"), scalar_at(&first, 3, 1, "x"),
                          scalar_at(&first, 2, 9, "x"), scalar_at(&first, 2, 1, "x")};
  struct problems problems = {0};
  problem_add(&problems, NULL, "c", "nowhere");
  for (size_t i = 0; i < 4; i++)
    problem_add(&problems, &places[i], "c", "m");
  problem_add(&problems, &places[0], "c", "m");
  problem_warn(&problems, &places[0], "c", "m");
  assert_int_equal(problems.errors, 6);
  problems_sort(&problems);
  assert_int_equal(problems.count, 6);
  assert_int_equal(problems.errors, 5);
  assert_int_equal(problems.items[0].column, 1);
  assert_int_equal(problems.items[1].column, 9);
  assert_int_equal(problems.items[2].line, 3);
  assert_string_equal(problems.items[3].file->path, "a.yaml");
  assert_null(problems.items[5].file);
  problems_done(&problems);
}

static void test_json(void **state) {
  (void)state;
  struct source_file file = file_of("\xff.yaml", "a\n");
  struct node node = scalar_at(&file, 1, 1, "a");
  struct problems problems = {0};
  auto_free char *none = print(&problems, PROBLEM_JSON, false);
  assert_string_equal(none, "[]\n");
  problem_hint(problem_warn(&problems, &node, "c", "say \"%s\"", "x"), "h");
  problem_add(&problems, NULL, "d", "no place");
  auto_free char *out = print(&problems, PROBLEM_JSON, false);
  assert_string_equal(out, "[{\"file\":\"\\\\xff.yaml\",\"line\":1,\"column\":1,\"severity\":"
                           "\"warning\",\"code\":\"c\",\"message\":\"say \\\"x\\\"\",\"hint\":"
                           "\"h\"},{\"severity\":\"error\",\"code\":\"d\",\"message\":"
                           "\"no place\"}]\n");
  json_t *list = json_loads(out, 0, NULL);
  assert_int_equal(json_array_size(list), 2);
  json_decref(list);
  problems_done(&problems);
}

/* The escapes are those of GitHub's documented workflow commands. */
static void test_github(void **state) {
  (void)state;
  struct source_file file = file_of("./a,b:c%.yaml", "a\n");
  struct node node = scalar_at(&file, 7, 3, "a");
  struct problems problems = {0};
  struct problem *problem =
      problem_add(&problems, &node, "unknown-key", "100%% of %s", "a\n::error ::x\r");
  problem_expected(problem, "b, c: d");
  auto_free char *out = print(&problems, PROBLEM_GITHUB, false);
  assert_string_equal(out, "::error file=a%2Cb%3Ac%25.yaml,line=7,col=3,title=unknown-key::100%25 "
                           "of a%0A::error ::x\\x0d%0Aexpected: b, c: d\n");
  problems_done(&problems);
}

static void test_secret(void **state) {
  (void)state;
  log_secret("hunter2-secret");
  auto_free char *out = print_one("{p: hunter2-secret, x: 1}\n", 1, 20, "x");
  assert_null(strstr(out, "hunter2"));
  log_done();
}

/* The character of the source line that the caret points at. */
static const char *above_caret(const char *out) {
  const char *source = strstr(out, " | ") + 3, *below = strstr(source, " | ") + 3;
  return source + strcspn(below, "^");
}

/* The part of a line that is shown may begin or end in the middle of a secret. */
static void test_secret_in_a_long_line(void **state) {
  (void)state;
  static const char secret[] = "hunter2-secret";
  auto_buf text = {0};
  for (int i = 10; i < 70; i++)
    buf_printf(&text, "%d-%s ", i, secret);
  log_secret(secret);
  for (uint32_t i = 0; i < 60; i++) {
    auto_free char *out = print_one(text.data, 1, i * 18 + 1, "10-");
    for (size_t part = 0; part + 3 < sizeof secret; part++) {
      char piece[4] = {0};
      memcpy(piece, secret + part, 3);
      assert_null(strstr(out, piece));
    }
    auto_free char *expected = str_format("%u-***", i + 10);
    assert_memory_equal(above_caret(out), expected, 6);
  }
  log_done();
}

static void test_place_without_a_line(void **state) {
  (void)state;
  struct source_file file = {.path = (char[]){"host/name:1"}};
  struct node node = scalar_at(&file, 0, 0, "x");
  struct problems problems = {0};
  problem_add(&problems, &node, "code", "message");
  auto_free char *out = print(&problems, PROBLEM_TEXT, false);
  assert_string_equal(out, "host/name:1: error: message\n");
  problems_done(&problems);
}

/* A CI runner that watches our output must not take a line of the config for a command. */
static void test_runner_commands(void **state) {
  (void)state;
  auto_free char *out = print_one("a: b # ##[group]x\n", 1, 1, "a");
  assert_null(strstr(out, "##["));
  assert_non_null(strstr(out, "# #\\x23[group]x"));
}

/* As many problems as lines: the file is walked through once. */
static void test_many(void **state) {
  (void)state;
  enum { LINES = 20000 };
  auto_buf text = {0};
  for (int i = 0; i < LINES; i++)
    buf_printf(&text, "key%d: some value here\n", i);
  struct source_file file = file_of("a.yaml", text.data);
  struct problems problems = {0};
  for (uint32_t i = LINES; i > 0; i--) {
    struct node node = scalar_at(&file, i, 1, "key");
    problem_add(&problems, &node, "c", "m");
  }
  problems_sort(&problems);
  auto_free char *out = print(&problems, PROBLEM_TEXT, false);
  assert_non_null(strstr(out, " 20000 | key19999: some value here\n"));
  problems_done(&problems);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_long_line),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_json),
      cmocka_unit_test(test_github),
      cmocka_unit_test(test_secret),
      cmocka_unit_test(test_secret_in_a_long_line),
      cmocka_unit_test(test_runner_commands),
      cmocka_unit_test(test_place_without_a_line),
      cmocka_unit_test(test_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
