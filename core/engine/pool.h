/* SPDX-License-Identifier: Apache-2.0 */
/* Worker threads: parts of jobs that have begun come before jobs that have not. */
#ifndef ENGINE_POOL_H
#define ENGINE_POOL_H
#include <stdbool.h>
#include <stdint.h>

struct pool;
struct task {
  struct task *next;
  uint64_t priority; /* of a part: the highest first, then the oldest */
  uint64_t number;   /* the pool's own */
  /* worker: 0, 1, ...: which thread runs it. The task may be freed by run. */
  void (*run)(struct task *, uint32_t worker);
};

struct pool *pool_new(void);
void pool_add_job(struct pool *, struct task *);
void pool_add_part(struct pool *, struct task *);
/* Starts the threads; what is queued begins to run. False if not even one could be started. */
bool pool_start(struct pool *, uint32_t workers);
/* Called inside a task: runs parts of any job until done(arg) holds. done is called with the
 * pool's lock held and must be quick; pool_wake with the same arg has it asked again. */
void pool_help(struct pool *, uint32_t worker, bool (*done)(void *arg), void *arg);
void pool_wake(struct pool *, const void *arg);
/* Waits until every queue is empty and no task runs, at most ms. True: all is done. */
bool pool_wait(struct pool *, uint64_t ms);
/* Ends the threads; nothing may be queued. */
void pool_free(struct pool *);
#endif
