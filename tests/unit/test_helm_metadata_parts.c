/* SPDX-License-Identifier: Apache-2.0 */
/* What the helm plugin's metadata code is made of: numbers, characters, versions; and hostile
 * files. Numbers are as Go's strconv and encoding/json print them, versions as Masterminds' semver
 * reads them, characters as the Unicode character database has them. */
#include "unit/helm_metadata_parts.h"
#include <time.h>

static void numbers_as_go_prints_them(void **state) {
  static const struct {
    double number;
    const char *single, *json;
  } cases[] = {
      {0.0, "0", "0"},
      {-0.0, "-0", "-0"},
      {0.1, "0.1", "0.1"},
      {100000.5, "100000.5", "100000.5"},
      {1000000.0, "1e+06", "1000000"},
      {20230101.1, "2.0230102e+07", "20230101.1"},
      {16777217.0, "1.6777216e+07", "16777217"},
      {1e-5, "1e-05", "0.00001"},
      {1e-7, "1e-07", "1e-7"},
      {1e20, "1e+20", "100000000000000000000"},
      {1e21, "1e+21", "1e+21"},
      {3.4028234663852886e38, "3.4028235e+38", "3.4028234663852886e+38"},
      {1e39, "+Inf", "1e+39"},
      {1.401298464324817e-45, "1e-45", "1.401298464324817e-45"},
      {5e-324, "0", "5e-324"},
      {1.7976931348623157e308, "+Inf", "1.7976931348623157e+308"},
      {9007199254740993.0, "9.007199e+15", "9007199254740992"},
      {0x1p-44, "5.684342e-14", "5.684341886080802e-14"}, /* nearest is too far below */
      {9.5367431640625e-07, "9.536743e-07", "9.5367431640625e-7"},
      {-123.456, "-123.456", "-123.456"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[GO_NUMBER_MAX];
    go_float32(cases[i].number, text);
    assert_string_equal(text, cases[i].single);
    go_json_number(cases[i].number, text);
    assert_string_equal(text, cases[i].json);
  }
}

static void broken_text_in_json(void **state) {
  static const char text[] = "a\xff\xc0\x80\xe2\x82\xed\xa0\x80\xf4\x90\x80\x80z\xe2\x82\xac";
  struct builder json = {0};
  size_t size;
  (void)state;
  go_json_text(&json, text, sizeof text - 1);
  auto_free char *data = builder_take(&json, &size);
  assert_string_equal(data, "\"a\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd"
                            "\\ufffd\\ufffd\\ufffdz\xe2\x82\xac\"");
}

static void characters(void **state) {
  static const uint32_t printed[] = {' ',    '~',    0xa1,   0xac,    0xae,    0x300,  0x20ac,
                                     0x4e00, 0xfffd, 0xff21, 0x1f600, 0x1f6fc, 0x3134a};
  static const uint32_t dropped[] = {
      0,       0x1f,     0x7f,        0x9f,   0xa0,   0xad,   0x378,  0x200b,
      0x200d,  0x2028,   0x3000,      0xd800, 0xe000, 0xfeff, 0xffff, 0x1fae0 /* of 14.0 */,
      0xe0001, 0x10ffff, RUNE_INVALID};
  static const uint32_t spaces[] = {'\t',   '\n',   '\v',   '\f',   '\r',   ' ',    0x85,   0xa0,
                                    0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  (void)state;
  for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++)
    assert_true(unicode_is_print(printed[i]));
  for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
    assert_false(unicode_is_print(dropped[i]));
  for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
    assert_true(unicode_is_space(spaces[i]));
  assert_false(unicode_is_space(0x200b));
  assert_false(unicode_is_space(0x180e));
}

static void versions_as_helm_reads_them(void **state) {
  (void)state;
  const char *top = getenv("SRCDIR");
  auto_free char *path = registry_format("%s/tests/data/semver/helm-semver.json", top ? top : ".");
  auto_json *vectors = json_load_file(path, 0, NULL);
  const json_t *cases = json_object_get(vectors, "parse");
  if (!json_array_size(cases))
    fail_msg("no %s (set SRCDIR)", path);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *row = json_array_get(cases, i);
    const char *text = json_string_value(json_object_get(row, "in"));
    const char *read = json_string_value(json_object_get(row, "NewVersion"));
    bool legal = strncmp(read, "ERR", 3) != 0;
    if (version_is_legal(text) != legal || version_is_same(text, read) != legal)
      fail_msg("'%s' is '%s'", text, read);
  }
}

static void same_versions(void **state) {
  (void)state;
  assert_true(version_is_same("v1.2", "1.2.0"));
  assert_true(version_is_same("1", "v01.00.0"));
  assert_true(version_is_same("latest", "latest"));
  assert_false(version_is_same("latest", "newest"));
  assert_false(version_is_same("1.2.3", "1.2.3-rc"));
  assert_false(version_is_same("1.2.3", "1.2.3+1"));
  assert_false(version_is_same("1.2.3+1", "1.2.3+2"));
  assert_false(version_is_same("1.2.3-1", "1.2.3+1"));
  assert_false(version_is_same("1.2.3", "1.2.4"));
  assert_false(version_is_legal("18446744073709551616"));
  assert_true(version_is_legal("18446744073709551615"));
}

/* Texts of a size: head, then part as often as there is room, then tail. */
static char *repeat(const char *head, const char *part, const char *tail, size_t size) {
  struct builder text = {0};
  size_t step = strlen(part);
  builder_add_text(&text, head);
  while (text.size + step + strlen(tail) <= size)
    builder_add(&text, part, step);
  builder_add_text(&text, tail);
  return builder_take(&text, &size);
}

static char *laughs(void) {
  struct builder text = {0};
  size_t size;
  builder_add_text(&text, "name: d\nversion: 1.0.0\nx0: &x0 aaaaaaaaaaaaaaaaaaaa\n");
  for (int level = 1; level < 60; level++) {
    auto_free char *line = registry_format("x%d: &x%d [*x%d, *x%d, *x%d, *x%d]\n", level, level,
                                           level - 1, level - 1, level - 1, level - 1);
    builder_add_text(&text, line);
  }
  return builder_take(&text, &size);
}

/* Each map merges the one before it and adds a key. */
static char *merges(void) {
  struct builder text = {0};
  size_t size;
  builder_add_text(&text, "m0: &m0 {a: b}\n");
  for (int level = 1; level < 900; level++) {
    auto_free char *line =
        registry_format("m%d: &m%d {<<: *m%d, k%d: v}\n", level, level, level - 1, level);
    builder_add_text(&text, line);
  }
  return builder_take(&text, &size);
}

#define MIB5 ((size_t)5 << 20)
#define HEAD "name: d\nversion: 1.0.0\n"

static void hostile_files_end_soon(void **state) {
  struct {
    char *chart;
    const char *why;
  } cases[] = {
      {repeat("", "[", "", 100000), "nested more than"},
      {repeat("", "{", "", 100000), "nested more than"},
      {repeat("", "- ", "", 100000), "nested more than"},
      {repeat("x: ", "? ", "", 100000), "line 1: "},
      {repeat("x: [", "a,", "]\n", MIB5), "more than 100000 values"},
      {repeat("", "a: b\n", "", MIB5), "more than 100000 values"},
      {repeat("x: [", "&a b,", "]\n", MIB5), "more than 100000 values"},
      {repeat(HEAD "x: &x y\nkeywords: [", "*x,", "]\n", MIB5), "more than 100000 values"},
      {repeat(HEAD "x: &x '", "long ", "'\nkeywords: [*x,*x,*x,*x]\n", MIB5 / 2), "aliases"},
      {laughs(), "aliases"},
      {merges(), "more than 100000 values"},
      {repeat("", "%TAG ! x\n", "", MIB5), "line "},
      {repeat("name: !", "x", " y\n", MIB5), "no version"},
      {repeat("version: ", "9", "", MIB5), "no name"},
      {repeat("name: d\nversion: 1.0.0-", "a.", "a..\n", MIB5), "line 2: version '1.0.0-a.a"},
      {repeat("name: d\nversion: ", "9", "", MIB5), "line 2: version '999"},
      {repeat("\"", "\\x41", "", MIB5), "line 1: "},
      {repeat("", "#\n", "", MIB5), "no name"},
      {repeat("", "\n", "[", MIB5), "line "},
      {repeat(HEAD "x: ", "\n \t", "- a", MIB5), "line "},
  };
  (void)state;
  clock_t start = clock();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_refused(cases[i].chart, strlen(cases[i].chart), NULL, cases[i].why);
    free(cases[i].chart);
  }
  assert_true((clock() - start) / CLOCKS_PER_SEC < 60);
}

static void large_files_are_read(void **state) {
  char *charts[] = {
      repeat(HEAD "description: '", "long ", "'\n", MIB5),
      repeat(HEAD "annotations: {", "a: b,", "}\n", 240000),
      repeat(HEAD "x: ", "1", "\n", MIB5),
      repeat(HEAD "dependencies: [{name: x, import-values: [", "1.1e-9,", "]}]\n", 300000),
      repeat(HEAD "x: ", "1_", "1.5\n", MIB5),
  };
  (void)state;
  for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++) {
    char *why = NULL;
    size_t size;
    struct metadata *metadata = read_texts(charts[i], NULL, &why);
    if (!metadata)
      fail_msg("%s", why);
    free(metadata_config(metadata, &size));
    metadata_free(metadata);
    free(charts[i]);
  }
}

static void bytes_that_are_no_text(void **state) {
  static const char *const broken[] = {
      "\x80", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x07", "\xef\xbf\xbe"};
  (void)state;
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    auto_free char *chart = registry_format("name: d\nversion: %s\n", broken[i]);
    assert_refused(chart, strlen(chart), NULL, "Chart.yaml, line 2: ");
  }
  assert_refused("name: d\n\nx: \0\n", 13, NULL, "Chart.yaml, line 3: control characters");
  assert_refused("\xff\xfe\n", 3, NULL, "Chart.yaml, line ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_as_go_prints_them),
      cmocka_unit_test(broken_text_in_json),
      cmocka_unit_test(characters),
      cmocka_unit_test(versions_as_helm_reads_them),
      cmocka_unit_test(same_versions),
      cmocka_unit_test(hostile_files_end_soon),
      cmocka_unit_test(large_files_are_read),
      cmocka_unit_test(bytes_that_are_no_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
