/* SPDX-License-Identifier: Apache-2.0 */
/* oci/platform.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oci/platform.h"
#include <string.h>

static void test_parse_and_format(void **state) {
  (void)state;
  static const char *const good[] = {"linux/amd64", "linux/arm64/v8", "windows/amd64",
                                     "a/b_c/d.e-f"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    struct platform platform;
    char text[96];
    assert_true(platform_parse(good[i], &platform));
    platform_format(&platform, text);
    assert_string_equal(text, good[i]);
  }
}

static void test_parse_refuses(void **state) {
  (void)state;
  static const char *const bad[] = {"",
                                    "linux",
                                    "linux/",
                                    "/amd64",
                                    "linux/amd64/",
                                    "a/b/c/d",
                                    "Linux/amd64",
                                    "linux/amd 64",
                                    "linux//v8",
                                    "linux/amd64\n",
                                    "linux/a0123456789012345678901234567890123456789",
                                    "linux/arm64/v01234567890123456"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct platform platform = {.os = "untouched"};
    assert_false(platform_parse(bad[i], &platform));
    assert_string_equal(platform.os, "untouched");
  }
}

static void test_covers(void **state) {
  (void)state;
  static const struct {
    const char *wanted, *present;
    bool covers;
  } cases[] = {
      {"linux/amd64", "linux/amd64", true},     {"linux/amd64", "linux/amd64/v1", true},
      {"linux/amd64", "linux/amd64/v2", false}, {"linux/amd64/v2", "linux/amd64/v2", true},
      {"linux/amd64/v2", "linux/amd64", false}, {"linux/arm64", "linux/arm64", true},
      {"linux/arm64", "linux/arm64/v8", true},  {"linux/arm64/v8", "linux/arm64", true},
      {"linux/arm64", "linux/arm64/v9", false}, {"linux/arm", "linux/arm/v5", true},
      {"linux/arm", "linux/arm/v7", true},      {"linux/arm", "linux/arm", true},
      {"linux/arm/v7", "linux/arm/v6", false},  {"linux/arm/v7", "linux/arm", false},
      {"linux/arm", "linux/arm64", false},      {"linux/amd64", "windows/amd64", false},
      {"linux/s390x", "linux/s390x", true},     {"linux/s390x", "linux/s390x/z", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct platform wanted, present;
    assert_true(platform_parse(cases[i].wanted, &wanted));
    assert_true(platform_parse(cases[i].present, &present));
    assert_int_equal(platform_covers(&wanted, &present), cases[i].covers);
  }
}

static void test_unknown(void **state) {
  (void)state;
  struct platform platform;
  assert_true(platform_parse("unknown/unknown", &platform));
  assert_true(platform_is_unknown(&platform));
  assert_true(platform_parse("linux/unknown", &platform));
  assert_false(platform_is_unknown(&platform));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parse_and_format),
      cmocka_unit_test(test_parse_refuses),
      cmocka_unit_test(test_covers),
      cmocka_unit_test(test_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
