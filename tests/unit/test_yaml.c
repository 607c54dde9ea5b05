/* SPDX-License-Identifier: Apache-2.0 */
/* YAML to nodes: core schema, positions, merges, and texts made to hurt. */
#include "base/fs.h"
#include "config/load.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct reading {
  struct document document;
  struct problems problems;
};

/* Of this process: other work on the machine does not count. */
static uint64_t cpu_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const struct node *read_text(struct reading *r, const char *text) {
  *r = (struct reading){0};
  document_load_text("t.yaml", text, &r->document, &r->problems);
  return r->document.roots[0];
}

static void done(struct reading *r) {
  document_done(&r->document);
  problems_done(&r->problems);
}

static void expect_problem(const char *text, const char *code, uint32_t line, uint32_t column) {
  struct reading r;
  read_text(&r, text);
  if (r.problems.count != 1)
    fail_msg("%zu problems instead of one in: %.200s", r.problems.count, text);
  assert_string_equal(r.problems.items[0].code, code);
  assert_int_equal(r.problems.items[0].line, line);
  assert_int_equal(r.problems.items[0].column, column);
  done(&r);
}

/* The examples of chapter 10.3.2 of the YAML 1.2.2 specification, and what 1.1 takes otherwise. */
static void test_core_schema(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum node_type type;
  } cases[] = {
      {"null", NODE_NULL},       {"", NODE_NULL},          {"~", NODE_NULL},
      {"NULL", NODE_NULL},       {"nULL", NODE_STRING},    {"true", NODE_BOOL},
      {"True", NODE_BOOL},       {"FALSE", NODE_BOOL},     {"yes", NODE_STRING},
      {"on", NODE_STRING},       {"n", NODE_STRING},       {"0", NODE_INT},
      {"0o7", NODE_INT},         {"0x3A", NODE_INT},       {"-19", NODE_INT},
      {"012", NODE_INT},         {"0o8", NODE_STRING},     {"0xG", NODE_STRING},
      {"1_000", NODE_STRING},    {"0b1", NODE_STRING},     {"0.", NODE_FLOAT},
      {"-0.0", NODE_FLOAT},      {".5", NODE_FLOAT},       {"+12e03", NODE_FLOAT},
      {"-2E+05", NODE_FLOAT},    {".inf", NODE_FLOAT},     {"-.Inf", NODE_FLOAT},
      {".NAN", NODE_FLOAT},      {"1.2.3", NODE_STRING},   {"v1.2", NODE_STRING},
      {"1e", NODE_STRING},       {".", NODE_STRING},       {"12:30", NODE_STRING},
      {"1.27", NODE_FLOAT},      {"+", NODE_STRING},       {"'1'", NODE_STRING},
      {"\"~\"", NODE_STRING},    {"!!str 1", NODE_STRING}, {"! true", NODE_STRING},
      {"!!float 3", NODE_FLOAT}, {"!!int '3'", NODE_INT},  {"2001-01-01", NODE_STRING},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_free char *text = str_format("key: %s\n", cases[i].text);
    struct reading r;
    const struct node *value = node_get(read_text(&r, text), "key");
    if (!value || value->type != cases[i].type)
      fail_msg("%s: type %d", cases[i].text, value ? value->type : -1);
    assert_int_equal(r.problems.count, 0);
    done(&r);
  }
}

static void test_positions(void **state) {
  (void)state;
  struct reading r;
  const struct node *root = read_text(&r, "\xef\xbb\xbf# comment\nä: {b: [x, \"y\"]}\n");
  const struct node *list = node_get(node_get(root, "ä"), "b");
  assert_int_equal(list->count, 2);
  assert_int_equal(list->items[1]->line, 2);
  assert_int_equal(list->items[1]->column, 12);
  assert_true(list->items[1]->quoted);
  assert_string_equal(node_text(list->items[1]), "y");
  assert_null(node_text(list));
  assert_null(node_get(list, "b"));
  assert_ptr_equal(list->file, r.document.files[0]);
  done(&r);
}

static void test_empty(void **state) {
  (void)state;
  static const char *const texts[] = {"",           "# nothing\n", "---\n",
                                      "---\n...\n", "~\n",         "\xef\xbb\xbf"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct reading r;
    assert_null(read_text(&r, texts[i]));
    assert_int_equal(r.problems.count, 0);
    done(&r);
  }
}

static void test_merge(void **state) {
  (void)state;
  struct reading r;
  const struct node *root = read_text(&r, "x-a: &a {k: 1, l: 2}\n"
                                          "x-b: &b {l: 3, m: 4}\n"
                                          "one: {k: 9, <<: *a}\n"
                                          "two: {<<: [*a, *b], n: 5}\n"
                                          "text: {'<<': *a}\n");
  assert_int_equal(r.problems.count, 0);
  const struct node *one = node_get(root, "one"), *two = node_get(root, "two");
  assert_int_equal(one->count, 2);
  assert_string_equal(node_text(node_get(one, "k")), "9");
  assert_string_equal(node_text(node_get(one, "l")), "2");
  assert_int_equal(two->count, 4);
  assert_string_equal(node_text(node_get(two, "l")), "2");
  assert_string_equal(node_text(node_get(two, "m")), "4");
  assert_non_null(node_get(node_get(root, "text"), "<<"));
  assert_ptr_equal(node_get(two, "m"), node_get(node_get(root, "x-b"), "m"));
  done(&r);
}

static void test_bad_structure(void **state) {
  (void)state;
  expect_problem("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1);
  expect_problem("a: {b: 1, 'b': 2}\n", "duplicate-key", 1, 11);
  expect_problem("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", "duplicate-key", 2, 13);
  expect_problem("a: {<<: 3}\n", "bad-merge", 1, 9);
  expect_problem("a: {<<: [{}, 3]}\n", "bad-merge", 1, 9);
  expect_problem("a: *b\n", "unknown-alias", 1, 4);
  expect_problem("a: &a [*a]\n", "unknown-alias", 1, 8);
  expect_problem("a: &a {<<: *a}\n", "unknown-alias", 1, 12);
  expect_problem("a: 1\n---\nb: 2\n", "several-documents", 2, 1);
  expect_problem("? [a]\n: 1\n", "wrong-type", 1, 3);
  expect_problem("a: !!python/name:os.system x\n", "bad-tag", 1, 4);
  expect_problem("a: !!int x\n", "bad-tag", 1, 4);
  expect_problem("a: !!set {x}\n", "bad-tag", 1, 4);
  expect_problem("a: \"x\\0y\"\n", "bad-value", 1, 4);
}

static void test_bad_text(void **state) {
  (void)state;
  expect_problem("a:\n\t- b\n", "yaml-syntax", 2, 1);
  expect_problem("a: 1\nb: \x01\n", "yaml-syntax", 2, 4);
  expect_problem("a: 1\nb: \xff\n", "yaml-syntax", 2, 4);
  expect_problem("a: \xc0\xaf\n", "yaml-syntax", 1, 4);
  expect_problem("a: [1, 2\n", "yaml-syntax", 2, 1);
  expect_problem("a: 'x\n", "yaml-syntax", 2, 1);
  expect_problem("%YAML 3.0\n---\na: 1\n", "yaml-syntax", 1, 1);
  expect_problem("\xff\xfe"
                 "a",
                 "yaml-syntax", 1, 1);
  struct reading r;
  read_text(&r, "a:\n\tb: 1\n");
  assert_non_null(strstr(r.problems.items[0].message, "tab"));
  done(&r);
  read_text(&r, "a: \xff\n");
  assert_non_null(strstr(r.problems.items[0].message, "UTF-8"));
  done(&r);
}

static char *repeated(const char *part, size_t count) {
  struct buf out = {0};
  for (size_t i = 0; i < count; i++)
    buf_text(&out, part);
  return buf_take(&out);
}

/* Reads text that must be refused, and soon. */
static void expect_quick_refusal(const char *text, const char *code) {
  struct reading r;
  uint64_t start = cpu_ms();
  read_text(&r, text);
  assert_true(cpu_ms() - start < 1000);
  assert_int_equal(r.problems.count, 1);
  assert_string_equal(r.problems.items[0].code, code);
  done(&r);
}

static void test_nesting(void **state) {
  (void)state;
  static const char *const parts[] = {"[", "{a: ", "- ", "? ", "[{a: "};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    auto_free char *text = repeated(parts[i], 100000);
    expect_quick_refusal(text, "too-deep");
  }
  auto_free char *open = repeated("[", 64), *shut = repeated("]", 64);
  auto_free char *deepest = str_format("%s%s", open, shut), *deeper = str_format("[%s]", deepest);
  struct reading r;
  assert_non_null(read_text(&r, deepest));
  done(&r);
  expect_quick_refusal(deeper, "too-deep");
}

static void test_laughs(void **state) {
  (void)state;
  struct buf text = {0};
  buf_text(&text, "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
  for (int i = 1; i < 12; i++)
    buf_printf(&text, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1,
               i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
  auto_free char *laughs = buf_take(&text);
  expect_quick_refusal(laughs, "too-large");
  buf_text(&text, "a0: &a0 {a: 1, b: 2, c: 3}\n");
  for (int i = 1; i < 60; i++)
    buf_printf(&text, "a%d: &a%d {x%d: *a%d, y%d: *a%d, <<: *a%d}\n", i, i, i, i - 1, i, i - 1,
               i - 1);
  auto_free char *merged = buf_take(&text);
  expect_quick_refusal(merged, "too-large");
}

static void test_large(void **state) {
  (void)state;
  auto_free char *text = repeated("x", 1 << 20), *fits = str_format("a: '%s'\n", text);
  struct reading r;
  const struct node *root = read_text(&r, fits);
  assert_int_equal(strlen(node_text(node_get(root, "a"))), 1 << 20);
  done(&r);
  auto_free char *more = str_format("a: '%sx'\n", text);
  expect_problem(more, "too-large", 1, 4);
}

static void test_many(void **state) {
  (void)state;
  struct buf text = {0};
  buf_text(&text, "images:\n");
  for (int i = 0; i < 100000; i++)
    buf_printf(&text, "- name: 'n%d'\n  versions: ['1.%d']\n", i, i);
  for (int i = 0; i < 100000; i++)
    buf_printf(&text, "key%d: &anchor%d v\n", i, i);
  buf_text(&text, "key777: again\n");
  auto_free char *many = buf_take(&text);
  struct reading r;
  uint64_t start = cpu_ms();
  const struct node *root = read_text(&r, many);
  assert_true(cpu_ms() - start < 20000);
  assert_int_equal(node_get(root, "images")->count, 100000);
  assert_int_equal(root->count, 100001);
  assert_int_equal(r.problems.count, 1);
  assert_string_equal(r.problems.items[0].code, "duplicate-key");
  done(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_core_schema),   cmocka_unit_test(test_positions),
      cmocka_unit_test(test_empty),         cmocka_unit_test(test_merge),
      cmocka_unit_test(test_bad_structure), cmocka_unit_test(test_bad_text),
      cmocka_unit_test(test_nesting),       cmocka_unit_test(test_laughs),
      cmocka_unit_test(test_large),         cmocka_unit_test(test_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
