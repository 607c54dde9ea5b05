/* SPDX-License-Identifier: Apache-2.0 */
/* base/clock.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include <stdlib.h>

static void check_format(int64_t ms, const char *expected) {
  auto_free char *text = clock_format(ms);
  assert_string_equal(text, expected);
}

/* Expected values: date -u -d @SECONDS. */
static void test_format(void **state) {
  (void)state;
  check_format(0, "1970-01-01T00:00:00.000Z");
  check_format(1795500307123, "2026-11-24T06:05:07.123Z");
  check_format(-1, "1969-12-31T23:59:59.999Z");
  check_format(951782400000, "2000-02-29T00:00:00.000Z");
  auto_free char *extreme = clock_format(INT64_MAX);
  assert_non_null(extreme);
}

/* The examples of RFC 9110 section 5.6.7, three spellings of 784111777. */
static void test_http_dates(void **state) {
  (void)state;
  static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                     "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
  for (size_t i = 0; i < 3; i++) {
    int64_t seconds = 0;
    assert_true(clock_parse_http_date(same[i], &seconds));
    assert_int_equal(seconds, 784111777);
  }
  int64_t seconds = 0;
  assert_true(clock_parse_http_date("Wed Nov 16 08:49:37 1994", &seconds));
  assert_int_equal(seconds, 784975777);
}

static void test_bad_http_dates(void **state) {
  (void)state;
  static const char *const bad[] = {"",
                                    "120",
                                    "Sun, 06 Nov 1994 08:49:37",
                                    "Sun, 06 Nov 1994 08:49:37 CET",
                                    "Sun, 06 Nov 1994 08:49:37 GMT ",
                                    "Sun, 6 Nov 1994 08:49:37 GMT",
                                    "Sun, 06 Foo 1994 08:49:37 GMT",
                                    "Sun, 06 nov 1994 08:49:37 GMT",
                                    "Sun, 00 Nov 1994 08:49:37 GMT",
                                    "Sun, 32 Nov 1994 08:49:37 GMT",
                                    "Sun, 06 Nov 1994 24:49:37 GMT",
                                    "Sun, 06 Nov -994 08:49:37 GMT",
                                    "Sun, 06-Nov-94 08:49:37 GMT"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    int64_t seconds = 5;
    assert_false(clock_parse_http_date(bad[i], &seconds));
    assert_int_equal(seconds, 5);
  }
}

static void test_monotonic(void **state) {
  (void)state;
  uint64_t before = clock_now_ms();
  assert_true(clock_now_ms() >= before);
  assert_true(clock_wall_ms() > 1700000000000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_format),
      cmocka_unit_test(test_http_dates),
      cmocka_unit_test(test_bad_http_dates),
      cmocka_unit_test(test_monotonic),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
