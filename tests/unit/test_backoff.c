/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried again, and how long the pause is. */
#include "base/clock.h"
#include "engine/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool is_transient(int32_t code, uint64_t retry_after_ms, bool tried) {
  const struct error error = {.code = code, .retry_after_ms = retry_after_ms, .tried = tried};
  return error_is_transient(&error);
}

static void only_what_may_pass_is_tried_again(void **state) {
  (void)state;
  assert_true(is_transient(ARTM_E_NETWORK, 0, false));
  assert_true(is_transient(ARTM_E_TIMEOUT, 0, false));
  assert_true(is_transient(ARTM_E_RATE_LIMIT, 1000, false));
  assert_true(is_transient(ARTM_E_NETWORK, 60000, false));
  assert_true(is_transient(ARTM_E_RATE_LIMIT, 0, false));
  assert_false(is_transient(ARTM_E_RATE_LIMIT, 3600000, false)); /* too long to wait */
  assert_false(is_transient(ARTM_E_NETWORK, 3600000, false));
  for (int32_t code = ARTM_E_BLOB_UNKNOWN; code < 0; code++)
    if (code != ARTM_E_NETWORK && code != ARTM_E_TIMEOUT && code != ARTM_E_RATE_LIMIT)
      assert_false(is_transient(code, 0, false));
}

static void what_was_tried_below_is_final(void **state) {
  (void)state;
  assert_false(is_transient(ARTM_E_NETWORK, 0, true));
  assert_false(is_transient(ARTM_E_TIMEOUT, 0, true));
  assert_false(is_transient(ARTM_E_RATE_LIMIT, 1000, true));
}

static void retries_are_counted(void **state) {
  (void)state;
  struct cancel cancel = {0};
  auto_call call = {.cancel = &cancel};
  call_fail(&call, ARTM_E_NETWORK, "broken");
  call.error.retry_after_ms = 1; /* so that the test does not wait */
  assert_int_equal(backoff_retry(&call, 1, 2), 0);
  assert_int_equal(call.error.code, 0);
  call_fail(&call, ARTM_E_NETWORK, "broken");
  call.error.retry_after_ms = 1;
  assert_int_equal(backoff_retry(&call, 3, 2), ARTM_E_NETWORK);
  assert_string_equal(call.error.message, "broken");
  assert_int_equal(backoff_retry(&call, 1, 0), ARTM_E_NETWORK);
  call_fail(&call, ARTM_E_DIGEST, "wrong");
  assert_int_equal(backoff_retry(&call, 1, 5), ARTM_E_DIGEST);
}

static void the_pause_is_what_was_asked_for(void **state) {
  (void)state;
  auto_call call = {0};
  const struct error error = {.code = ARTM_E_NETWORK, .retry_after_ms = 30};
  uint64_t start = clock_now_ms();
  assert_int_equal(backoff_sleep(&call, &error, 1), 0);
  assert_in_range(clock_now_ms() - start, 30, 5000);
}

static void no_pause_outlives_a_second_signal(void **state) {
  (void)state;
  struct cancel cancel = {0};
  atomic_store(&cancel.level, 2);
  auto_call call = {.cancel = &cancel};
  const struct error error = {.code = ARTM_E_RATE_LIMIT, .retry_after_ms = UINT64_MAX};
  assert_int_equal(backoff_sleep(&call, &error, 1), ARTM_E_CANCELLED);
}

/* Full jitter below 1 s, 2 s, 4 s, ..., 60 s: cut by a deadline, since nobody waits that long. */
static void the_pause_is_never_above_a_minute(void **state) {
  (void)state;
  for (uint32_t attempt = 1; attempt < 70; attempt++) {
    auto_call call = {.deadline_ms = clock_now_ms() + 1};
    const struct error error = {.code = ARTM_E_NETWORK};
    int result = backoff_sleep(&call, &error, attempt);
    assert_true(result == 0 || result == ARTM_E_TIMEOUT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_may_pass_is_tried_again),
      cmocka_unit_test(what_was_tried_below_is_final),
      cmocka_unit_test(retries_are_counted),
      cmocka_unit_test(the_pause_is_what_was_asked_for),
      cmocka_unit_test(no_pause_outlives_a_second_signal),
      cmocka_unit_test(the_pause_is_never_above_a_minute),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
