/* SPDX-License-Identifier: Apache-2.0 */
/* base/text.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include <string.h>

static void test_strings(void **state) {
  (void)state;
  auto_strings list = {0};
  for (int i = 0; i < 100; i++)
    strings_add_taken(&list, str_format("%d", i));
  strings_add(&list, "x");
  assert_int_equal(list.count, 101);
  assert_true(strings_has(&list, "42"));
  assert_false(strings_has(&list, "100"));
}

static void test_compare(void **state) {
  (void)state;
  assert_true(text_equal(NULL, NULL));
  assert_false(text_equal(NULL, ""));
  assert_true(text_starts("abc", "ab"));
  assert_false(text_starts("a", "ab"));
  assert_true(text_ends("abc", "bc"));
  assert_false(text_ends("c", "bc"));
  auto_free char *lower = text_lower("AbC\xc3\x84Z");
  assert_string_equal(lower, "abc\xc3\x84z");
}

static void test_nearest(void **state) {
  (void)state;
  static const char *const keys[] = {"name", "versions", "platforms", "source_registry"};
  assert_string_equal(text_nearest("verions", keys, 4), "versions");
  assert_string_equal(text_nearest("Platform", keys, 4), "platforms");
  assert_string_equal(text_nearest("naem", keys, 4), "name");
  assert_null(text_nearest("registry_source", keys, 4));
  assert_null(text_nearest("colour", keys, 4));
  assert_null(text_nearest("", keys, 4));
  auto_free char *longer = mem_alloc(100001);
  memset(longer, 'n', 100000);
  assert_null(text_nearest(longer, keys, 4));
}

static void check_escaped(const char *text, const char *expected) {
  auto_free char *escaped = text_escaped(text);
  assert_string_equal(escaped, expected);
}

static void test_escape(void **state) {
  (void)state;
  check_escaped("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", /* a umlaut, euro, emoji */
                "plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  check_escaped("\033[31mred\a\r\n\t\x7f", "\\x1b[31mred\\x07\\x0d\\x0a\\x09\\x7f");
  check_escaped("\xc2\x9b", "\\xc2\\x9b");                   /* U+009B, CSI in one character */
  check_escaped("\xc2\xa0", "\xc2\xa0");                     /* U+00A0 is the first after C1 */
  check_escaped("\xe2\x80\xae", "\\xe2\\x80\\xae");          /* U+202E, right to left */
  check_escaped("\xe2\x81\xa6", "\\xe2\\x81\\xa6");          /* U+2066 */
  check_escaped("\xe2\x80\xa8", "\\xe2\\x80\\xa8");          /* U+2028, line separator */
  check_escaped("\x9b\xff\xc3(", "\\x9b\\xff\\xc3(");        /* no UTF-8 at all */
  check_escaped("\xc0\x9b", "\\xc0\\x9b");                   /* overlong ESC */
  check_escaped("\xe0\x80\x9b", "\\xe0\\x80\\x9b");          /* overlong */
  check_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
  check_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
  check_escaped("\xe2\x82", "\\xe2\\x82");                   /* cut short */
}

static void test_escape_limits(void **state) {
  (void)state;
  auto_buf out = {0};
  text_escape(&out, "abcdef", -1, 3);
  assert_string_equal(out.data, "abc...");
  out.len = 0;
  text_escape(&out, "ab\xe2\x82\xac", -1, 4);
  assert_string_equal(out.data, "ab...");
  out.len = 0;
  text_escape(&out, "a\0b", 3, 10);
  assert_string_equal(out.data, "a\\x00b");
  out.len = 0;
  text_escape(&out, "abc", -1, 3);
  assert_string_equal(out.data, "abc");
}

static void test_size(void **state) {
  (void)state;
  static const struct {
    uint64_t bytes;
    const char *text;
  } cases[] = {{0, "0 B"},           {999, "999 B"},     {1000, "1.0 kB"}, {1500000000, "1.5 GB"},
               {999949, "999.9 kB"}, {999950, "1.0 MB"}, {312, "312 B"},   {UINT64_MAX, "18.4 EB"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_free char *text = text_size(cases[i].bytes);
    assert_string_equal(text, cases[i].text);
  }
}

static void test_duration(void **state) {
  (void)state;
  static const struct {
    uint64_t ms;
    const char *text;
  } cases[] = {{0, "0.0s"},       {1234, "1.2s"},     {59940, "59.9s"},   {59960, "1m00s"},
               {184000, "3m04s"}, {3599600, "1h00m"}, {7260000, "2h01m"}, {90000000, "25h00m"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_free char *text = text_duration(cases[i].ms);
    assert_string_equal(text, cases[i].text);
  }
}

static void test_parse_duration(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t ms;
  } good[] = {{"30s", 30000},     {"5m", 300000}, {"2h", 7200000},
              {"1d", 86400000},   {"250ms", 250}, {"90", 90000},
              {"1h30m", 5400000}, {"0", 0},       {"1d2h3m4s5ms", 93784005}};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    uint64_t ms = 1;
    assert_true(text_parse_duration(good[i].text, &ms));
    assert_int_equal(ms, good[i].ms);
  }
  static const char *const bad[] = {"",
                                    "s",
                                    "-1s",
                                    "1.5h",
                                    "1 s",
                                    "30S",
                                    "1h30",
                                    "1m1m",
                                    "1s1h",
                                    "5 m",
                                    "1w",
                                    "18446744073709551615",
                                    "213503982335d",
                                    "99999999999999999999s"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint64_t ms = 77;
    assert_false(text_parse_duration(bad[i], &ms));
    assert_int_equal(ms, 77);
  }
}

static void test_parse_size(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t bytes;
  } good[] = {{"512", 512},       {"64M", 67108864},     {"4MiB", 4194304},
              {"1G", 1073741824}, {"10MB", 10000000},    {"1.5G", 1610612736},
              {"2kB", 2000},      {"1T", 1099511627776}, {"0.5KiB", 512},
              {"7B", 7}};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    uint64_t bytes = 0;
    assert_true(text_parse_size(good[i].text, &bytes));
    assert_int_equal(bytes, good[i].bytes);
  }
  static const char *const bad[] = {"",
                                    "M",
                                    "-1",
                                    "1.5",
                                    "1.M",
                                    "1X",
                                    "1MM",
                                    "1 M",
                                    "1.1234567M",
                                    "16777216T",
                                    "18446744073709551616",
                                    "1MiBs"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint64_t bytes;
    assert_false(text_parse_size(bad[i], &bytes));
  }
}

static void test_parse_int(void **state) {
  (void)state;
  int64_t value;
  assert_true(text_parse_int("-9223372036854775808", &value));
  assert_true(value == INT64_MIN);
  assert_true(text_parse_int("9223372036854775807", &value));
  assert_true(value == INT64_MAX);
  assert_true(text_parse_int("+7", &value));
  assert_int_equal(value, 7);
  static const char *const bad[] = {"",
                                    "-",
                                    "+",
                                    " 1",
                                    "1 ",
                                    "0x1",
                                    "1e3",
                                    "--1",
                                    "9223372036854775808",
                                    "-9223372036854775809",
                                    "99999999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(text_parse_int(bad[i], &value));
}

static void test_glob(void **state) {
  (void)state;
  static const struct {
    const char *pattern, *text;
    bool matches;
  } cases[] = {{"*", "", true},          {"", "", true},          {"", "a", false},
               {"a*c", "abbc", true},    {"a*c", "abb", false},   {"*/vault", "a/b/vault", true},
               {"?", "\xc3\xa4", true},  {"?", "", false},        {"[a-c]x", "bx", true},
               {"[!a-c]x", "bx", false}, {"[^a-c]x", "dx", true}, {"[]]", "]", true},
               {"[a", "[a", true},       {"[a-]", "-", true},     {"a**b", "ab", true},
               {"*.1*", "1.10.1", true}, {"v1.?", "v1.23", false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(text_glob(cases[i].pattern, cases[i].text), cases[i].matches);
}

static void test_glob_is_not_exponential(void **state) {
  (void)state;
  auto_free char *text = mem_alloc(20001);
  memset(text, 'a', 20000);
  assert_false(text_glob("*a*a*a*a*a*a*a*a*a*a*b", text));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_strings),       cmocka_unit_test(test_compare),
      cmocka_unit_test(test_nearest),       cmocka_unit_test(test_escape),
      cmocka_unit_test(test_escape_limits), cmocka_unit_test(test_size),
      cmocka_unit_test(test_duration),      cmocka_unit_test(test_parse_duration),
      cmocka_unit_test(test_parse_size),    cmocka_unit_test(test_parse_int),
      cmocka_unit_test(test_glob),          cmocka_unit_test(test_glob_is_not_exponential),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
