/* SPDX-License-Identifier: Apache-2.0 */
/* Worker threads over two queues. */
#include "engine/pool.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
  struct task *head, **tail;
};
struct pool {
  pthread_mutex_t lock;
  pthread_cond_t changed; /* a task came, a part ended, or the end */
  struct queue jobs, parts;
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

struct pool *pool_new(void) {
  struct pool *pool = mem_alloc(sizeof *pool);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&pool->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  pool->jobs.tail = &pool->jobs.head;
  pool->parts.tail = &pool->parts.head;
  return pool;
}

static void pool_add(struct pool *pool, struct queue *queue, struct task *task) {
  pthread_mutex_lock(&pool->lock);
  queue_add(queue, task);
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
}

void pool_add_job(struct pool *pool, struct task *task) {
  pool_add(pool, &pool->jobs, task);
}

void pool_add_part(struct pool *pool, struct task *task) {
  pool_add(pool, &pool->parts, task);
}

/* Runs one task outside the lock, which is held before and after. */
static void run_unlocked(struct pool *pool, struct task *task, uint32_t worker) {
  pool->running++;
  pthread_mutex_unlock(&pool->lock);
  task->run(task, worker);
  pthread_mutex_lock(&pool->lock);
  pool->running--;
  pthread_cond_broadcast(&pool->changed);
}

static void *worker_main(void *arg) {
  struct worker_start start = *(struct worker_start *)arg;
  free(arg);
  struct pool *pool = start.pool;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    struct task *task = queue_take(&pool->parts);
    if (!task)
      task = queue_take(&pool->jobs);
    if (task)
      run_unlocked(pool, task, start.worker);
    else if (pool->stopping)
      break;
    else
      pthread_cond_wait(&pool->changed, &pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
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
    struct task *task = queue_take(&pool->parts);
    if (task)
      run_unlocked(pool, task, worker);
    else
      pthread_cond_wait(&pool->changed, &pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
}

void pool_wake(struct pool *pool) {
  pthread_mutex_lock(&pool->lock);
  pthread_cond_broadcast(&pool->changed);
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
  while (!(idle = !pool->running && !pool->jobs.head && !pool->parts.head)) {
    if (pthread_cond_timedwait(&pool->changed, &pool->lock, &until) != 0)
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
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
  for (uint32_t i = 0; i < pool->thread_count; i++)
    pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->changed);
  pthread_mutex_destroy(&pool->lock);
  free(pool->threads);
  free(pool);
}
