/* SPDX-License-Identifier: Apache-2.0 */
/* engine/scan_queue.h: one scan a key, waiters, turns, cancelled scans. The scanners themselves are
 * tested through the program. */
#include "base/memory.h"
#include "engine/scan_queue.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KEYS 20
#define PARTS 1000

struct shared {
  struct scan_queue *queue;
  struct run_report *report;
  atomic_size_t scanned, served, cancelled, at_work, most_at_work;
  bool cancels; /* every first try of a key */
  atomic_bool tried[KEYS];
};
struct part {
  struct task task; /* first */
  struct shared *shared;
  size_t key;
};

static void watch(struct shared *shared) {
  size_t now = atomic_fetch_add(&shared->at_work, 1) + 1;
  size_t most = atomic_load(&shared->most_at_work);
  while (now > most && !atomic_compare_exchange_weak(&shared->most_at_work, &most, now))
    ;
}

static void bring(struct part *part, const char *key) {
  struct shared *shared = part->shared;
  struct scan_result *result = NULL;
  watch(shared);
  usleep(200);
  if (shared->cancels && !atomic_exchange(&shared->tried[part->key], true)) {
    atomic_fetch_add(&shared->cancelled, 1);
  } else {
    result = scan_result_new("toy", key);
    atomic_fetch_add(&shared->scanned, 1);
    atomic_fetch_add(&shared->served, 1);
  }
  atomic_fetch_sub(&shared->at_work, 1);
  scan_queue_finish(shared->queue, key, result);
}

static void run_part(struct task *task, uint32_t worker) {
  struct part *part = (struct part *)task;
  struct shared *shared = part->shared;
  const struct scan_result *result = NULL;
  auto_free char *key = str_format("sha256:%zu", part->key);
  (void)worker;
  switch (scan_queue_claim(shared->queue, key, task, &result)) {
  case SCAN_CLAIM_DONE:
    if (result && strcmp(result->manifest_digest, key) == 0)
      atomic_fetch_add(&shared->served, 1);
    break;
  case SCAN_CLAIM_BRING:
    bring(part, key);
    break;
  case SCAN_CLAIM_WAIT:
    break;
  }
}

static void run_all(struct shared *shared) {
  const struct run_input input = {0};
  struct pool *pool = pool_new();
  struct part *parts = mem_array(PARTS, sizeof *parts);
  shared->report = run_report_new("scan");
  shared->queue = scan_queue_new(&input, pool, shared->report);
  for (size_t i = 0; i < PARTS; i++) {
    parts[i] = (struct part){{.run = run_part}, shared, i % KEYS};
    pool_add_part(pool, &parts[i].task);
  }
  assert_true(pool_start(pool, 8));
  assert_true(pool_wait(pool, 60000));
  pool_free(pool);
  scan_queue_free(shared->queue);
  free(parts);
}

static void each_key_is_scanned_once(void **state) {
  struct shared shared = {0};
  (void)state;
  run_all(&shared);
  assert_int_equal(shared.scanned, KEYS);
  assert_int_equal(shared.served, PARTS);
  assert_int_equal(shared.report->scan_count, KEYS);
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  assert_true(shared.most_at_work <= (size_t)processors);
  run_report_free(shared.report);
}

static void a_cancelled_scan_is_left_to_the_next(void **state) {
  struct shared shared = {.cancels = true};
  (void)state;
  run_all(&shared);
  assert_int_equal(shared.cancelled, KEYS);
  assert_int_equal(shared.scanned, KEYS);
  assert_int_equal(shared.served, PARTS - KEYS);
  run_report_free(shared.report);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_key_is_scanned_once),
      cmocka_unit_test(a_cancelled_scan_is_left_to_the_next),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
