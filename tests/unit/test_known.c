/* SPDX-License-Identifier: Apache-2.0 */
/* What a run knows of a target's blobs: one bringer, waiters, mounts, forgetting. */
#include "engine/known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void count_run(struct task *task, uint32_t worker) {
  (void)worker;
  task->next = task; /* seen */
}

static struct digest digest_of_text(const char *text, size_t len) {
  return digest_of(text, len, NULL);
}

static void first_brings_others_wait(void **state) {
  (void)state;
  struct known *known = known_new();
  struct pool *pool = pool_new();
  struct digest blob = digest_of_text("a", 1);
  uint32_t here = known_repository(known, "r.example/a");
  uint32_t there = known_repository(known, "r.example/b");
  assert_int_equal(known_repository(known, "r.example/a"), here);
  assert_string_equal(known_repository_reference(known, there), "r.example/b");
  struct task waiter = {.run = count_run};
  int64_t mount = 7;
  assert_int_equal(known_claim_blob(known, &blob, here, &waiter, &mount), CLAIM_BRING);
  assert_int_equal(mount, -1);
  assert_int_equal(known_claim_blob(known, &blob, there, &waiter, &mount), CLAIM_WAIT);
  known_finish(known, &blob, here, true, pool);
  assert_true(pool_start(pool, 1));
  assert_true(pool_wait(pool, 10000));
  assert_ptr_equal(waiter.next, &waiter); /* it came back as a part */
  assert_int_equal(known_claim_blob(known, &blob, here, &waiter, &mount), CLAIM_PRESENT);
  assert_int_equal(known_claim_blob(known, &blob, there, &waiter, &mount), CLAIM_BRING);
  assert_int_equal(mount, here);
  known_finish(known, &blob, there, true, pool);
  assert_true(known_is_confirmed(known, &blob, there));
  pool_free(pool);
  known_free(known);
}

static void one_repository_gets_it_once(void **state) {
  (void)state;
  struct known *known = known_new();
  struct digest blob = digest_of_text("b", 1);
  uint32_t from = known_repository(known, "from"), to = known_repository(known, "to");
  known_confirm(known, &blob, from);
  struct task waiter = {0};
  int64_t mount = -1;
  assert_int_equal(known_claim_blob(known, &blob, to, &waiter, &mount), CLAIM_BRING);
  assert_int_equal(known_claim_blob(known, &blob, to, &waiter, &mount), CLAIM_WAIT);
  known_free(known);
}

static void failure_passes_the_turn_on(void **state) {
  (void)state;
  struct known *known = known_new();
  struct pool *pool = pool_new();
  struct digest blob = digest_of_text("c", 1);
  uint32_t here = known_repository(known, "here");
  struct task waiter = {0};
  int64_t mount;
  assert_int_equal(known_claim_blob(known, &blob, here, &waiter, &mount), CLAIM_BRING);
  known_finish(known, &blob, here, false, pool);
  assert_false(known_is_confirmed(known, &blob, here));
  assert_int_equal(known_claim_blob(known, &blob, here, &waiter, &mount), CLAIM_BRING);
  pool_free(pool);
  known_free(known);
}

static void forgetting_is_for_one_repository(void **state) {
  (void)state;
  struct known *known = known_new();
  struct digest blob = digest_of_text("d", 1);
  uint32_t one = known_repository(known, "one"), two = known_repository(known, "two");
  known_confirm(known, &blob, one);
  known_confirm(known, &blob, two);
  known_forget(known, one);
  assert_false(known_is_confirmed(known, &blob, one));
  assert_true(known_is_confirmed(known, &blob, two));
  known_free(known);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_brings_others_wait),
      cmocka_unit_test(one_repository_gets_it_once),
      cmocka_unit_test(failure_passes_the_turn_on),
      cmocka_unit_test(forgetting_is_for_one_repository),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
