/* SPDX-License-Identifier: Apache-2.0 */
/* oci/reference.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "oci/reference.h"
#include <stdlib.h>
#include <string.h>

#define DIGEST "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char *repeat(char c, size_t count) {
  char *text = mem_alloc(count + 1);
  memset(text, c, count);
  return text;
}

static void test_tags(void **state) {
  (void)state;
  auto_free char *longest = repeat('a', 128), *longer = repeat('a', 129);
  static const char *const good[] = {"latest", "1.0_build-3", "_x", "V1", "0"};
  static const char *const bad[] = {"", ".1", "-1", "a/b", "a b", "a:b", "1+2", "\xc3\xa4", "a\n"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(reference_is_tag(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(reference_is_tag(bad[i]));
  assert_true(reference_is_tag(longest));
  assert_false(reference_is_tag(longer));
}

static void test_repositories(void **state) {
  (void)state;
  auto_free char *longest = repeat('a', 255), *longer = repeat('a', 256);
  static const char *const good[] = {"a", "library/alpine", "a_b", "a__b", "a.b", "a---b", "0/1"};
  static const char *const bad[] = {"",       "A",   "/a",  "a/",  "a//b", "a..b",
                                    "a___b",  "-a",  "a-",  "a_",  ".a",   "a._b",
                                    "a/../b", "a b", "a:b", "a@b", "a%2fb"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(reference_is_repository(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(reference_is_repository(bad[i]));
  assert_true(reference_is_repository(longest));
  assert_false(reference_is_repository(longer));
}

static void test_registries(void **state) {
  (void)state;
  static const char *const good[] = {"registry.example",
                                     "localhost",
                                     "a:1",
                                     "10.0.0.1:65535",
                                     "[::1]",
                                     "[2001:db8::1]:5000",
                                     "my-host.Example",
                                     "xn--bcher-kva.example"};
  static const char *const bad[] = {"",         ":5000",       "a:",  "a:0",  "a:65536", "a:+1",
                                    "a:1:2",    "-a",          "a-",  "a-.b", "a..b",    "a.",
                                    "a_b.c",    "a/b",         "u@h", "[::1", "[x]",     "[::1]x",
                                    "a:00001x", "[127.0.0.1]", "a b", "a\n"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(reference_is_registry(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(reference_is_registry(bad[i]));
}

static void check(const char *text, const char *registry, const char *repository, const char *tag,
                  const char *digest) {
  struct reference ref = {0};
  struct error err = {0};
  assert_int_equal(reference_parse(text, &ref, &err), 0);
  assert_string_equal(ref.registry, registry);
  assert_string_equal(ref.repository, repository);
  assert_string_equal(ref.tag ? ref.tag : "none", tag);
  assert_string_equal(ref.digest ? ref.digest : "none", digest);
  reference_done(&ref);
}

static void test_parse(void **state) {
  (void)state;
  check("docker.io/library/alpine:3.20@" DIGEST, "docker.io", "library/alpine", "3.20", DIGEST);
  check("localhost/a", "localhost", "a", "none", "none");
  check("localhost:5000/a/b:c", "localhost:5000", "a/b", "c", "none");
  check("[::1]:5000/a@" DIGEST, "[::1]:5000", "a", "none", DIGEST);
}

static void test_parse_refuses(void **state) {
  (void)state;
  auto_free char *component = repeat('a', 250);
  auto_free char *longer = str_format("r.example/%s", component);
  const char *const bad[] = {"",
                             "alpine",
                             "alpine:3.20",
                             "library/alpine",
                             "/a",
                             "r.example/",
                             "r.example/A",
                             "r.example/a:",
                             "r.example/a:b:c",
                             "r.example/a@",
                             "r.example/a@sha256:12",
                             "r.example/a@" DIGEST "@" DIGEST,
                             "r.example/a@md5:900150983cd24fb0d6963f7d28e17f72",
                             "https://r.example/a",
                             "user:pass@r.example/a",
                             "r.example:x/a",
                             "r.example/a/../b",
                             "r.example/a\033[2J",
                             longer};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct reference ref = {0};
    auto_error err = {0};
    assert_int_equal(reference_parse(bad[i], &ref, &err), ARTM_E_CONFIG);
    assert_null(ref.registry);
    assert_non_null(err.hint);
    assert_null(strchr(err.message, '\033'));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tags),          cmocka_unit_test(test_repositories),
      cmocka_unit_test(test_registries),    cmocka_unit_test(test_parse),
      cmocka_unit_test(test_parse_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
