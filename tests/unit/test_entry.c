/* SPDX-License-Identifier: Apache-2.0 */
/* Reading entries: versions, platforms, and what entry, defaults and top level decide. */
#include "unit/matrix_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE "  - {name: a, source_registry: r.example, versions: ['1']"

static void reads_versions_and_pins(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - name: a/b\n"
                   "    source_registry: r.example\n"
                   "    versions:\n"
                   "      - '1.0'\n"
                   "      - {tag: '1.1', digest: 'sha256:"
                   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}\n"
                   "      - 'sha256:"
                   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n"
                   "    platforms: ['linux/arm/v7']\n");
  assert_int_equal(f.problems.count, 0);
  assert_int_equal(f.entries.count, 1);
  const struct entry *entry = &f.entries.items[0];
  assert_int_equal(entry->version_count, 3);
  assert_string_equal(entry->name, "a/b");
  assert_string_equal(entry->versions[0].text, "1.0");
  assert_null(entry->versions[0].digest);
  assert_string_equal(entry->versions[1].text, "1.1");
  assert_non_null(entry->versions[1].digest);
  assert_null(entry->versions[2].text);
  assert_int_equal(entry->platform_count, 1);
  assert_string_equal(entry->platforms[0].variant, "v7");
  assert_null(f.matrix.rows[2].tag);
  fixture_done(&f);
}

static void entry_beats_defaults_beats_top_level_beats_plugin(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "on_change: fail\n"
                   "index: sparse\n"
                   "defaults: {images: {on_change: keep, index: verbatim}}\n"
                   "images:\n" IMAGE ", on_change: update, index: filtered}\n"
                   "  - {name: b, source_registry: r.example, versions: ['1']}\n"
                   "files:\n"
                   "  - {name: a, versions: ['1']}\n");
  assert_int_equal(f.problems.count, 0);
  assert_int_equal(f.entries.items[0].on_change, ARTM_ON_CHANGE_UPDATE);
  assert_int_equal(f.entries.items[0].index, INDEX_FILTERED);
  assert_int_equal(f.entries.items[1].on_change, ARTM_ON_CHANGE_KEEP);
  assert_int_equal(f.entries.items[1].index, INDEX_VERBATIM);
  assert_int_equal(f.entries.items[2].on_change, ARTM_ON_CHANGE_FAIL);
  assert_int_equal(f.entries.items[2].index, INDEX_SPARSE);
  fixture_done(&f);
  fixture_load(&f, "files:\n  - {name: a, versions: ['1']}\n");
  assert_int_equal(f.entries.items[0].on_change, ARTM_ON_CHANGE_KEEP);
  assert_int_equal(f.entries.items[0].index, INDEX_FILTERED);
  fixture_done(&f);
}

static void referrers_of_entry_defaults_and_top_level(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "referrers: {artifact_types: ['a/b', 'c/*']}\n"
                   "defaults: {images: {referrers: true}}\n"
                   "images:\n" IMAGE ", referrers: false, allow_empty: true}\n"
                   "  - {name: b, source_registry: r.example, versions: ['1']}\n"
                   "files:\n"
                   "  - {name: a, versions: ['1']}\n");
  assert_int_equal(f.problems.count, 0);
  assert_false(f.entries.items[0].referrers.wanted);
  assert_true(f.entries.items[0].allow_empty);
  assert_true(f.entries.items[1].referrers.wanted);
  assert_int_equal(f.entries.items[1].referrers.type_count, 0);
  assert_false(f.entries.items[1].allow_empty);
  assert_true(f.entries.items[2].referrers.wanted);
  assert_int_equal(f.entries.items[2].referrers.type_count, 2);
  assert_string_equal(f.entries.items[2].referrers.types[1], "c/*");
  fixture_done(&f);
  fixture_load(&f, "images:\n" IMAGE "}\n" IMAGE ", referrers: {types: ['a/b']}}\n");
  assert_false(f.entries.items[0].referrers.wanted);
  assert_false(f.entries.items[1].referrers.wanted);
  fixture_done(&f);
}

static void a_bad_name_is_one_problem(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n  - {name: -1, source_registry: r.example, versions: ['1']}\n");
  assert_non_null(only_problem(&f, "wrong-type"));
  fixture_done(&f);
}

static void defaults_fill_required_fields(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "defaults: {images: {source_registry: r.example, platforms: ['linux/amd64']}}\n"
                   "images:\n  - {name: a, versions: ['1']}\n");
  assert_int_equal(f.problems.count, 0);
  assert_int_equal(f.entries.items[0].platform_count, 1);
  fixture_done(&f);
}

static void names_every_bad_platform(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n" IMAGE ", platforms: ['linux', 'linux/amd64', 'Linux/ARM']}\n");
  assert_int_equal(f.problems.errors, 2);
  for (size_t i = 0; i < 2; i++)
    assert_string_equal(f.problems.items[i].code, "bad-platform");
  assert_int_equal(f.problems.items[0].line, 2);
  assert_int_equal(f.entries.items[0].platform_count, 1);
  fixture_done(&f);
}

static void finds_everything_that_is_wrong(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - {name: a, versions: ['1']}\n"
                   "  - {name: b, source_registry: r.example, versions: []}\n"
                   "  - {name: c, source_registry: r.example, versions: [1.20]}\n"
                   "  - {name: d, source_registry: r.example, version: ['1']}\n");
  /* missing source_registry, empty list, number, unknown key and missing versions */
  assert_int_equal(f.problems.errors, 5);
  for (uint32_t line = 2; line <= 5; line++) {
    bool found = false;
    for (size_t i = 0; i < f.problems.count; i++)
      found = found || f.problems.items[i].line == line;
    assert_true(found);
  }
  fixture_done(&f);
}

static void entries_may_only_name_known_targets(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "targets: [{id: first, type: t}, {id: second, type: t}]\n"
                   "images:\n" IMAGE ", targets: [second]}\n");
  assert_int_equal(f.problems.count, 0);
  assert_int_equal(f.entries.items[0].target_count, 1);
  assert_string_equal(f.entries.items[0].targets[0], "second");
  fixture_done(&f);
  fixture_load(&f, "targets: [{id: first, type: t}]\n"
                   "images:\n" IMAGE ", targets: [frist]}\n");
  const struct problem *problem = only_problem(&f, "unknown-target");
  assert_non_null(problem);
  assert_non_null(strstr(problem->hint, "first"));
  fixture_done(&f);
}

static void hostile_entries_do_no_harm(void **state) {
  (void)state;
  static const char *const texts[] = {
      "images: 5\n",
      "images: [5, [], {}, null]\n",
      "images:\n  - {name: [], source_registry: {}, versions: {}, platforms: 1}\n",
      "images:\n  - {name: null, source_registry: null, versions: null, destination: []}\n",
      "images:\n  - {name: {}, versions: [[], {}, null, 1], targets: [{}], on_change: 7}\n",
      "defaults: {images: [1]}\nimages:\n  - {name: a, versions: ['1']}\n",
      "defaults: 3\nimages: {}\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct fixture f;
    fixture_load(&f, texts[i]);
    assert_true(f.problems.errors > 0);
    fixture_done(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_versions_and_pins),
      cmocka_unit_test(entry_beats_defaults_beats_top_level_beats_plugin),
      cmocka_unit_test(referrers_of_entry_defaults_and_top_level),
      cmocka_unit_test(a_bad_name_is_one_problem),
      cmocka_unit_test(defaults_fill_required_fields),
      cmocka_unit_test(names_every_bad_platform),
      cmocka_unit_test(finds_everything_that_is_wrong),
      cmocka_unit_test(entries_may_only_name_known_targets),
      cmocka_unit_test(hostile_entries_do_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
