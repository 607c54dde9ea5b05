/* SPDX-License-Identifier: Apache-2.0 */
/* http/challenge.h and http/scope.h: examples of RFC 9110 and of registries, and nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "http/challenge.h"
#include "http/scope.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void test_bearer(void **state) {
  (void)state;
  auto_challenges all = {0};
  challenges_parse(&all, "Bearer realm=\"https://auth.example/token\",service=\"registry.example\","
                         "scope=\"repository:a/b:pull,push\",error=\"invalid_token\"");
  assert_int_equal(all.count, 1);
  const struct challenge *c = challenges_best(&all, true);
  assert_int_equal(c->scheme, AUTH_BEARER);
  assert_string_equal(c->realm, "https://auth.example/token");
  assert_string_equal(c->service, "registry.example");
  assert_string_equal(c->scope, "repository:a/b:pull,push");
  assert_string_equal(c->error, "invalid_token");
}

/* RFC 9110, 11.6.1: one line with two challenges. */
static void test_rfc_example(void **state) {
  (void)state;
  auto_challenges all = {0};
  challenges_parse(&all, "Basic realm=\"simple\", Newauth realm=\"apps\", type=1, "
                         "title=\"Login to \\\"apps\\\"\"");
  assert_int_equal(all.count, 2);
  assert_int_equal(all.items[0].scheme, AUTH_BASIC);
  assert_string_equal(all.items[0].realm, "simple");
  assert_string_equal(all.items[1].name, "Newauth");
  assert_string_equal(all.items[1].realm, "apps");
  assert_ptr_equal(challenges_best(&all, true), &all.items[0]);
  assert_null(challenges_best(&all, false));
}

static void test_bearer_wins_wherever_it_stands(void **state) {
  (void)state;
  auto_challenges all = {0};
  challenges_parse(&all, "Negotiate YIIabc==, basic realm=x, charset=\"UTF-8\"");
  challenges_parse(&all, " , ,bEaReR REALM = \"https://a/t\" , Service=s,,");
  assert_int_equal(all.count, 3);
  const struct challenge *c = challenges_best(&all, true);
  assert_int_equal(c->scheme, AUTH_BEARER);
  assert_string_equal(c->realm, "https://a/t");
  assert_string_equal(c->service, "s");
  auto_free char *names = challenges_names(&all);
  assert_string_equal(names, "Negotiate, basic, bEaReR");
}

static void test_quoting(void **state) {
  (void)state;
  auto_challenges all = {0};
  challenges_parse(&all,
                   "Bearer realm=\"https://a/t?x=1,y=2\",service=\"\",scope=\"a \\\"b\\\\ c\"");
  assert_int_equal(all.count, 1);
  assert_string_equal(all.items[0].realm, "https://a/t?x=1,y=2");
  assert_string_equal(all.items[0].service, "");
  assert_string_equal(all.items[0].scope, "a \"b\\ c");
}

static void test_unquoted_realm(void **state) {
  (void)state;
  auto_challenges all = {0};
  challenges_parse(&all, "Bearer realm=https://a:5000/t?x=1,service=s");
  assert_string_equal(all.items[0].realm, "https://a:5000/t?x=1");
  assert_string_equal(all.items[0].service, "s");
}

static void test_broken_ones_are_left_out(void **state) {
  (void)state;
  static const char *const broken[] = {
      "",
      ",,,",
      "=",
      "realm=\"x\"",
      "Bearer",
      "Bearer realm",
      "Bearer realm=\"\"",
      "Bearer realm=\"https://a/t",
      "Bearer realm=\"https://a/t\\",
      "Bearer realm=\"https://a/\",realm=\"https://evil/\"",
      "Bearer realm=\"https://a/\",REALM=\"https://evil/\"",
      "\"Bearer\" realm=\"x\"",
  };
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    auto_challenges all = {0};
    challenges_parse(&all, broken[i]);
    assert_null(challenges_best(&all, true));
  }
}

static void test_a_broken_one_beside_a_good_one(void **state) {
  (void)state;
  auto_challenges all = {0};
  challenges_parse(&all, "Bearer realm=\"a\",realm=\"b\", Basic realm=\"x\"");
  assert_int_equal(challenges_best(&all, true)->scheme, AUTH_BASIC);
}

static void test_random_bytes(void **state) {
  (void)state;
  static const char alphabet[] = "Bearer Basic realm=\"\\,=, \tscope;:/'\x01\x80\xff";
  uint32_t seed = 12345;
  for (int round = 0; round < 20000; round++) {
    char text[80];
    size_t len = (seed >> 8) % (sizeof text - 1);
    for (size_t i = 0; i < len; i++) {
      seed = seed * 1664525 + 1013904223;
      text[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
    }
    text[len] = 0;
    auto_challenges all = {0};
    challenges_parse(&all, text);
    for (size_t i = 0; i < all.count; i++)
      assert_non_null(all.items[i].name);
  }
}

static void test_number_is_bounded(void **state) {
  (void)state;
  auto_buf text = {0};
  for (int i = 0; i < 5000; i++)
    buf_text(&text, "Basic realm=x, ");
  auto_challenges all = {0};
  challenges_parse(&all, text.data);
  assert_true(all.count <= 32);
}

static void test_scopes_merge_by_resource(void **state) {
  (void)state;
  auto_scopes all = {0};
  scopes_add(&all, "repository:b:pull  repository:a:push,pull");
  scopes_add(&all, "repository:b:push,pull,");
  scopes_add(&all, NULL);
  assert_int_equal(all.count, 2);
  auto_free char *first = scope_text(&all.items[0]), *key = scopes_key(&all);
  auto_free char *repository = scopes_repository(&all);
  assert_string_equal(first, "repository:b:pull,push");
  assert_string_equal(key, "repository:a:pull,push repository:b:pull,push");
  assert_string_equal(repository, "b");
}

/* The resource's name may hold a port: actions are after the last colon. */
static void test_scope_with_a_port(void **state) {
  (void)state;
  auto_scopes all = {0};
  scopes_add(&all, "repository:host:5000/a/b:pull");
  assert_string_equal(all.items[0].resource, "repository:host:5000/a/b");
  assert_int_equal(all.items[0].actions.count, 1);
}

static void test_scopes_cover(void **state) {
  (void)state;
  auto_scopes have = {0}, less = {0}, more = {0}, other = {0}, none = {0}, star = {0};
  scopes_add(&have, "repository:a:pull,push repository:b:pull");
  scopes_add(&less, "repository:b:pull");
  scopes_add(&more, "repository:b:pull,push");
  scopes_add(&other, "repository:aa:pull");
  scopes_add(&star, "repository:b:*");
  assert_true(scopes_cover(&have, &less));
  assert_true(scopes_cover(&have, &none));
  assert_true(scopes_cover(&star, &more));
  assert_false(scopes_cover(&have, &more));
  assert_false(scopes_cover(&have, &other));
  assert_false(scopes_cover(&none, &less));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bearer),
      cmocka_unit_test(test_rfc_example),
      cmocka_unit_test(test_bearer_wins_wherever_it_stands),
      cmocka_unit_test(test_quoting),
      cmocka_unit_test(test_unquoted_realm),
      cmocka_unit_test(test_broken_ones_are_left_out),
      cmocka_unit_test(test_a_broken_one_beside_a_good_one),
      cmocka_unit_test(test_random_bytes),
      cmocka_unit_test(test_number_is_bounded),
      cmocka_unit_test(test_scopes_merge_by_resource),
      cmocka_unit_test(test_scope_with_a_port),
      cmocka_unit_test(test_scopes_cover),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
