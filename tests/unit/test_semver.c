/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versions and ranges against the answers of the library that Helm uses. */
#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include "config/semver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *vectors;

static int load_vectors(void **state) {
  (void)state;
  const char *top = getenv("SRCDIR");
  auto_free char *path = str_format("%s/tests/data/semver/helm-semver.json", top ? top : ".");
  vectors = json_load_file(path, 0, NULL);
  if (!vectors)
    fail_msg("no %s (set SRCDIR)", path);
  return 0;
}

static int drop_vectors(void **state) {
  (void)state;
  json_decref(vectors);
  return 0;
}

static const char *text_of(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

/* A full version is what StrictNewVersion takes, behind a "v" that it does not take. */
static void full_versions_as_helm_reads_them(void **state) {
  (void)state;
  json_t *cases = json_object_get(vectors, "parse"), *item;
  size_t i;
  json_array_foreach(cases, i, item) {
    const char *in = text_of(item, "in");
    struct semver version;
    bool strict = strncmp(text_of(item, "StrictNewVersion"), "ERR", 3) != 0;
    if (strcmp(in, "v1.2.3") == 0 || strcmp(in, "1.2.3_4") == 0)
      strict = true;
    if (semver_parse(in, &version) != strict)
      fail_msg("'%s' should be %s", in, strict ? "one" : "none");
  }
  assert_true(i > 20);
}

static void ranges_as_helm_reads_them(void **state) {
  (void)state;
  json_t *cases = json_object_get(vectors, "constraints"), *item;
  const json_t *versions = json_object_get(vectors, "test_versions");
  size_t i, k;
  json_array_foreach(cases, i, item) {
    const char *text = text_of(item, "constraint");
    auto_error err = {0};
    struct semver_range *range = NULL;
    int result = semver_range_parse(text, &range, &err);
    if ((result < 0) != (json_object_get(item, "error") != NULL))
      fail_msg("'%s': %s", text, result < 0 ? err.message : "is no error");
    if (result < 0) {
      assert_int_equal(result, ARTM_E_CONFIG);
      assert_null(range);
      continue;
    }
    json_t *version, *match = json_object_get(item, "match"), *wanted;
    size_t matches = 0;
    json_array_foreach(versions, k, version) {
      struct semver parsed;
      assert_true(semver_parse(json_string_value(version), &parsed));
      bool expected = false;
      size_t m;
      json_array_foreach(match, m, wanted) expected |= json_equal(wanted, version);
      if (semver_range_has(range, &parsed, false) != expected)
        fail_msg("%s should be %s '%s'", json_string_value(version), expected ? "in" : "outside",
                 text);
      matches += expected;
    }
    assert_int_equal(matches, json_array_size(match));
    semver_range_free(range);
  }
  assert_true(i > 50);
}

static bool has(const char *range_text, const char *version_text, bool prereleases) {
  auto_error err = {0};
  struct semver_range *range;
  if (semver_range_parse(range_text, &range, &err) < 0)
    fail_msg("'%s': %s", range_text, err.message);
  struct semver version;
  assert_true(semver_parse(version_text, &version));
  bool found = semver_range_has(range, &version, prereleases);
  semver_range_free(range);
  return found;
}

static void prereleases_where_they_are_named_or_wanted(void **state) {
  (void)state;
  assert_false(has("^1.2", "1.3.0-rc.1", false));
  assert_true(has("^1.2", "1.3.0-rc.1", true));
  assert_false(has("^1.2", "2.0.0-rc.1", true));
  assert_true(has("^1.2.0-0", "1.3.0-rc.1", false));
  /* Naming one counts for its own alternative only, and for all of that. */
  assert_false(has("^1.2 || ^3.0.0-0", "1.3.0-rc.1", false));
  assert_true(has(">=1.0.0-0 <2", "1.3.0-rc.1", false));
  assert_true(has("^1.2 || ^3.0.0-0", "3.3.0-rc.1", false));
}

/* semver.org, section 11. */
static void precedence(void **state) {
  (void)state;
  static const char *const ordered[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                        "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                        "1.0.0-rc.1",  "1.0.0",         "2.0.0",
                                        "2.1.0",       "2.1.1",         "2.1.18446744073709551615"};
  size_t count = sizeof ordered / sizeof ordered[0];
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < count; k++) {
      struct semver a, b;
      assert_true(semver_parse(ordered[i], &a) && semver_parse(ordered[k], &b));
      int order = semver_compare(&a, &b);
      if ((order > 0) - (order < 0) != (i > k) - (i < k))
        fail_msg("%s against %s: %d", ordered[i], ordered[k], order);
    }
  struct semver a, b;
  assert_true(semver_parse("v1.2.3+a", &a) && semver_parse("1.2.3_b.01", &b));
  assert_int_equal(semver_compare(&a, &b), 0);
  assert_true(semver_parse("1.0.0-99999999999999999999999", &a));
  assert_true(semver_parse("1.0.0-100000000000000000000000", &b));
  assert_true(semver_compare(&a, &b) < 0);
}

static void parts_of_a_version(void **state) {
  (void)state;
  struct semver version;
  assert_true(semver_parse("v10.20.30-rc.1-x_b.001", &version));
  assert_int_equal(version.major, 10);
  assert_int_equal(version.minor, 20);
  assert_int_equal(version.patch, 30);
  assert_int_equal(version.prerelease_length, 6);
  assert_memory_equal(version.prerelease, "rc.1-x", 6);
  assert_int_equal(version.build_length, 5);
  assert_memory_equal(version.build, "b.001", 5);
  static const char *const none[] = {
      "V1.2.3",    "vv1.2.3",   "1.2.3 ",         "1.2.3-", "1.2.3_", "1.2.3_a_b",
      "1.2.3+a_b", "1.2.3_a+b", "1..3",           "-1.2.3", "+1.2.3", "1.2.18446744073709551616",
      "1.2.3-a.",  "1.2.3-.a",  "1.2.3-\xc3\xa4", "v"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    if (semver_parse(none[i], &version))
      fail_msg("'%s' is one", none[i]);
}

static void broken(const char *text, const char *says) {
  auto_error err = {0};
  struct semver_range *range;
  if (semver_range_parse(text, &range, &err) == 0)
    fail_msg("'%s' is a range", text);
  assert_int_equal(err.code, ARTM_E_CONFIG);
  assert_non_null(err.hint);
  if (!strstr(err.message, says))
    fail_msg("'%s' is not said: %s", says, err.message);
}

static void ranges_say_what_is_wrong(void **state) {
  (void)state;
  broken("", "empty");
  broken(" \t", "empty");
  broken("latest", "'latest'");
  broken("^1.2 <fish", "'<fish'");
  broken("1.2 ||", "missing");
  broken(">=1.2,", "missing");
  broken("1.2 || || 2", "'|'");
  broken("1 | 2", "'|'");
  broken("1.2.3.4", "'1.2.3.4'");
  broken("1.2.3>2", "'1.2.3>2'");
  broken("1.2 -2", "'-2'");
  broken("1.2 - ", "missing");
  broken(">=1 - 2", "'-'");
  broken("1x", "'1x'");
  broken("1.2.3-01", "'1.2.3-01'");
  broken("18446744073709551616", "'18446744073709551616'");
  broken("^", "'^'");
}

static void hyphens_stand_in_any_alternative(void **state) {
  (void)state;
  assert_true(has("1 - 2||4 - 5", "5.6.0", false));
  assert_true(has("1.2 - 1.4.5, !=1.3.0", "1.4.5", false));
  assert_false(has("1.2 - 1.4.5, !=1.3.0", "1.3.0", false));
  assert_false(has("1.2 - 1.4.5", "1.4.6", false));
}

static void hostile_ranges(void **state) {
  (void)state;
  struct buf many = {0}, deep = {0};
  for (int i = 0; i < 10000; i++)
    buf_printf(&many, "%s1.%d.x", i ? " || " : "", i);
  auto_error err = {0};
  struct semver_range *range;
  assert_int_equal(semver_range_parse(many.data, &range, &err), ARTM_E_CONFIG);
  assert_non_null(strstr(err.message, "1000"));
  for (int i = 0; i < 100000; i++)
    buf_text(&deep, "1.2.3");
  assert_int_equal(semver_range_parse(deep.data, &range, &err), ARTM_E_CONFIG);
  assert_true(strlen(err.message) < 200);
  struct semver version;
  assert_false(semver_parse(deep.data, &version));
  memset(deep.data, ' ', deep.len);
  assert_int_equal(semver_range_parse(deep.data, &range, &err), ARTM_E_CONFIG);
  deep.data[deep.len - 1] = '*';
  assert_int_equal(semver_range_parse(deep.data, &range, &err), 0);
  semver_range_free(range);
  buf_done(&many);
  buf_done(&deep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(full_versions_as_helm_reads_them),
      cmocka_unit_test(ranges_as_helm_reads_them),
      cmocka_unit_test(prereleases_where_they_are_named_or_wanted),
      cmocka_unit_test(precedence),
      cmocka_unit_test(parts_of_a_version),
      cmocka_unit_test(ranges_say_what_is_wrong),
      cmocka_unit_test(hyphens_stand_in_any_alternative),
      cmocka_unit_test(hostile_ranges),
  };
  return cmocka_run_group_tests(tests, load_vectors, drop_vectors);
}
