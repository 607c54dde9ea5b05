/* SPDX-License-Identifier: Apache-2.0 */
/* base/error.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/memory.h"
#include <string.h>

static void test_set_replaces(void **state) {
  (void)state;
  auto_error err = {0};
  assert_int_equal(error_set(&err, ARTM_E_AUTH, "no %s", "password"), ARTM_E_AUTH);
  assert_int_equal(error_hint(&err, "log in"), ARTM_E_AUTH);
  assert_int_equal(error_where(&err, "%s", "registry.example"), ARTM_E_AUTH);
  assert_string_equal(err.message, "no password");
  assert_int_equal(error_set(&err, ARTM_E_LOCAL, "again: %s", err.message), ARTM_E_LOCAL);
  assert_string_equal(err.message, "again: no password");
  assert_null(err.hint);
  assert_null(err.where);
}

static void test_wrap_keeps_the_rest(void **state) {
  (void)state;
  auto_error err = {0};
  error_set(&err, ARTM_E_NETWORK, "reset");
  error_hint(&err, "try again");
  assert_int_equal(error_wrap(&err, "blob %d", 3), ARTM_E_NETWORK);
  assert_string_equal(err.message, "blob 3: reset");
  assert_string_equal(err.hint, "try again");
}

static void test_move(void **state) {
  (void)state;
  auto_error from = {0}, to = {0};
  error_set(&to, ARTM_E_AUTH, "old");
  error_hint(&to, "old hint");
  error_set(&from, ARTM_E_DIGEST, "new");
  assert_int_equal(error_move(&to, &from), ARTM_E_DIGEST);
  assert_string_equal(to.message, "new");
  assert_null(to.hint);
  assert_int_equal(from.code, 0);
  assert_null(from.message);
}

static void test_copy_abi_takes_what_the_plugin_knew(void **state) {
  (void)state;
  auto_error err = {0};
  /* Built with a struct that ended before "hint". */
  struct artm_error record = {.struct_size = offsetof(struct artm_error, hint),
                              .code = ARTM_E_RATE_LIMIT,
                              .retry_after_ms = 1500,
                              .message = "slow down",
                              .hint = (const char *)1,
                              .where = (const char *)1};
  assert_int_equal(error_copy_abi(&err, &record), ARTM_E_RATE_LIMIT);
  assert_string_equal(err.message, "slow down");
  assert_int_equal(err.retry_after_ms, 1500);
  assert_null(err.hint);
}

static void test_copy_abi_of_nonsense_is_internal(void **state) {
  (void)state;
  auto_error err = {0};
  struct artm_error record = {.struct_size = sizeof record, .code = 7};
  assert_int_equal(error_copy_abi(&err, &record), ARTM_E_INTERNAL);
  assert_non_null(err.message);
}

static void test_done_twice(void **state) {
  (void)state;
  struct error err = {0};
  error_done(NULL);
  error_set(&err, ARTM_E_LOCAL, "x");
  error_done(&err);
  error_done(&err);
  assert_int_equal(err.code, 0);
}

static void test_names(void **state) {
  (void)state;
  assert_string_equal(error_code_name(ARTM_E_NOT_FOUND), "not found");
  assert_string_equal(error_code_name(ARTM_E_BLOB_UNKNOWN), "blob unknown");
  assert_string_equal(error_code_name(-4711), "internal");
  assert_string_equal(error_code_name(INT32_MIN), "internal");
  assert_string_equal(error_code_name(1), "internal");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_set_replaces),
      cmocka_unit_test(test_wrap_keeps_the_rest),
      cmocka_unit_test(test_move),
      cmocka_unit_test(test_copy_abi_takes_what_the_plugin_knew),
      cmocka_unit_test(test_copy_abi_of_nonsense_is_internal),
      cmocka_unit_test(test_done_twice),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
