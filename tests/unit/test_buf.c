/* SPDX-License-Identifier: Apache-2.0 */
/* base/buf.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include <stdint.h>
#include <string.h>

static void test_grows(void **state) {
  (void)state;
  auto_buf buf = {0};
  for (int i = 0; i < 10000; i++)
    assert_true(buf_printf(&buf, "%d,", i % 10));
  assert_int_equal(buf.len, 20000);
  assert_int_equal(strlen(buf.data), 20000);
  assert_memory_equal(buf.data + 19990, "5,6,7,8,9,", 11);
}

static void test_maximum_adds_nothing(void **state) {
  (void)state;
  auto_buf buf = {.max = 5};
  assert_true(buf_text(&buf, "abc"));
  assert_false(buf_text(&buf, "def"));
  assert_string_equal(buf.data, "abc");
  assert_true(buf_text(&buf, "de"));
  assert_false(buf_printf(&buf, "%s", "f"));
  assert_int_equal(buf.len, 5);
}

static void test_huge_length_is_refused(void **state) {
  (void)state;
  auto_buf buf = {0};
  buf_text(&buf, "x");
  assert_false(buf_add(&buf, "y", SIZE_MAX));
  assert_false(buf_add(&buf, "y", SIZE_MAX - 1));
  assert_string_equal(buf.data, "x");
}

static void test_take(void **state) {
  (void)state;
  auto_buf buf = {0};
  auto_free char *empty = buf_take(&buf);
  assert_string_equal(empty, "");
  buf_add(&buf, "a\0b", 3);
  assert_int_equal(buf.len, 3);
  auto_free char *text = buf_take(&buf);
  assert_memory_equal(text, "a\0b", 4);
  assert_int_equal(buf.len, 0);
  assert_null(buf.data);
}

static void test_empty_add_makes_data(void **state) {
  (void)state;
  auto_buf buf = {0};
  assert_true(buf_add(&buf, NULL, 0));
  assert_string_equal(buf.data, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_grows),
      cmocka_unit_test(test_maximum_adds_nothing),
      cmocka_unit_test(test_huge_length_is_refused),
      cmocka_unit_test(test_take),
      cmocka_unit_test(test_empty_add_makes_data),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
