/* SPDX-License-Identifier: Apache-2.0 */
/* Worker threads over a queue of jobs and a heap of parts. Who waits sleeps on a condition of its
 * own, so that one part wakes one thread. */
#include "engine/pool.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
  struct task *head, **tail;
};
struct heap {
  struct task **items;
  size_t count, capacity;
};
struct sleeper {
  struct sleeper *next;
  pthread_cond_t wake;
  const void *arg; /* of pool_help; NULL: a worker without a task */
  bool awake;
};
struct pool {
  pthread_mutex_t lock;
  pthread_cond_t idle; /* nothing is queued or runs */
  struct queue jobs;
  struct heap parts;
  uint64_t added; /* parts so far */
  struct sleeper *sleepers;
  pthread_t *threads;
  uint32_t thread_count;
  uint32_t running;
  bool stopping;
};
struct worker_start {
  struct pool *pool;
  uint32_t worker;
};

static void queue_add(struct queue *queue, struct task *task) {
  task->next = NULL;
  *queue->tail = task;
  queue->tail = &task->next;
}

static struct task *queue_take(struct queue *queue) {
  struct task *task = queue->head;
  if (task) {
    queue->head = task->next;
    if (!queue->head)
      queue->tail = &queue->head;
  }
  return task;
}

static bool comes_before(const struct task *a, const struct task *b) {
  return a->priority != b->priority ? a->priority > b->priority : a->number < b->number;
}

static void heap_add(struct heap *heap, struct task *task) {
  heap->items = mem_grow(heap->items, heap->count, &heap->capacity, sizeof(struct task *));
  size_t at = heap->count++;
  for (size_t up; at > 0 && comes_before(task, heap->items[up = (at - 1) / 2]); at = up)
    heap->items[at] = heap->items[up];
  heap->items[at] = task;
}

static struct task *heap_take(struct heap *heap) {
  if (!heap->count)
    return NULL;
  struct task *first = heap->items[0], *last = heap->items[--heap->count];
  size_t at = 0;
  for (size_t down; (down = 2 * at + 1) < heap->count; at = down) {
    if (down + 1 < heap->count && comes_before(heap->items[down + 1], heap->items[down]))
      down++;
    if (!comes_before(heap->items[down], last))
      break;
    heap->items[at] = heap->items[down];
  }
  heap->items[at] = last;
  return first;
}

struct pool *pool_new(void) {
  struct pool *pool = mem_alloc(sizeof *pool);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&pool->idle, &attributes);
  pthread_condattr_destroy(&attributes);
  pool->jobs.tail = &pool->jobs.head;
  return pool;
}

/* The functions below are called with the lock held. */

static void wake(struct sleeper *sleeper) {
  sleeper->awake = true;
  pthread_cond_signal(&sleeper->wake);
}

/* For one more task: a worker without one, else, for a part, one that helps. */
static void wake_one(struct pool *pool, bool is_part) {
  struct sleeper *found = NULL;
  for (struct sleeper *each = pool->sleepers; each; each = each->next)
    if (!each->awake && (!each->arg || (is_part && !found))) {
      found = each;
      if (!each->arg)
        break;
    }
  if (found)
    wake(found);
}

static void fall_asleep(struct pool *pool, const void *arg) {
  struct sleeper sleeper = {.next = pool->sleepers, .arg = arg};
  pthread_cond_init(&sleeper.wake, NULL);
  /* cppcheck-suppress autoVariables; it leaves the list before it ends */
  pool->sleepers = &sleeper;
  while (!sleeper.awake)
    pthread_cond_wait(&sleeper.wake, &pool->lock);
  struct sleeper **at = &pool->sleepers;
  while (*at != &sleeper)
    at = &(*at)->next;
  *at = sleeper.next;
  pthread_cond_destroy(&sleeper.wake);
}

/* Runs one task outside the lock. */
static void run_unlocked(struct pool *pool, struct task *task, uint32_t worker) {
  pool->running++;
  pthread_mutex_unlock(&pool->lock);
  task->run(task, worker);
  pthread_mutex_lock(&pool->lock);
  pool->running--;
  if (!pool->running && !pool->jobs.head && !pool->parts.count)
    pthread_cond_broadcast(&pool->idle);
}

static void *worker_main(void *arg) {
  struct worker_start start = *(struct worker_start *)arg;
  free(arg);
  struct pool *pool = start.pool;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    struct task *task = heap_take(&pool->parts);
    if (!task)
      task = queue_take(&pool->jobs);
    if (task)
      run_unlocked(pool, task, start.worker);
    else if (pool->stopping)
      break;
    else
      fall_asleep(pool, NULL);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

void pool_add_job(struct pool *pool, struct task *task) {
  pthread_mutex_lock(&pool->lock);
  queue_add(&pool->jobs, task);
  wake_one(pool, false);
  pthread_mutex_unlock(&pool->lock);
}

void pool_add_part(struct pool *pool, struct task *task) {
  pthread_mutex_lock(&pool->lock);
  task->number = pool->added++;
  heap_add(&pool->parts, task);
  wake_one(pool, true);
  pthread_mutex_unlock(&pool->lock);
}

bool pool_start(struct pool *pool, uint32_t workers) {
  pool->threads = mem_array(workers, sizeof *pool->threads);
  for (uint32_t i = 0; i < workers; i++) {
    struct worker_start *start = mem_alloc(sizeof *start);
    *start = (struct worker_start){pool, i};
    if (pthread_create(&pool->threads[i], NULL, worker_main, start) != 0) {
      free(start);
      break;
    }
    pool->thread_count++;
  }
  return pool->thread_count > 0;
}

void pool_help(struct pool *pool, uint32_t worker, bool (*done)(void *arg), void *arg) {
  pthread_mutex_lock(&pool->lock);
  while (!done(arg)) {
    struct task *task = heap_take(&pool->parts);
    if (task)
      run_unlocked(pool, task, worker);
    else
      fall_asleep(pool, arg);
  }
  if (pool->parts.count) /* one may have been meant for us */
    wake_one(pool, true);
  pthread_mutex_unlock(&pool->lock);
}

void pool_wake(struct pool *pool, const void *arg) {
  pthread_mutex_lock(&pool->lock);
  for (struct sleeper *each = pool->sleepers; each; each = each->next)
    if (each->arg == arg)
      wake(each);
  pthread_mutex_unlock(&pool->lock);
}

bool pool_wait(struct pool *pool, uint64_t ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += (time_t)(ms / 1000);
  until.tv_nsec += (long)(ms % 1000) * 1000000L;
  if (until.tv_nsec >= 1000000000L) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000L;
  }
  pthread_mutex_lock(&pool->lock);
  bool idle;
  while (!(idle = !pool->running && !pool->jobs.head && !pool->parts.count)) {
    if (pthread_cond_timedwait(&pool->idle, &pool->lock, &until) != 0)
      break;
  }
  pthread_mutex_unlock(&pool->lock);
  return idle;
}

void pool_free(struct pool *pool) {
  if (!pool)
    return;
  pthread_mutex_lock(&pool->lock);
  pool->stopping = true;
  for (struct sleeper *each = pool->sleepers; each; each = each->next)
    wake(each);
  pthread_mutex_unlock(&pool->lock);
  for (uint32_t i = 0; i < pool->thread_count; i++)
    pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->idle);
  pthread_mutex_destroy(&pool->lock);
  free(pool->threads);
  free(pool->parts.items);
  free(pool);
}
