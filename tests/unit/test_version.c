/* SPDX-License-Identifier: Apache-2.0 */
/* Items of an axis of versions: names, pins, selectors; dates. */
#include "base/text.h"
#include "config/load.h"
#include "config/version.h"
#include "config/version_date.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define DIGEST "sha256:" HEX64

struct reading {
  struct document document;
  struct problems problems;
  struct arena memory;
  struct version_item items[16];
  size_t count;
  bool fine;
};

/* text: the list as YAML. */
static void read_list(struct reading *r, const char *text, bool dates) {
  *r = (struct reading){0};
  auto_free char *all = str_format("versions: %s\n", text);
  document_load_text("t.yaml", all, &r->document, &r->problems);
  if (r->problems.count)
    fail_msg("%s: %s", text, r->problems.items[0].message);
  const struct node *list = node_get(r->document.roots[0], "versions");
  assert_true(list->kind == NODE_LIST && list->count <= 16);
  r->fine = version_read_list(list, dates, &r->memory, r->items, &r->count, &r->problems);
}

static void done(struct reading *r) {
  arena_done(&r->memory);
  problems_done(&r->problems);
  document_done(&r->document);
}

static void read_fine(struct reading *r, const char *text) {
  read_list(r, text, true);
  if (!r->fine || r->problems.count)
    fail_msg("%s: %s", text, r->problems.count ? r->problems.items[0].message : "not fine");
}

static void expect_fine(const char *text) {
  struct reading r;
  read_fine(&r, text);
  done(&r);
}

/* One problem, at this column of the list's text (0: not looked at). */
static void expect_bad(const char *text, unsigned column, const char *code, const char *says) {
  struct reading r;
  read_list(&r, text, true);
  if (r.fine || r.problems.count != 1)
    fail_msg("%zu problems in %.200s", r.problems.count, text);
  const struct problem *problem = &r.problems.items[0];
  auto_free char *all =
      str_format("%s / %s / %s", problem->message, problem->expected ? problem->expected : "",
                 problem->hint ? problem->hint : "");
  if (!strstr(all, says))
    fail_msg("'%s' is not said of %.200s: %s", says, text, all);
  assert_string_equal(problem->code, code);
  if (column)
    assert_int_equal(problem->column, column + strlen("versions: "));
  done(&r);
}

static void single_items(void **state) {
  (void)state;
  static const struct {
    const char *text, *tag, *digest, *code;
  } cases[] = {
      {"'1.27'", "1.27", NULL, NULL},
      {"v1.2.3", "v1.2.3", NULL, NULL},
      {"'1.0.0+build.5'", "1.0.0+build.5", NULL, NULL},
      {"sha256:" HEX64, NULL, "sha256:" HEX64, NULL},
      {"{tag: '1.2', digest: 'sha256:" HEX64 "'}", "1.2", "sha256:" HEX64, NULL},
      {"{tag: '1.2'}", "1.2", NULL, NULL},
      {"1.27", NULL, NULL, "wrong-type"},
      {"10", NULL, NULL, "wrong-type"},
      {"true", NULL, NULL, "wrong-type"},
      {"~", NULL, NULL, "empty-value"},
      {"[a]", NULL, NULL, "wrong-type"},
      {"''", NULL, NULL, "bad-version"},
      {"'-x'", NULL, NULL, "bad-version"},
      {"'a b'", NULL, NULL, "bad-version"},
      {"'a/b'", NULL, NULL, "bad-version"},
      {"'>=1.2'", NULL, NULL, "bad-version"},
      {"'1.2@sha256:" HEX64 "'", NULL, NULL, "bad-version"},
      {"'sha256:E3b0'", NULL, NULL, "bad-digest"},
      {"{tag: 1.2}", NULL, NULL, "wrong-type"},
      {"{digest: x}", NULL, NULL, "bad-digest"},
      {"{}", NULL, NULL, "missing-field"},
      {"{tga: x}", NULL, NULL, "unknown-key"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_free char *text = str_format("[%s]", cases[i].text);
    struct reading r = {0};
    document_load_text("t.yaml", text, &r.document, &r.problems);
    const struct node *node = r.document.roots[0]->items[0];
    struct version_item item = {.text = "untouched"};
    bool fine = version_read(node, true, &r.memory, &item, &r.problems);
    if (fine != (cases[i].code == NULL) || r.problems.count != !fine)
      fail_msg("%s: %d, %zu problems", cases[i].text, fine, r.problems.count);
    if (fine) {
      assert_true(text_equal(item.text, cases[i].tag));
      assert_true(text_equal(item.digest, cases[i].digest));
      assert_ptr_equal(item.at, node);
    } else {
      assert_string_equal(r.problems.items[0].code, cases[i].code);
      assert_string_equal(item.text, "untouched");
    }
    done(&r);
  }
}

static void named_whole(void **state) {
  (void)state;
  struct reading r;
  read_fine(&r, "['1.2', {tag: '1.3', digest: '" DIGEST "'}, '" DIGEST "', '1.0+b']");
  assert_int_equal(r.count, 4);
  for (size_t i = 0; i < 4; i++)
    assert_null(r.items[i].selector);
  assert_string_equal(r.items[1].digest, DIGEST);
  assert_null(r.items[2].text);
  const char *const spelled[] = {"1.2", "1.3", DIGEST, "1.0+b"};
  for (size_t i = 0; i < 4; i++) {
    auto_free char *text = version_spelled(&r.items[i]);
    assert_string_equal(text, spelled[i]);
  }
  done(&r);
}

static void all_keys_of_a_selector(void **state) {
  (void)state;
  struct reading r;
  read_fine(&r, "[{pattern: '^v', semver: '^1.2', prerelease: false, newer_than: 90d,"
                " exclude: [a, 'b$'], sort: date, latest: 3}]");
  const struct version_selector *selector = r.items[0].selector;
  assert_null(r.items[0].text);
  assert_string_equal(selector->pattern, "^v");
  assert_string_equal(selector->semver, "^1.2");
  assert_true(selector->has_prerelease && !selector->prerelease);
  assert_true(selector->has_age && !selector->has_date);
  assert_string_equal(selector->newer_than, "90d");
  assert_int_equal(selector->age_ms, 90ull * 86400 * 1000);
  assert_int_equal(selector->exclude_count, 2);
  assert_string_equal(selector->excludes[1], "b$");
  assert_true(selector->has_sort);
  assert_int_equal(selector->sort, SORT_BY_DATE);
  assert_int_equal(selector->latest, 3);
  assert_false(selector->only_excludes);
  done(&r);
  read_fine(&r, "[{latest: 1}, {exclude: a}, {exclude: a, sort: alpha}]");
  assert_false(r.items[0].selector->has_sort);
  assert_int_equal(r.items[0].selector->sort, SORT_BY_SEMVER);
  assert_true(r.items[1].selector->only_excludes);
  assert_false(r.items[2].selector->only_excludes);
  assert_int_equal(r.items[2].selector->sort, SORT_BY_ALPHABET);
  done(&r);
}

static void wrong_values(void **state) {
  (void)state;
  expect_bad("[{}]", 2, "missing-field", "{semver: '^1.2'}");
  expect_bad("[{latset: 3}]", 3, "unknown-key", "did you mean 'latest'?");
  expect_bad("[{regex: a}]", 3, "unknown-key",
             "pattern, semver, prerelease, newer_than, exclude, "
             "sort, latest, or a pin's: tag, digest");
  expect_bad("[{tag: '1', latest: 3, sort: alpha}]", 13, "mixed-version", "two items");
  expect_bad("[{tag: '1', dijest: '" DIGEST "'}]", 13, "unknown-key", "'digest'");
  expect_bad("[{pattern: '1.('}]", 12, "bad-pattern", "at character 4");
  expect_bad("[{pattern: 1.10}]", 12, "wrong-type", "'1.10'");
  expect_bad("[{pattern: ''}]", 12, "empty-value", "'pattern' is empty");
  expect_bad("[{pattern: [a]}]", 12, "wrong-type", "a list");
  expect_bad("[{pattern: }]", 0, "empty-value", "no value");
  expect_bad("[{semver: 1.2}]", 11, "wrong-type", "put it in quotes: '1.2'");
  expect_bad("[{semver: 'newest'}]", 11, "bad-range", "'newest' is no version or range");
  expect_bad("[{semver: '^1.2 ||'}]", 11, "bad-range", "missing at its end");
  expect_bad("[{prerelease: yes}]", 15, "wrong-type", "true or false");
  expect_bad("[{prerelease: 'true'}]", 15, "wrong-type", "without quotes");
  expect_bad("[{latest: 0}]", 11, "out-of-range", "1..");
  expect_bad("[{latest: -1}]", 11, "out-of-range", "1..");
  expect_bad("[{latest: 4294967296}]", 11, "out-of-range", "1..");
  expect_bad("[{latest: '3'}]", 11, "wrong-type", "without quotes");
  expect_bad("[{latest: 1.5}]", 11, "wrong-type", "whole number");
  expect_bad("[{sort: dates}]", 9, "bad-value", "did you mean 'date'?");
  expect_bad("[{sort: size}]", 9, "bad-value", "semver, date, alpha");
  expect_bad("[{semver: '*', exclude: []}]", 0, "empty-list", "'exclude' is empty");
  expect_bad("[{semver: '*', exclude: ['']}]", 0, "empty-value", "'exclude' is empty");
  expect_bad("[{semver: '*', exclude: [a, '(']}]", 29, "bad-pattern", "parenthesis");
  expect_bad("[{semver: '*', exclude: {a: b}}]", 0, "wrong-type", "a map");
  expect_bad("[[a]]", 2, "wrong-type", "must be text");
}

static void ages_and_dates(void **state) {
  (void)state;
  expect_fine("[{newer_than: 12h}, {newer_than: 2025-01-31}, {newer_than: 1d12h}]");
  expect_bad("[{newer_than: 90}]", 15, "bad-value", "give the unit: 90d");
  expect_bad("[{newer_than: '90'}]", 15, "bad-value", "give the unit: 90d");
  expect_bad("[{newer_than: 2w}]", 15, "bad-value", "write 14d");
  expect_bad("[{newer_than: 1.5}]", 15, "bad-value", "neither an age nor a date");
  expect_bad("[{newer_than: 2025-02-30}]", 15, "bad-value", "2025-01-31T12:00:00Z");
  expect_bad("[{newer_than: last week}]", 15, "bad-value", "neither");
  expect_bad("[{newer_than: true}]", 15, "wrong-type", "true or false");
  struct reading r;
  read_fine(&r, "[{newer_than: '2025-01-31T13:00:00.5+01:00'}]");
  assert_true(r.items[0].selector->has_date);
  assert_int_equal(r.items[0].selector->date, 1738324800);
  done(&r);
}

/* The seconds are those of date(1). */
static void dates(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t seconds;
  } good[] = {{"1970-01-01", 0},
              {"2024-02-29", 1709164800},
              {"2025-01-31T12:00:00Z", 1738324800},
              {"2025-01-31t12:00:00.999z", 1738324800},
              {"2025-01-31T12:00:00-00:30", 1738326600},
              {"2025-01-31T00:30:00+01:00", 1738279800},
              {"1969-12-31", -86400},
              {"2016-12-31T23:59:60Z", 1483228800},
              {"9999-12-31T23:59:59Z", 253402300799}};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    int64_t seconds = 1;
    if (!version_date_parse(good[i].text, &seconds) || seconds != good[i].seconds)
      fail_msg("%s: %lld", good[i].text, (long long)seconds);
  }
  static const char *const bad[] = {"",
                                    "2025",
                                    "2025-01",
                                    "2025-1-31",
                                    "2025-13-01",
                                    "2025-00-01",
                                    "2025-01-00",
                                    "2025-02-29",
                                    "2025-01-31T12:00:00",
                                    "2025-01-31T24:00:00Z",
                                    "2025-01-31T12:00:00.Z",
                                    "2025-01-31T12:00:00+1:00",
                                    "2025-01-31T12:00:00Zx",
                                    "2025-01-31 12:00:00Z",
                                    "2025-01-31T"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    int64_t seconds;
    if (version_date_parse(bad[i], &seconds))
      fail_msg("%s is a date", bad[i]);
  }
}

static void dates_that_the_source_does_not_know(void **state) {
  (void)state;
  static const char *const texts[] = {"[{newer_than: 90d}]", "[{newer_than: 2025-01-31}]",
                                      "[{sort: date, latest: 3}]"};
  for (size_t i = 0; i < 3; i++) {
    struct reading r;
    read_list(&r, texts[i], false);
    assert_false(r.fine);
    assert_int_equal(r.problems.count, 1);
    assert_string_equal(r.problems.items[0].code, "no-dates");
    assert_non_null(strstr(r.problems.items[0].message, "knows none"));
    assert_non_null(r.problems.items[0].hint);
    done(&r);
  }
  struct reading r;
  read_list(&r, "[{sort: alpha, latest: 3}, {sort: semver}]", false);
  assert_true(r.fine);
  done(&r);
}

static void excluding_needs_something_to_exclude_from(void **state) {
  (void)state;
  expect_bad("['1.2', {exclude: a}, {exclude: b}]", 9, "excludes-nothing", "named whole stay");
  expect_bad("[{exclude: a}]", 2, "excludes-nothing", "{semver: '*'}");
  expect_fine("[{exclude: a}, {latest: 1}]");
}

static void text_that_wants_to_be_a_selector(void **state) {
  (void)state;
  expect_bad("['^1.2']", 2, "bad-version", "write {semver: '^1.2'}");
  expect_bad("['>=1.2 <2 || 3.x']", 2, "bad-version", "write {semver: '>=1.2 <2 || 3.x'}");
  expect_bad("['*']", 2, "bad-version", "write {semver: '*'}");
  expect_bad("['1.2.*']", 2, "bad-version", "write {semver: '1.2.*'}");
  expect_bad("['3.12-*-slim']", 2, "bad-version", "write {pattern: '^3\\.12-.*-slim$'}");
  expect_bad("['v?.1']", 2, "bad-version", "write {pattern: '^v.\\.1$'}");
  expect_bad("['^1\\.\\d+$']", 2, "bad-version", "write {pattern: '^1\\.\\d+$'}");
  expect_bad("['^1.(']", 2, "bad-version", "{semver: RANGE} or {pattern: REGULAR_EXPRESSION}");
  expect_bad("['a b']", 2, "bad-version", "{semver: RANGE}");
  expect_bad("['1.2@" DIGEST "']", 2, "bad-version", "{tag: '1.2'");
  expect_bad("['.a']", 2, "bad-version", "1 to 128");
}

static void as_people_wrote_it(void **state) {
  (void)state;
  static const char *const same[] = {
      "{semver: ^1.2, latest: 3}",
      "{semver: '>=1.2 <2'}",
      "{semver: '1.2'}",
      "{semver: '*', prerelease: true}",
      "{pattern: ^1\\.\\d+$, exclude: [-rc, 'a, b', ',', 'it''s, so']}",
      "{pattern: '[0-9]'}",
      "{pattern: '- a'}",
      "{pattern: 'a: b'}",
      "{pattern: 'a #b'}",
      "{pattern: a#b:c}",
      "{pattern: 'a:'}",
      "{pattern: '~'}",
      "{pattern: 'true'}",
      "{pattern: ' a'}",
      "{newer_than: 2025-01-31, sort: date}",
  };
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    struct reading r;
    auto_free char *list = str_format("[%s]", same[i]);
    read_fine(&r, list);
    auto_free char *text = version_spelled(&r.items[0]);
    assert_string_equal(text, same[i]);
    done(&r);
  }
  struct reading r;
  read_fine(&r, "[{\"semver\": \"^1.2\",   exclude:    [ \"a\" ]}]");
  auto_free char *text = version_spelled(&r.items[0]);
  assert_string_equal(text, "{semver: ^1.2, exclude: [a]}");
  done(&r);
}

static void hostile_text(void **state) {
  (void)state;
  struct buf text = {0};
  buf_text(&text, "[{pattern: '");
  for (int i = 0; i < 100 * 1024; i++)
    buf_text(&text, "a");
  buf_text(&text, "'}]");
  expect_bad(text.data, 12, "bad-pattern", "at character");
  buf_done(&text);
  buf_text(&text, "['");
  for (int i = 0; i < 100000; i++)
    buf_text(&text, "*.");
  buf_text(&text, "']");
  expect_bad(text.data, 2, "bad-version", "{semver: RANGE}");
  buf_done(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(single_items),
      cmocka_unit_test(named_whole),
      cmocka_unit_test(all_keys_of_a_selector),
      cmocka_unit_test(wrong_values),
      cmocka_unit_test(ages_and_dates),
      cmocka_unit_test(dates),
      cmocka_unit_test(dates_that_the_source_does_not_know),
      cmocka_unit_test(excluding_needs_something_to_exclude_from),
      cmocka_unit_test(text_that_wants_to_be_a_selector),
      cmocka_unit_test(as_people_wrote_it),
      cmocka_unit_test(hostile_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
