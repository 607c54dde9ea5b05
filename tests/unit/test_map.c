/* SPDX-License-Identifier: Apache-2.0 */
/* base/map.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int values[3];

static void test_put_get_remove(void **state) {
  (void)state;
  struct map map = {0};
  assert_null(map_get(&map, "a"));
  assert_false(map_has(&map, "a"));
  map_remove(&map, "a");
  assert_true(map_put(&map, "a", &values[0]));
  assert_true(map_put(&map, "", NULL));
  assert_false(map_put(&map, "a", &values[1]));
  assert_ptr_equal(map_get(&map, "a"), &values[1]);
  assert_true(map_has(&map, ""));
  assert_null(map_get(&map, ""));
  map_remove(&map, "a");
  assert_false(map_has(&map, "a"));
  assert_true(map_put(&map, "a", &values[2]));
  assert_ptr_equal(map_get(&map, "a"), &values[2]);
  map_done(&map);
  map_done(&map);
}

static void test_copies_keys_and_keeps_order(void **state) {
  (void)state;
  struct map map = {0};
  char key[16];
  for (int i = 0; i < 1000; i++) {
    snprintf(key, sizeof key, "k%d", 999 - i);
    map_put(&map, key, NULL);
  }
  for (int i = 0; i < 1000; i++) {
    snprintf(key, sizeof key, "k%d", 999 - i);
    assert_string_equal(map.items[i].key, key);
  }
  map_done(&map);
}

static void test_removal_keeps_chains_whole(void **state) {
  (void)state;
  struct map map = {0};
  char key[16];
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < 500; i++) {
      snprintf(key, sizeof key, "%d", i);
      map_put(&map, key, &values[i % 3]);
    }
    for (int i = round % 2; i < 500; i += 2) {
      snprintf(key, sizeof key, "%d", i);
      map_remove(&map, key);
    }
    for (int i = 0; i < 500; i++) {
      snprintf(key, sizeof key, "%d", i);
      assert_int_equal(map_has(&map, key), i % 2 != round % 2);
    }
  }
  /* Removed items are dropped when the table is built anew. */
  assert_true(map.count < 4000);
  map_done(&map);
}

static void test_a_million_keys(void **state) {
  (void)state;
  struct map map = {0};
  char key[32];
  for (int i = 0; i < 1000000; i++) {
    snprintf(key, sizeof key, "sha256:%d", i);
    assert_true(map_put(&map, key, &values[i % 3]));
  }
  for (int i = 0; i < 1000000; i += 997) {
    snprintf(key, sizeof key, "sha256:%d", i);
    assert_ptr_equal(map_get(&map, key), &values[i % 3]);
  }
  assert_false(map_has(&map, "sha256:1000000"));
  assert_int_equal(map.count, 1000000);
  map_done(&map);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_put_get_remove),
      cmocka_unit_test(test_copies_keys_and_keeps_order),
      cmocka_unit_test(test_removal_keeps_chains_whole),
      cmocka_unit_test(test_a_million_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
