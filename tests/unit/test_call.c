/* SPDX-License-Identifier: Apache-2.0 */
/* base/call.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/call.h"
#include "base/clock.h"
#include <pthread.h>
#include <string.h>
#include <time.h>

static void test_fail(void **state) {
  (void)state;
  auto_call call = {0};
  assert_int_equal(call_check(&call), 0);
  assert_int_equal(call_fail(&call, ARTM_E_NETWORK, "%s broke", "it"), ARTM_E_NETWORK);
  assert_string_equal(call.error.message, "it broke");
}

static void test_cancel_levels(void **state) {
  (void)state;
  struct cancel cancel = {0};
  auto_call call = {.cancel = &cancel};
  atomic_store(&cancel.level, 1); /* draining: what runs goes on */
  assert_int_equal(call_check(&call), 0);
  atomic_store(&cancel.level, 2);
  assert_int_equal(call_check(&call), ARTM_E_CANCELLED);
  assert_int_equal(call.error.code, ARTM_E_CANCELLED);
  assert_int_equal(call_sleep(&call, 60000), ARTM_E_CANCELLED);
}

/* A signal ends waiting at once, a drain without one (fail-fast) does not. */
static void test_drain_ends_sleep(void **state) {
  (void)state;
  struct cancel cancel = {0};
  auto_call call = {.cancel = &cancel};
  atomic_store(&cancel.level, 1);
  assert_int_equal(call_sleep(&call, 1), 0);
  atomic_store(&cancel.signal, 15);
  assert_int_equal(call_check(&call), 0);
  assert_int_equal(call_sleep(&call, 60000), ARTM_E_CANCELLED);
}

static void test_deadline(void **state) {
  (void)state;
  auto_call call = {.deadline_ms = clock_now_ms() + 60};
  uint64_t start = clock_now_ms();
  assert_int_equal(call_sleep(&call, 10000), ARTM_E_TIMEOUT);
  assert_true(clock_now_ms() - start < 2000);
  assert_int_equal(call_check(&call), ARTM_E_TIMEOUT);
}

static void test_sleep(void **state) {
  (void)state;
  auto_call call = {0};
  uint64_t start = clock_now_ms();
  assert_int_equal(call_sleep(&call, 120), 0);
  uint64_t slept = clock_now_ms() - start;
  assert_true(slept >= 120 && slept < 3000);
}

static void *cancel_soon(void *arg) {
  nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  atomic_store(&((struct cancel *)arg)->level, 2);
  return NULL;
}

static void test_sleep_is_woken(void **state) {
  (void)state;
  struct cancel cancel = {0};
  auto_call call = {.cancel = &cancel};
  pthread_t thread;
  uint64_t start = clock_now_ms();
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
  assert_int_equal(call_sleep(&call, 60000), ARTM_E_CANCELLED);
  assert_true(clock_now_ms() - start < 5000);
  pthread_join(thread, NULL);
}

static char order[8];
static void note(void *arg) {
  strncat(order, arg, 1);
}

static void test_cleanups_run_backwards_once(void **state) {
  (void)state;
  struct artm_call call = {0};
  order[0] = '\0';
  call_on_end(&call, note, "a");
  call_on_end(&call, note, "b");
  call_on_end(&call, note, "c");
  call_fail(&call, ARTM_E_LOCAL, "x");
  call_done(&call);
  call_done(&call);
  assert_string_equal(order, "cba");
  assert_int_equal(call.error.code, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fail),
      cmocka_unit_test(test_cancel_levels),
      cmocka_unit_test(test_drain_ends_sleep),
      cmocka_unit_test(test_deadline),
      cmocka_unit_test(test_sleep),
      cmocka_unit_test(test_sleep_is_woken),
      cmocka_unit_test(test_cleanups_run_backwards_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
