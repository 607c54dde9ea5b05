/* SPDX-License-Identifier: Apache-2.0 */
/* http/traffic.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/traffic.h"
#include <pthread.h>

static void test_counts_by_origin(void **state) {
  (void)state;
  struct traffic *a = traffic_new(), *b = traffic_new();
  traffic_add(a, "https://one", 1, 10, 100, 0);
  traffic_add(a, "https://two", 1, 0, 0, 1);
  traffic_add(a, "https://one", 2, 1, 2, 3);
  traffic_add(b, "https://two", 5, 6, 7, 8);
  traffic_add(NULL, "https://two", 5, 6, 7, 8);
  traffic_merge(b, a);
  struct traffic_origin *list;
  size_t count = traffic_list(b, &list);
  assert_int_equal(count, 2);
  assert_string_equal(list[0].origin, "https://two");
  assert_int_equal(list[0].requests, 6);
  assert_int_equal(list[0].retries, 9);
  assert_string_equal(list[1].origin, "https://one");
  assert_int_equal(list[1].requests, 3);
  assert_int_equal(list[1].sent, 11);
  assert_int_equal(list[1].received, 102);
  assert_int_equal(list[1].retries, 3);
  traffic_free_list(list, count);
  assert_int_equal(traffic_list(NULL, &list), 0);
  traffic_free(a);
  traffic_free(b);
  traffic_free(NULL);
}

static void *add_many(void *arg) {
  for (int i = 0; i < 10000; i++)
    traffic_add(arg, i % 2 ? "https://one" : "https://two", 1, 1, 1, 1);
  return NULL;
}

static void test_threads(void **state) {
  (void)state;
  struct traffic *traffic = traffic_new();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, add_many, traffic);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  struct traffic_origin *list;
  size_t count = traffic_list(traffic, &list);
  assert_int_equal(count, 2);
  assert_int_equal(list[0].requests, 20000);
  assert_int_equal(list[1].received, 20000);
  traffic_free_list(list, count);
  traffic_free(traffic);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_counts_by_origin),
      cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
