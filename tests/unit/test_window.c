/* SPDX-License-Identifier: Apache-2.0 */
/* http/window: against servers that are worked out by hand, with hostile times. */
#include "http/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1000u /* microseconds */

/* A server that answers so many requests at a time; the others wait for their turn. */
struct server {
  uint64_t base_us;
  uint32_t capacity;
};

static uint64_t latency(const struct server *server, uint32_t active) {
  return active <= server->capacity ? server->base_us : server->base_us * active / server->capacity;
}

/* One answer for each place of the window; workers: how many there are to ask. */
static void round_trip(struct window *w, const struct server *server, uint32_t workers,
                       uint64_t *now) {
  uint32_t active = w->size < workers ? w->size : workers;
  uint64_t us = latency(server, active);
  *now += us / 1000;
  for (uint32_t i = 0; i < active; i++) {
    window_used(w, active);
    window_answered(w, i % 3 ? WINDOW_HEAD_FOUND : WINDOW_GET, us, *now);
  }
}

static void it_begins_small(void **state) {
  (void)state;
  struct window w;
  window_init(&w, 32, 0);
  assert_int_equal(w.size, 8);
  window_init(&w, 3, 0);
  assert_int_equal(w.size, 3);
  window_init(&w, 0, 0);
  assert_int_equal(w.size, 1);
}

static void a_far_server_gets_all(void **state) {
  (void)state;
  const struct server far = {40 * MS, UINT32_MAX};
  struct window w;
  uint64_t now = 5000;
  window_init(&w, 64, now);
  static const uint32_t sizes[] = {16, 32, 64, 64};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    round_trip(&w, &far, 64, &now);
    assert_int_equal(w.size, sizes[i]);
  }
  for (int i = 0; i < 1000; i++)
    round_trip(&w, &far, 64, &now);
  assert_int_equal(w.size, 64);
}

static void a_small_server_gets_few(void **state) {
  (void)state;
  const struct server small = {2 * MS, 4};
  struct window w;
  uint64_t now = 5000;
  window_init(&w, 64, now);
  window_answered(&w, WINDOW_HEAD_FOUND, 2 * MS, now);
  window_answered(&w, WINDOW_GET, 2 * MS, now);
  for (int i = 0; i < 1000; i++) {
    round_trip(&w, &small, 64, &now);
    assert_in_range(w.size, i < 20 ? 1 : 4, i < 20 ? 16 : 10);
  }
}

static void what_is_not_used_up_stays(void **state) {
  (void)state;
  const struct server far = {40 * MS, UINT32_MAX};
  struct window w;
  uint64_t now = 0;
  window_init(&w, 64, now);
  for (int i = 0; i < 50; i++)
    round_trip(&w, &far, 7, &now);
  assert_int_equal(w.size, 8);
  for (int i = 0; i < 50; i++)
    round_trip(&w, &far, 20, &now);
  assert_int_equal(w.size, 32);
}

static void one_slow_answer_in_a_round_is_nothing(void **state) {
  (void)state;
  struct window w;
  window_init(&w, 32, 0);
  for (uint32_t i = 0; i < 8 * 40; i++) {
    window_used(&w, w.size);
    window_answered(&w, WINDOW_POST_BEGUN, i % 8 ? 20 * MS : 60 * 1000 * MS, i);
  }
  assert_int_equal(w.size, 32 - 32 % 8);
}

/* A kind that always takes longer says nothing of the others. */
static void kinds_are_compared_apart(void **state) {
  (void)state;
  struct window w;
  window_init(&w, 32, 0);
  for (uint32_t i = 0; i < 200; i++) {
    window_used(&w, w.size);
    window_answered(&w, (enum window_kind)(i % WINDOW_KINDS), (1 + i % WINDOW_KINDS * 50) * MS, i);
  }
  assert_int_equal(w.size, 32);
}

static void it_is_halved_once_a_second(void **state) {
  (void)state;
  struct window w;
  window_init(&w, 64, 100);
  assert_true(window_halve(&w, 100));
  assert_int_equal(w.size, 4);
  assert_false(window_halve(&w, 100));
  assert_false(window_halve(&w, 1099));
  assert_int_equal(w.size, 4);
  assert_true(window_halve(&w, 1100));
  assert_true(window_halve(&w, 2100));
  assert_int_equal(w.size, 1);
  assert_false(window_halve(&w, 3100));
  assert_int_equal(w.size, 1);
}

/* What nobody used is no measure. */
static void half_of_what_was_used(void **state) {
  (void)state;
  struct window w;
  window_init(&w, 256, 0);
  window_used(&w, 6);
  window_used(&w, 2);
  window_halve(&w, 0);
  assert_int_equal(w.size, 3);
  window_used(&w, 20);
  window_halve(&w, 1000);
  assert_int_equal(w.size, 1);
}

/* No more doubling, but it comes back. */
static void it_recovers_step_by_step(void **state) {
  (void)state;
  const struct server far = {40 * MS, UINT32_MAX};
  struct window w;
  uint64_t now = 0;
  window_init(&w, 64, now);
  window_halve(&w, now);
  for (uint32_t i = 5; i <= 64; i++) {
    round_trip(&w, &far, 64, &now);
    assert_int_equal(w.size, i);
  }
}

static void a_ceiling_of_one(void **state) {
  (void)state;
  const struct server far = {40 * MS, UINT32_MAX};
  struct window w;
  uint64_t now = 0;
  window_init(&w, 1, now);
  for (int i = 0; i < 20; i++) {
    round_trip(&w, &far, 4, &now);
    window_halve(&w, now);
    assert_int_equal(w.size, 1);
  }
}

static void a_route_that_becomes_longer(void **state) {
  (void)state;
  const struct server near = {5 * MS, UINT32_MAX}, far = {40 * MS, UINT32_MAX};
  struct window w;
  uint64_t now = 0;
  window_init(&w, 32, now);
  for (int i = 0; i < 10; i++)
    round_trip(&w, &near, 32, &now);
  assert_int_equal(w.size, 32);
  for (int i = 0; i < 100; i++)
    round_trip(&w, &far, 32, &now);
  assert_in_range(w.size, 4, 8);
  for (uint64_t until = now + 300000; now < until;)
    round_trip(&w, &far, 32, &now);
  assert_int_equal(w.size, 32);
}

static void hostile_times(void **state) {
  (void)state;
  static const uint64_t times[] = {0, 1, UINT64_MAX, 0, UINT64_MAX - 1, 999, 1000};
  static const uint64_t latencies[] = {0, UINT64_MAX, 1, UINT64_MAX / 2, 0};
  struct window w;
  window_init(&w, 256, UINT64_MAX);
  for (size_t i = 0; i < 10000; i++) {
    window_used(&w, i % 2 ? UINT32_MAX : 0);
    window_answered(&w, (enum window_kind)(i % 3 % WINDOW_KINDS), latencies[i % 5], times[i % 7]);
    if (i % 500 == 0)
      window_halve(&w, times[i % 7]);
    assert_in_range(w.size, 1, 256);
  }
  window_init(&w, UINT32_MAX, 0);
  for (int i = 0; i < 100000; i++) {
    window_used(&w, UINT32_MAX);
    window_answered(&w, WINDOW_GET, 0, 0);
  }
  assert_true(w.size >= 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_begins_small),
      cmocka_unit_test(a_far_server_gets_all),
      cmocka_unit_test(a_small_server_gets_few),
      cmocka_unit_test(what_is_not_used_up_stays),
      cmocka_unit_test(one_slow_answer_in_a_round_is_nothing),
      cmocka_unit_test(kinds_are_compared_apart),
      cmocka_unit_test(it_is_halved_once_a_second),
      cmocka_unit_test(half_of_what_was_used),
      cmocka_unit_test(it_recovers_step_by_step),
      cmocka_unit_test(a_ceiling_of_one),
      cmocka_unit_test(a_route_that_becomes_longer),
      cmocka_unit_test(hostile_times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
