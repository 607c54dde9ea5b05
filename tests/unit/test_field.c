/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables: sanity, checks of values, typed access. */
#include "base/fs.h"
#include "base/text.h"
#include "config/load.h"
#include "config/settings.h"
#include "report/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED,
               .role = ARTM_ROLE_NAME, .constraint = "^[a-z0-9/]+$", .doc = "The name"),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED, .role = ARTM_ROLE_AXIS),
    ARTM_FIELD(.name = "platforms", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_PLATFORMS),
    ARTM_FIELD(.name = "count", .type = ARTM_TYPE_INT, .constraint = "1..64", .default_value = "7"),
    ARTM_FIELD(.name = "fast", .type = ARTM_TYPE_BOOL, .default_value = "true"),
    ARTM_FIELD(.name = "mode", .type = ARTM_TYPE_ENUM, .constraint = "filtered|sparse"),
    ARTM_FIELD(.name = "wait", .type = ARTM_TYPE_DURATION, .default_value = "2m"),
    ARTM_FIELD(.name = "room", .type = ARTM_TYPE_SIZE),
    ARTM_FIELD(.name = "url", .type = ARTM_TYPE_URL, .constraint = "https|http|oci"),
    ARTM_FIELD(.name = "folder", .type = ARTM_TYPE_URL, .constraint = "https|file"),
    ARTM_FIELD(.name = "token", .type = ARTM_TYPE_SECRET),
    ARTM_FIELD(.name = "ports", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_INT,
               .constraint = "1..65535"),
    ARTM_FIELD(.name = "labels", .type = ARTM_TYPE_MAP, .element = ARTM_TYPE_STRING),
    ARTM_FIELD(.name = "place", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH),
    ARTM_FIELD(.name = "old", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_DEPRECATED),
};
static struct field_table table;

struct reading {
  struct document document;
  struct problems problems;
  const struct node *root;
};

static void load(struct reading *r, const char *text) {
  *r = (struct reading){0};
  document_load_text("t.yaml", text, &r->document, &r->problems);
  assert_int_equal(r->problems.count, 0);
  r->root = r->document.roots[0];
}

static void done(struct reading *r) {
  document_done(&r->document);
  problems_done(&r->problems);
}

static bool check(struct reading *r, const char *text) {
  load(r, text);
  return field_check_some(&table, r->root, NULL, 0, "an entry", &r->problems);
}

static void expect_fine(const char *text) {
  struct reading r;
  if (!check(&r, text) || r.problems.count)
    fail_msg("%s: %s", text, r.problems.items[0].message);
  done(&r);
}

static void expect_bad(const char *text, const char *code, const char *says) {
  struct reading r;
  if (check(&r, text) || r.problems.count != 1)
    fail_msg("%zu problems in %s", r.problems.count, text);
  const struct problem *problem = &r.problems.items[0];
  assert_string_equal(problem->code, code);
  auto_free char *all =
      str_format("%s / %s / %s", problem->message, problem->expected ? problem->expected : "",
                 problem->hint ? problem->hint : "");
  if (!strstr(all, says))
    fail_msg("'%s' is not said in: %s", says, all);
  done(&r);
}

static void test_strings(void **state) {
  (void)state;
  expect_fine("name: library/nginx\n");
  expect_fine("name: '17'\n");
  expect_bad("name: 1.10\n", "wrong-type", "1.10 is a number and would become 1.1");
  expect_bad("name: 1.10\n", "wrong-type", "'1.10'");
  expect_bad("name: 012\n", "wrong-type", "would become 12");
  expect_bad("name: true\n", "wrong-type", "true or false");
  expect_bad("name:\n", "empty-value", "no value");
  expect_bad("name: ''\n", "empty-value", "empty");
  expect_bad("name: [a]\n", "wrong-type", "a list");
  expect_bad("name: UPPER\n", "bad-value", "The name; it must match ^[a-z0-9/]+$");
  expect_bad("mode: sparce\n", "bad-value", "did you mean 'sparse'?");
  expect_bad("mode: other\n", "bad-value", "one of filtered, sparse");
  expect_bad("mode: 3\n", "wrong-type", "quotes");
  expect_fine("labels: {a: b, c: ''}\n");
  expect_fine("labels: {}\n");
  expect_bad("labels: {a: 3}\n", "wrong-type", "an item of 'labels'");
  expect_bad("labels: [a]\n", "wrong-type", "map of strings");
}

static void test_numbers(void **state) {
  (void)state;
  expect_fine("count: 64\n");
  expect_fine("count: 0x10\n");
  expect_bad("count: 65\n", "out-of-range", "1..64");
  expect_bad("count: 0\n", "out-of-range", "1..64");
  expect_bad("count: '3'\n", "wrong-type", "without quotes");
  expect_bad("count: 1.5\n", "wrong-type", "whole number");
  expect_bad("count: 99999999999999999999\n", "bad-value", "out of range");
  expect_bad("fast: yes\n", "wrong-type", "write true or false, without quotes");
  expect_bad("fast: 'true'\n", "wrong-type", "without quotes");
  expect_bad("fast: 1\n", "wrong-type", "true or false");
  expect_fine("wait: 90\n");
  expect_fine("wait: 1h30m\n");
  expect_bad("wait: 1w\n", "bad-value", "duration like 30s");
  expect_bad("wait: -5\n", "bad-value", "out of range");
  expect_bad("wait: 1.5\n", "wrong-type", "duration");
  expect_bad("wait: 9223372036854775807\n", "bad-value", "out of range");
  expect_fine("room: 1.5G\n");
  expect_bad("room: big\n", "bad-value", "size like 64M");
  expect_bad("ports: [80, 70000]\n", "out-of-range", "an item of 'ports'");
}

/* A message may show the line of the file, where the secret stands with the escapes of YAML. */
static void test_secret_spellings(void **state) {
  (void)state;
  struct reading r;
  static const char text[] = "token: \"back\\\\slash\\\"quote\"\nolder: x\n";
  assert_false(check(&r, text));
  auto_free char *line = log_redact(text);
  assert_string_equal(line, "token: \"***\"\nolder: x\n");
  done(&r);
  assert_true(check(&r, "token: 'it''s mine'\n"));
  auto_free char *single = log_redact("'it''s mine'");
  assert_string_equal(single, "'***'");
  done(&r);
  expect_bad("url: https://lonely-token@host/\n", "bad-url", "user name or password");
  auto_free char *url = log_redact("lonely-token");
  assert_string_equal(url, "***");
  log_done();
}

static void test_home(void **state) {
  (void)state;
  const char *home = getenv("HOME");
  auto_free char *before = str_copy(home);
  setenv("HOME", "/home/somebody", 1);
  expect_fine("place: ~/x\n");
  unsetenv("HOME");
  expect_bad("place: ~/x\n", "bad-value", "HOME");
  expect_bad("token: {file: ~/x}\n", "bad-value", "HOME");
  expect_fine("place: ./~/x\n");
  if (before)
    setenv("HOME", before, 1);
}

static void test_lists(void **state) {
  (void)state;
  expect_fine("versions: [{tag: x}]\n");
  expect_fine("ports: []\n");
  expect_bad("versions: []\n", "empty-list", "at least one item");
  expect_bad("platforms: []\n", "empty-list", "or remove it");
  expect_bad("versions: '1.2'\n", "wrong-type", "write ['1.2']");
  expect_bad("versions: {semver: ^1}\n", "wrong-type", "[{...}]");
  expect_bad("versions:\n", "empty-value", "list of versions and selectors");
  expect_bad("platforms: [linux/amd64, 3]\n", "wrong-type", "an item of 'platforms'");
  expect_bad("platforms: [~]\n", "empty-value", "an item of 'platforms'");
}

static void test_urls(void **state) {
  (void)state;
  expect_fine("url: https://charts.example:8443/stable?x=1\n");
  expect_fine("url: HTTP://charts.example\n");
  expect_fine("url: oci://registry.example/charts\n");
  expect_fine("url: 'http://[::1]:5000/x'\n");
  expect_bad("url: charts.example/stable\n", "bad-url", "is no URL");
  expect_bad("url: ftp://charts.example\n", "bad-url", "scheme");
  expect_bad("url: file:///etc/passwd\n", "bad-url", "scheme");
  expect_fine("folder: file:///srv/charts\n");
  expect_fine("folder: FILE://./charts\n");
  expect_fine("folder: file://../charts\n");
  expect_bad("folder: file://srv/charts\n", "bad-url", "names no path");
  expect_bad("folder: 'file://'\n", "bad-url", "names no path");
  expect_bad("folder: 'file:///a b'\n", "bad-url", "space");
  expect_bad("url: 'https://'\n", "bad-url", "");
  expect_bad("url: 'https://a b/'\n", "bad-url", "space");
  expect_bad("url: https://user:hunter2@charts.example/\n", "bad-url", "registries:");
  expect_bad("url: https://user@charts.example/\n", "bad-url", "registries:");
  struct reading r;
  check(&r, "url: https://user:hunter2@charts.example/\n");
  struct buf out = {0};
  problems_print(&r.problems, PROBLEM_TEXT, false, &out);
  assert_null(strstr(out.data, "hunter2"));
  buf_done(&out);
  done(&r);
}

static void test_secrets(void **state) {
  (void)state;
  expect_fine("token: abc\n");
  expect_fine("token: {file: x}\n");
  expect_bad("token: {fiel: x}\n", "wrong-type", "{file: PATH}");
  expect_bad("token: {file: x, more: y}\n", "wrong-type", "{file: PATH}");
  expect_bad("token: ''\n", "wrong-type", "secret");
  struct reading r;
  assert_false(check(&r, "{token: 987654321, tokn: correct-horse}\n"));
  for (int format = PROBLEM_TEXT; format <= PROBLEM_GITHUB; format++) {
    struct buf out = {0};
    problems_print(&r.problems, (enum problem_format)format, false, &out);
    assert_null(strstr(out.data, "987654321"));
    assert_null(strstr(out.data, "correct-horse"));
    buf_done(&out);
  }
  done(&r);
}

static void test_maps(void **state) {
  (void)state;
  static const char *const reserved[] = {"destination"};
  struct reading r;
  load(&r, "{nmae: x, versons: ['1'], destination: [], old: y, zzzzzzzz: 1}\n");
  assert_false(
      field_check_map(&table, r.root, NULL, reserved, 1, "an entry of images", &r.problems));
  assert_int_equal(r.problems.count, 6);
  assert_int_equal(r.problems.errors, 5);
  assert_string_equal(r.problems.items[0].hint, "did you mean 'name'?");
  assert_string_equal(r.problems.items[1].hint, "did you mean 'versions'?");
  assert_string_equal(r.problems.items[1].message, "unknown key 'versons' in an entry of images");
  assert_true(r.problems.items[2].warning);
  assert_null(r.problems.items[3].hint);
  assert_string_equal(r.problems.items[4].code, "missing-field");
  assert_string_equal(r.problems.items[4].message, "an entry of images lacks 'name'");
  done(&r);
  load(&r, "{entry: {name: x}, defaults: {versions: ['1']}, list: []}\n");
  const struct node *entry = node_get(r.root, "entry");
  assert_true(field_check_map(&table, entry, node_get(r.root, "defaults"), NULL, 0, "an entry",
                              &r.problems));
  assert_false(
      field_check_map(&table, node_get(r.root, "list"), NULL, NULL, 0, "an entry", &r.problems));
  assert_int_equal(r.problems.count, 1);
  done(&r);
}

static void test_access(void **state) {
  (void)state;
  struct reading r;
  load(&r, "{a: {versions: ['1', '2'], labels: {x: y}, count: 0x10, room: 2K, token: s},"
           " d: {name: n, fast: false}}\n");
  struct artm_config config = {&table, node_get(r.root, "a"), node_get(r.root, "d")};
  assert_int_equal(config_count(&config, "versions"), 2);
  assert_string_equal(config_text(&config, "versions", 1), "2");
  assert_null(config_text(&config, "versions", 2));
  assert_string_equal(config_key(&config, "labels", 0), "x");
  assert_null(config_key(&config, "labels", 1));
  assert_null(config_key(&config, "versions", 0));
  assert_string_equal(config_text(&config, "labels", 0), "y");
  assert_int_equal(config_number(&config, "count", 0), 16);
  assert_int_equal(config_number(&config, "count", 1), 0);
  assert_int_equal(config_number(&config, "room", 0), 2048);
  assert_int_equal(config_number(&config, "wait", 0), 120000);
  assert_int_equal(config_number(&config, "fast", 0), 0);
  assert_string_equal(config_text(&config, "name", 0), "n");
  assert_int_equal(config_count(&config, "url"), 0);
  assert_int_equal(config_count(&config, "wait"), 1);
  assert_int_equal(config_count(&config, "no_such_field"), 0);
  assert_null(config_text(&config, "token", 0));
  struct artm_config none = {&table, NULL, NULL};
  assert_int_equal(config_number(&none, "fast", 0), 1);
  assert_int_equal(config_number(&none, "count", 0), 7);
  assert_string_equal(config_text(&none, "count", 0), "7");
  done(&r);
}

static void test_secret_files(void **state) {
  (void)state;
  auto_error err = {0};
  char *folder = NULL;
  assert_int_equal(fs_private_folder(&folder, &err), 0);
  auto_free char *file = fs_join(folder, "token"), *empty = fs_join(folder, "empty");
  assert_int_equal(fs_write(file, "s3cret-line\r\nmore\n", 18, 0600, &err), 0);
  assert_int_equal(fs_write(empty, "\n", 1, 0600, &err), 0);
  auto_free char *text = str_format("{a: {token: {file: %s}}, b: {token: {file: %s}}, "
                                    "c: {token: {file: no/such}}, d: {token: plain}}\n",
                                    file, empty);
  struct reading r;
  load(&r, text);
  struct artm_config config = {&table, node_get(r.root, "a"), NULL};
  char *secret = NULL;
  assert_int_equal(config_secret(&config, "token", &secret, &err), 0);
  assert_string_equal(secret, "s3cret-line");
  str_wipe(secret);
  secret = NULL;
  config.node = node_get(r.root, "b");
  assert_int_equal(config_secret(&config, "token", &secret, &err), ARTM_E_CONFIG);
  config.node = node_get(r.root, "c");
  assert_int_equal(config_secret(&config, "token", &secret, &err), ARTM_E_CONFIG);
  assert_non_null(strstr(err.message, "no/such"));
  assert_null(secret);
  config.node = node_get(r.root, "d");
  assert_int_equal(config_secret(&config, "token", &secret, &err), 0);
  assert_string_equal(secret, "plain");
  str_wipe(secret);
  config.node = NULL;
  assert_int_equal(config_secret(&config, "token", &secret, &err), ARTM_NO);
  done(&r);
  fs_remove_tree(folder, &err);
  free(folder);
}

static void expect_table(struct artm_field field, const char *says) {
  static const char *const reserved[] = {"targets"};
  struct field_table bad;
  field_table_adopt(&bad, &field, 1, sizeof field);
  auto_free char *reason = field_table_check(&bad, reserved, 1);
  if (!says && reason)
    fail_msg("refused: %s", reason);
  if (says && (!reason || !strstr(reason, says)))
    fail_msg("'%s' is not said in: %s", says, reason ? reason : "nothing");
  field_table_done(&bad);
}

static void test_tables(void **state) {
  (void)state;
  auto_free char *reason = field_table_check(&table, NULL, 0);
  assert_null(reason);
  struct artm_field field = ARTM_FIELD(.name = "a", .type = ARTM_TYPE_STRING), bad = field;
  expect_table(field, NULL);
  bad.name = NULL;
  expect_table(bad, "no name");
  bad.name = "A b";
  expect_table(bad, "no name");
  bad.name = "targets";
  expect_table(bad, "belongs to the core");
  bad = field, bad.type = 11;
  expect_table(bad, "unknown type 11");
  bad.type = FIELD_TYPE_NUMBER;
  expect_table(bad, "unknown type");
  bad.type = ARTM_TYPE_LIST;
  expect_table(bad, "can't hold");
  bad = field, bad.flags = 0x80000000u;
  expect_table(bad, "unknown flags");
  bad = field, bad.role = 9;
  expect_table(bad, "unknown role");
  bad.role = ARTM_ROLE_AXIS;
  expect_table(bad, "list of strings");
  bad = field, bad.constraint = "[a";
  expect_table(bad, "bad pattern");
  bad = field, bad.constraint = "^x$", bad.default_value = "y";
  expect_table(bad, "bad default");
  bad = field, bad.type = ARTM_TYPE_INT, bad.constraint = "5";
  expect_table(bad, "no range");
  bad.constraint = "9..1";
  expect_table(bad, "no range");
  bad.constraint = "1..9", bad.default_value = "10";
  expect_table(bad, "bad default");
  bad = field, bad.type = ARTM_TYPE_ENUM;
  expect_table(bad, "needs its words");
  bad = field, bad.flags = ARTM_FIELD_REQUIRED, bad.default_value = "x";
  expect_table(bad, "required");
  struct artm_field twice[] = {field, field};
  struct field_table both;
  field_table_adopt(&both, twice, 2, sizeof field);
  auto_free char *why = field_table_check(&both, NULL, 0);
  assert_non_null(strstr(why, "two fields"));
  field_table_done(&both);
}

/* Tables of plugins built against other minors: smaller and larger records. */
static void test_adopt(void **state) {
  (void)state;
  struct larger {
    struct artm_field field;
    void *news;
  } larger[2] = {{ARTM_FIELD(.name = "a", .type = ARTM_TYPE_BOOL), "x"},
                 {ARTM_FIELD(.name = "b", .type = ARTM_TYPE_INT), "x"}};
  larger[0].field.struct_size = larger[1].field.struct_size = sizeof larger[0];
  struct field_table adopted;
  field_table_adopt(&adopted, &larger[0].field, 2, sizeof larger[0]);
  assert_string_equal(adopted.fields[1].name, "b");
  field_table_done(&adopted);
  enum { OLD = offsetof(struct artm_field, doc) };
  struct artm_field first = ARTM_FIELD(.name = "a", .type = ARTM_TYPE_BOOL, .doc = "cut");
  first.struct_size = OLD;
  char *old = malloc(2 * OLD);
  memcpy(old, &first, OLD);
  memcpy(old + OLD, &first, OLD);
  field_table_adopt(&adopted, (const struct artm_field *)(void *)old, 2, OLD);
  free(old);
  assert_string_equal(adopted.fields[1].name, "a");
  assert_null(adopted.fields[1].doc);
  field_table_done(&adopted);
}

static void test_names(void **state) {
  (void)state;
  static const char *const expected[] = {"string",          "list of strings",
                                         "list of strings", "whole number, 1..64",
                                         "true or false",   "one of filtered, sparse"};
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    auto_free char *name = field_type_name(&table.fields[i]);
    assert_string_equal(name, expected[i]);
  }
  assert_ptr_equal(field_with_role(&table, ARTM_ROLE_AXIS), &table.fields[1]);
  assert_null(field_with_role(&table, ARTM_ROLE_VALUE));
  size_t count;
  const char *const *names = core_entry_names(&count);
  assert_int_equal(count, core_entry_fields()->count);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(names[i], core_entry_fields()->fields[i].name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_strings), cmocka_unit_test(test_secret_spellings),
      cmocka_unit_test(test_home),    cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_lists),   cmocka_unit_test(test_urls),
      cmocka_unit_test(test_secrets), cmocka_unit_test(test_maps),
      cmocka_unit_test(test_access),  cmocka_unit_test(test_secret_files),
      cmocka_unit_test(test_tables),  cmocka_unit_test(test_adopt),
      cmocka_unit_test(test_names),
  };
  field_table_adopt(&table, fields, sizeof fields / sizeof fields[0], sizeof fields[0]);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  field_table_done(&table);
  return failed;
}
