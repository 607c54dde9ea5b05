/* SPDX-License-Identifier: Apache-2.0 */
/* --select, --image and their variables. */
#include "unit/matrix_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char config[] = "images:\n"
                             "  - {name: a/nginx, source_registry: r, versions: ['1.26', '1.27']}\n"
                             "  - {name: a/vault, source_registry: r, versions: ['1.27']}\n"
                             "files:\n"
                             "  - {name: paper, versions: ['1']}\n";

static int enter(void **state) {
  struct fixture *f = mem_alloc(sizeof *f);
  unsetenv("TARGET_IMAGE");
  unsetenv("TARGET_FILE");
  fixture_load(f, config);
  *state = f;
  return f->problems.count == 0 ? 0 : -1;
}

static int leave(void **state) {
  fixture_done(*state);
  free(*state);
  return 0;
}

/* How many rows a selection of one text has. */
static size_t selected(struct fixture *f, const char *section, const char *text) {
  struct selection selection = {0};
  struct matrix matrix = {0};
  auto_error err = {0};
  assert_int_equal(selection_add(&selection, section, text, f->schemas, 2, &err), 0);
  assert_int_equal(selection_check(&selection, &f->entries, &err), 0);
  matrix_select(&f->matrix, &selection, NULL, &matrix);
  size_t count = matrix.count;
  matrix_done(&matrix);
  selection_done(&selection);
  return count;
}

static void selects_by_name_version_and_glob(void **state) {
  struct fixture *f = *state;
  assert_int_equal(selected(f, "images", "a/nginx"), 2);
  assert_int_equal(selected(f, "images", "a/nginx@1.27"), 1);
  assert_int_equal(selected(f, "images", "*@1.27"), 2);
  assert_int_equal(selected(f, "images", "a/*"), 3);
  assert_int_equal(selected(f, NULL, "files=paper"), 1);
  assert_int_equal(selected(f, NULL, "images=*/vault@*"), 1);
  assert_int_equal(selected(f, "images", ""), 4); /* empty: everything */
  assert_int_equal(selected(f, NULL, ""), 4);
}

static void unite(void **state) {
  struct fixture *f = *state;
  struct selection selection = {0};
  struct matrix matrix = {0};
  auto_error err = {0};
  selection_add(&selection, "images", "a/vault", f->schemas, 2, &err);
  selection_add(&selection, NULL, "files=*", f->schemas, 2, &err);
  matrix_select(&f->matrix, &selection, NULL, &matrix);
  assert_int_equal(matrix.count, 2);
  matrix_done(&matrix);
  selection_done(&selection);
}

static void fails(struct fixture *f, const char *section, const char *text, const char *words) {
  struct selection selection = {0};
  auto_error err = {0};
  int result = selection_add(&selection, section, text, f->schemas, 2, &err);
  if (result == 0)
    result = selection_check(&selection, &f->entries, &err);
  assert_int_equal(result, ARTM_E_CONFIG);
  if (strstr(err.message, words) == NULL && (err.hint == NULL || strstr(err.hint, words) == NULL))
    fail_msg("'%s' is not in '%s'", words, err.message);
  selection_done(&selection);
}

static void nothing_matching_lists_what_there_is(void **state) {
  struct fixture *f = *state;
  fails(f, "images", "a/ngnix", "a/nginx, a/vault");
  fails(f, "images", "a/ngnix", "did you mean 'a/nginx'");
  fails(f, "images", "a/nginx@1.28", "1.26, 1.27");
  fails(f, NULL, "imgaes=a", "did you mean 'images'");
  fails(f, NULL, "a/nginx", "SECTION=NAME");
  fails(f, NULL, "=a", "SECTION=NAME");
  fails(f, NULL, "images=", "SECTION=NAME");
  fails(f, NULL, "images=@1", "SECTION=NAME");
}

static void variables_count_where_no_flag_selects(void **state) {
  struct fixture *f = *state;
  struct selection selection = {0};
  auto_error err = {0};
  setenv("TARGET_IMAGE", "a/vault", 1);
  setenv("TARGET_FILE", "", 1);
  assert_int_equal(selection_from_environment(&selection, f->schemas, 2, &err), 0);
  assert_int_equal(selection.count, 1);
  assert_string_equal(selection.items[0].spelled, "TARGET_IMAGE=a/vault");
  selection_done(&selection);
  selection_add(&selection, "images", "a/nginx", f->schemas, 2, &err);
  assert_int_equal(selection_from_environment(&selection, f->schemas, 2, &err), 0);
  assert_int_equal(selection.count, 1);
  selection_done(&selection);
  unsetenv("TARGET_IMAGE");
  unsetenv("TARGET_FILE");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(selects_by_name_version_and_glob, enter, leave),
      cmocka_unit_test_setup_teardown(unite, enter, leave),
      cmocka_unit_test_setup_teardown(nothing_matching_lists_what_there_is, enter, leave),
      cmocka_unit_test_setup_teardown(variables_count_where_no_flag_selects, enter, leave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
