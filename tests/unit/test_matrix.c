/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix: rows in file order, JSON as the original's, duplicates and collisions. */
#include "unit/matrix_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void json_is(const char *config, size_t schema, const char *expected) {
  struct fixture f;
  auto_buf out = {0};
  fixture_load(&f, config);
  assert_int_equal(f.problems.count, 0);
  matrix_section_json(&f.matrix, &f.schemas[schema], &out);
  assert_string_equal(out.data, expected);
  fixture_done(&f);
}

static void prints_the_originals_matrix(void **state) {
  (void)state;
  json_is("images:\n"
          "  - name: 'hashicorp/vault'\n"
          "    versions: ['1.19.0', '1.19.5']\n"
          "    source_registry: 'docker.io'\n"
          "    platforms: [\"linux/amd64\"]\n"
          "  - name: 'library/nginx'\n"
          "    versions: ['1.27']\n"
          "    source_registry: 'docker.io'\n",
          0,
          "[{\"name\":\"hashicorp/vault\",\"source_registry\":\"docker.io\","
          "\"version\":\"1.19.0\",\"platforms\":[\"linux/amd64\"]},"
          "{\"name\":\"hashicorp/vault\",\"source_registry\":\"docker.io\","
          "\"version\":\"1.19.5\",\"platforms\":[\"linux/amd64\"]},"
          "{\"name\":\"library/nginx\",\"source_registry\":\"docker.io\",\"version\":\"1.27\","
          "\"platforms\":[\"linux/amd64\",\"linux/arm64\"]}]");
}

static void prints_every_type(void **state) {
  (void)state;
  json_is("files:\n  - {name: a, versions: ['1'], big: true, depth: 7, labels: {k: v, l: w}}\n", 1,
          "[{\"name\":\"a\",\"version\":\"1\",\"big\":true,\"depth\":7,"
          "\"labels\":{\"k\":\"v\",\"l\":\"w\"}}]");
  json_is("files:\n  - {name: a, versions: ['1']}\n", 1,
          "[{\"name\":\"a\",\"version\":\"1\",\"big\":false,\"depth\":null,\"labels\":null}]");
  json_is("files:\n  - {name: a, versions: ['1']}\n", 0, "[]");
}

static void escapes_strings(void **state) {
  (void)state;
  json_is("files:\n"
          "  - {name: a, versions: ['1'], labels: {\"q\\\"\": \"\\t\\\\\\x01é\"}}\n",
          1,
          "[{\"name\":\"a\",\"version\":\"1\",\"big\":false,\"depth\":null,"
          "\"labels\":{\"q\\\"\":\"\\t\\\\\\u0001é\"}}]");
}

static void a_pin_shows_its_tag_or_its_digest(void **state) {
  (void)state;
#define DIGEST "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  json_is("files:\n  - {name: a, versions: [{tag: '1', digest: '" DIGEST "'}, '" DIGEST "']}\n", 1,
          "[{\"name\":\"a\",\"version\":\"1\",\"big\":false,\"depth\":null,\"labels\":null},"
          "{\"name\":\"a\",\"version\":\"" DIGEST "\",\"big\":false,\"depth\":null,"
          "\"labels\":null}]");
}

static void a_row_listed_twice_is_a_duplicate(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "files:\n  - {name: a, versions: ['1', '2', '1']}\n");
  const struct problem *problem = only_problem(&f, "duplicate");
  assert_non_null(problem);
  assert_int_equal(problem->column, 36);
  assert_non_null(strstr(problem->hint, "test.yaml:2:26"));
  fixture_done(&f);
  fixture_load(&f, "files:\n"
                   "  - {name: a, versions: ['1']}\n"
                   "  - {name: b, versions: ['1']}\n"
                   "  - {name: a, versions: ['2', '1']}\n");
  problem = only_problem(&f, "duplicate");
  assert_non_null(problem);
  assert_int_equal(problem->line, 4);
  fixture_done(&f);
}

static void one_destination_for_two_sources_is_a_collision(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - {name: a, source_registry: one.example, versions: ['1']}\n"
                   "  - {name: a, source_registry: two.example, versions: ['1']}\n");
  assert_int_equal(f.problems.errors, 2);
  for (size_t i = 0; i < 2; i++) {
    assert_string_equal(f.problems.items[i].code, "collision");
    assert_int_equal(f.problems.items[i].line, 2 + i);
  }
  assert_non_null(strstr(f.problems.items[0].message, "test.yaml:3:"));
  fixture_done(&f);
  fixture_load(&f, "images:\n  - {name: a, source_registry: r, versions: ['1+2', '1_2']}\n");
  assert_int_equal(f.problems.errors, 2);
  fixture_done(&f);
  fixture_load(&f, "images:\n  - {name: files/a, source_registry: r, versions: ['1']}\n"
                   "files:\n  - {name: a, versions: ['1']}\n");
  assert_int_equal(f.problems.errors, 2);
  fixture_done(&f);
}

static void entries_with_one_list_collide_as_others(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - {name: a, source_registry: r, versions: &v ['1'], destination: 'x:y'}\n"
                   "  - {name: b, source_registry: r, versions: *v, destination: 'x:y'}\n");
  assert_int_equal(f.problems.errors, 2);
  assert_non_null(strstr(f.problems.items[1].message, "'b' 1 has the same destination as 'a' 1"));
  fixture_done(&f);
}

static void other_platforms_or_pins_collide_too(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - {name: a, source_registry: r, versions: ['1'], platforms: [linux/amd64]}\n"
                   "  - {name: a, source_registry: r, versions: ['1']}\n");
  assert_int_equal(f.problems.errors, 2);
  assert_string_equal(f.problems.items[0].code, "collision");
  fixture_done(&f);
}

static void jobs_for_different_targets_do_not_collide(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "targets: [{id: x, type: t}, {id: y, type: t}]\n"
                   "images:\n"
                   "  - {name: a, source_registry: one, versions: ['1'], targets: [x]}\n"
                   "  - {name: a, source_registry: two, versions: ['1'], targets: [y]}\n");
  assert_int_equal(f.problems.count, 0);
  fixture_done(&f);
  fixture_load(&f, "targets: [{id: x, type: t}, {id: y, type: t}]\n"
                   "images:\n"
                   "  - {name: a, source_registry: one, versions: ['1'], targets: [x]}\n"
                   "  - {name: a, source_registry: two, versions: ['1'], targets: [y, x]}\n");
  assert_int_equal(f.problems.errors, 2);
  fixture_done(&f);
}

static void the_table_shows_destinations(void **state) {
  (void)state;
  struct fixture f;
  auto_buf out = {0};
  fixture_load(&f, "files:\n  - {name: paper, versions: ['1', '2.0']}\n");
  matrix_table(&f.matrix, &out);
  assert_string_equal(out.data, "SECTION  NAME   VERSION  DESTINATION\n"
                                "files    paper  1        files/paper:1\n"
                                "files    paper  2.0      files/paper:2.0\n");
  fixture_done(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prints_the_originals_matrix),
      cmocka_unit_test(prints_every_type),
      cmocka_unit_test(escapes_strings),
      cmocka_unit_test(a_pin_shows_its_tag_or_its_digest),
      cmocka_unit_test(a_row_listed_twice_is_a_duplicate),
      cmocka_unit_test(one_destination_for_two_sources_is_a_collision),
      cmocka_unit_test(entries_with_one_list_collide_as_others),
      cmocka_unit_test(other_platforms_or_pins_collide_too),
      cmocka_unit_test(jobs_for_different_targets_do_not_collide),
      cmocka_unit_test(the_table_shows_destinations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
