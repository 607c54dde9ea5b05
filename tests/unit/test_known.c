/* SPDX-License-Identifier: Apache-2.0 */
/* What a run knows of a target's blobs: one bringer, waiters, mounts, forgetting. */
#include "base/memory.h"
#include "engine/known.h"
#include <stdatomic.h>
#include <stdlib.h>

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
  assert_false(known_is_doubted(known, one));
  known_forget(known, one);
  assert_true(known_is_doubted(known, one));
  assert_false(known_is_doubted(known, two));
  assert_false(known_is_confirmed(known, &blob, one));
  assert_true(known_is_confirmed(known, &blob, two));
  known_free(known);
}

/* Many threads want many blobs in many repositories: everybody gets through, no blob is brought
 * twice into one repository, and each came into the target only once without a mount. */
enum { BLOBS = 20, REPOSITORIES = 8 };

struct want {
  struct task task; /* first */
  struct crowd *crowd;
  int blob;
  uint32_t repository;
};
struct crowd {
  struct known *known;
  struct pool *pool;
  struct digest blobs[BLOBS];
  atomic_int brought[BLOBS][REPOSITORIES], uploads[BLOBS], failures[BLOBS];
  atomic_int through;
  struct want wants[BLOBS * REPOSITORIES * 2];
};

static void run_want(struct task *task, uint32_t worker) {
  (void)worker;
  struct want *want = (struct want *)task;
  struct crowd *crowd = want->crowd;
  const struct digest *blob = &crowd->blobs[want->blob];
  int64_t mount = -1;
  enum known_claim claim = known_claim_blob(crowd->known, blob, want->repository, task, &mount);
  if (claim == CLAIM_WAIT)
    return;
  atomic_fetch_add(&crowd->through, 1);
  if (claim == CLAIM_PRESENT)
    return;
  bool works = atomic_fetch_add(&crowd->failures[want->blob], 1) != 0; /* the first one fails */
  if (works)
    atomic_fetch_add(&crowd->brought[want->blob][want->repository], 1);
  if (works && mount < 0)
    atomic_fetch_add(&crowd->uploads[want->blob], 1);
  known_finish(crowd->known, blob, want->repository, works, crowd->pool);
}

static void a_crowd_brings_each_blob_once(void **state) {
  (void)state;
  struct crowd *crowd = mem_alloc(sizeof *crowd);
  crowd->known = known_new();
  crowd->pool = pool_new();
  for (uint32_t r = 0; r < REPOSITORIES; r++) {
    auto_free char *name = str_format("r.test/%u", r);
    assert_int_equal(known_repository(crowd->known, name), r);
  }
  size_t count = 0;
  for (int b = 0; b < BLOBS; b++) {
    crowd->blobs[b] = digest_of_text((const char *)&b, sizeof b);
    for (uint32_t r = 0; r < 2 * REPOSITORIES; r++, count++) {
      crowd->wants[count] = (struct want){{.run = run_want}, crowd, b, r % REPOSITORIES};
      pool_add_job(crowd->pool, &crowd->wants[count].task);
    }
  }
  assert_true(pool_start(crowd->pool, 8));
  assert_true(pool_wait(crowd->pool, 30000));
  pool_free(crowd->pool);
  assert_int_equal(crowd->through, count);
  for (int b = 0; b < BLOBS; b++) {
    assert_int_equal(crowd->uploads[b], 1);
    for (int r = 0; r < REPOSITORIES; r++)
      assert_int_equal(crowd->brought[b][r], 1);
  }
  known_free(crowd->known);
  free(crowd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_brings_others_wait),
      cmocka_unit_test(one_repository_gets_it_once),
      cmocka_unit_test(failure_passes_the_turn_on),
      cmocka_unit_test(forgetting_is_for_one_repository),
      cmocka_unit_test(a_crowd_brings_each_blob_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
