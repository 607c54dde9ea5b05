/* SPDX-License-Identifier: Apache-2.0 */
/* oci/digest.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "oci/digest.h"
#include <stdlib.h>
#include <string.h>

#define ABC_256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512                                                             \
  "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static void test_parse(void **state) {
  (void)state;
  struct digest digest;
  assert_true(digest_parse(ABC_256, &digest));
  assert_string_equal(digest.text, ABC_256);
  assert_string_equal(digest_hex(&digest), &ABC_256[7]);
  assert_int_equal(digest_algorithm_length(&digest), 6);
  assert_true(digest_parse(ABC_512, &digest));
  assert_string_equal(digest.text, ABC_512);
}

static void test_parse_refuses(void **state) {
  (void)state;
  auto_free char *upper = str_copy(ABC_256), *slash = str_copy(ABC_256), *longer = NULL;
  upper[7] = 'B';
  memcpy(slash + 7, "../../", 6);
  longer = str_format("%s0", ABC_256);
  const char *const bad[] = {
      NULL,
      "",
      "sha256",
      "sha256:",
      &ABC_256[7],
      upper,
      slash,
      longer,
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
      "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "md5:900150983cd24fb0d6963f7d28e17f72",
      "sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      " " ABC_256,
      ABC_256 "\n"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct digest digest = {"untouched"};
    assert_false(digest_parse(bad[i], &digest));
    assert_string_equal(digest.text, "untouched");
  }
}

/* FIPS 180-4 examples. */
static void test_hash(void **state) {
  (void)state;
  struct digest digest = digest_of("abc", 3, NULL), like;
  assert_string_equal(digest.text, ABC_256);
  assert_true(digest_parse(ABC_512, &like));
  digest = digest_of("abc", 3, &like);
  assert_string_equal(digest.text, ABC_512);
  assert_true(digest_equal(&digest, &like));
  digest = digest_of("", 0, NULL);
  assert_string_equal(digest.text,
                      "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_hash_in_parts(void **state) {
  (void)state;
  struct hasher *hasher = hasher_new(&(struct digest){""});
  char part[1000];
  memset(part, 'a', sizeof part);
  for (int i = 0; i < 1000; i++)
    hasher_add(hasher, part, sizeof part);
  struct digest digest = hasher_result(hasher);
  hasher_free(hasher);
  hasher_free(NULL);
  assert_string_equal(digest.text,
                      "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_unset_equals_nothing(void **state) {
  (void)state;
  struct digest a = {""}, b = {""};
  assert_false(digest_is_set(&a));
  assert_false(digest_equal(&a, &b));
  assert_string_equal(digest_hex(&a), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parse),
      cmocka_unit_test(test_parse_refuses),
      cmocka_unit_test(test_hash),
      cmocka_unit_test(test_hash_in_parts),
      cmocka_unit_test(test_unset_equals_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
