/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

static int parse(const char *text, size_t len, json_t **ret) {
  struct error err = {0};
  int rc = json_parse(text, len, ret, &err);
  assert_int_equal(rc, err.code);
  if (rc < 0)
    assert_non_null(err.message);
  error_done(&err);
  return rc;
}

static void test_reads(void **state) {
  (void)state;
  auto_json value = NULL;
  static const char text[] = "{\"b\": \"x\", \"a\": [1, 2.5, null], \"n\": 7}";
  assert_int_equal(parse(text, sizeof text - 1, &value), 0);
  assert_string_equal(json_text(value, "b"), "x");
  assert_null(json_text(value, "n"));
  assert_null(json_text(value, "absent"));
  assert_null(json_text(NULL, "b"));
  assert_int_equal(json_number(value, "n", -1), 7);
  assert_int_equal(json_number(value, "b", -1), -1);
  auto_free char *compact = json_compact(value);
  assert_string_equal(compact, "{\"b\":\"x\",\"a\":[1,2.5,null],\"n\":7}");
}

static void test_refuses(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t len;
  } bad[] = {
      {"", 0},
      {"{", 1},
      {"{\"a\":1,\"a\":2}", 13},
      {"{\"a\":1,\"\\u0061\":2}", 18},
      {"{} x", 4},
      {"{}\0", 3},
      {"\"a\\u0000b\"", 10},
      {"\xef\xbb\xbf{}", 5},
      {"\"\xff\"", 3},
      {"9223372036854775808", 19},
      {"{\"a\":1}}", 8},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    json_t *value = NULL;
    assert_int_equal(parse(bad[i].text, bad[i].len, &value), ARTM_E_DIGEST);
    assert_null(value);
  }
}

static void test_depth(void **state) {
  (void)state;
  auto_free char *text = mem_alloc(200001);
  memset(text, '[', 100000);
  memset(text + 100000, ']', 100000);
  json_t *value = NULL;
  assert_int_equal(parse(text, 200000, &value), ARTM_E_DIGEST);
}

static void test_budget(void **state) {
  (void)state;
  auto_buf text = {0};
  buf_text(&text, "[{}");
  while (text.len < (3u << 20))
    buf_text(&text, ",{}");
  buf_text(&text, "]");
  json_t *value = NULL;
  assert_int_equal(parse(text.data, text.len, &value), ARTM_E_LOCAL);
  assert_null(value);
  /* The next parse has the whole budget again. */
  assert_int_equal(parse("{}", 2, &value), 0);
  json_decref(value);
}

static void test_an_honest_large_one(void **state) {
  (void)state;
  auto_buf text = {0};
  buf_text(&text, "[0");
  while (text.len < (4u << 20))
    buf_text(&text, ",\"0123456789012345678901234567890123456789012345678901234567890123\"");
  buf_text(&text, "]");
  auto_json value = NULL;
  assert_int_equal(parse(text.data, text.len, &value), 0);
  assert_true(json_array_size(value) > 60000);
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads),
      cmocka_unit_test(test_refuses),
      cmocka_unit_test(test_depth),
      cmocka_unit_test(test_budget),
      cmocka_unit_test(test_an_honest_large_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
