/* SPDX-License-Identifier: Apache-2.0 */
/* The worker pool: parts before jobs, help without deadlock, an idle pool. */
#include "base/memory.h"
#include "engine/pool.h"
#include <stdatomic.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct counted {
  struct task task;
  struct pool *pool;
  atomic_int *order; /* next number */
  int number;        /* when it ran */
  atomic_int *left;
  void *helper; /* that waits for it */
};

static void run_counted(struct task *task, uint32_t worker) {
  (void)worker;
  struct counted *counted = (struct counted *)task;
  counted->number = atomic_fetch_add(counted->order, 1);
  if (counted->left) {
    atomic_fetch_sub(counted->left, 1);
    pool_wake(counted->pool, counted->helper);
  }
}

static void parts_come_before_jobs(void **state) {
  (void)state;
  atomic_int order = 0;
  struct pool *pool = pool_new();
  struct counted job = {.task = {.run = run_counted}, .order = &order};
  struct counted part = {.task = {.run = run_counted}, .order = &order};
  pool_add_job(pool, &job.task);
  pool_add_part(pool, &part.task);
  assert_true(pool_start(pool, 1));
  assert_true(pool_wait(pool, 10000));
  pool_free(pool);
  assert_int_equal(part.number, 0);
  assert_int_equal(job.number, 1);
}

static void parts_run_by_priority_and_age(void **state) {
  (void)state;
  enum { PARTS = 200 };
  atomic_int order = 0;
  struct pool *pool = pool_new();
  struct counted parts[PARTS];
  for (int i = 0; i < PARTS; i++) {
    parts[i] = (struct counted){.task = {.run = run_counted, .priority = (uint64_t)(i * 7 % 10)},
                                .order = &order};
    pool_add_part(pool, &parts[i].task);
  }
  assert_true(pool_start(pool, 1));
  assert_true(pool_wait(pool, 10000));
  pool_free(pool);
  for (int i = 0; i < PARTS; i++)
    assert_int_equal(parts[i].number, (9 - i * 7 % 10) * (PARTS / 10) + i / 10);
}

struct helper {
  struct task task;
  struct pool *pool;
  struct counted *parts;
  int count;
  atomic_int left;
  bool ended;
};

static bool none_left(void *arg) {
  return atomic_load(&((struct helper *)arg)->left) == 0;
}

static void run_helper(struct task *task, uint32_t worker) {
  struct helper *helper = (struct helper *)task;
  atomic_store(&helper->left, helper->count);
  for (int i = 0; i < helper->count; i++) {
    helper->parts[i].left = &helper->left;
    helper->parts[i].helper = helper;
    pool_add_part(helper->pool, &helper->parts[i].task);
  }
  pool_help(helper->pool, worker, none_left, helper);
  helper->ended = true;
}

/* More waiting jobs than threads: they must run their parts themselves. */
static void jobs_run_their_own_parts(void **state) {
  (void)state;
  enum { JOBS = 16, PARTS = 50 };
  atomic_int order = 0;
  struct pool *pool = pool_new();
  struct helper *helpers = mem_array(JOBS, sizeof *helpers);
  for (int i = 0; i < JOBS; i++) {
    helpers[i].task.run = run_helper;
    helpers[i].pool = pool;
    helpers[i].count = PARTS;
    helpers[i].parts = mem_array(PARTS, sizeof *helpers[i].parts);
    for (int j = 0; j < PARTS; j++)
      helpers[i].parts[j] =
          (struct counted){.task = {.run = run_counted}, .pool = pool, .order = &order};
    pool_add_job(pool, &helpers[i].task);
  }
  assert_true(pool_start(pool, 2));
  assert_true(pool_wait(pool, 20000));
  pool_free(pool);
  assert_int_equal(order, JOBS * PARTS);
  for (int i = 0; i < JOBS; i++) {
    assert_true(helpers[i].ended);
    free(helpers[i].parts);
  }
  free(helpers);
}

static void run_forever(struct task *task, uint32_t worker) {
  struct helper *helper = (struct helper *)task;
  pool_help(helper->pool, worker, none_left, helper);
}

static void wait_has_a_limit(void **state) {
  (void)state;
  struct pool *pool = pool_new();
  struct helper helper = {.task = {.run = run_forever}, .pool = pool};
  atomic_store(&helper.left, 1);
  pool_add_job(pool, &helper.task);
  assert_true(pool_start(pool, 1));
  assert_false(pool_wait(pool, 30));
  atomic_store(&helper.left, 0);
  pool_wake(pool, &helper);
  assert_true(pool_wait(pool, 10000));
  pool_free(pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_come_before_jobs),
      cmocka_unit_test(parts_run_by_priority_and_age),
      cmocka_unit_test(jobs_run_their_own_parts),
      cmocka_unit_test(wait_has_a_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
