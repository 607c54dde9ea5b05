/* SPDX-License-Identifier: Apache-2.0 */
/* The scanners of a run and the scans that jobs want of them. */
#include "engine/scan_queue.h"
#include "base/clock.h"
#include "base/map.h"
#include "report/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define PREPARE_MS (30u * 60 * 1000) /* a database download takes its time */

struct line {       /* of one scanner */
  struct task task; /* first: probes or prepares it */
  struct scan_queue *queue;
  const struct run_scanner *of;
  enum scanner_stage reached;
  bool moving;         /* the task is on its way to the next stage */
  struct arena memory; /* of tool */
  struct scan_tool tool;
  struct error error; /* why it can't be used */
  bool missing;
  struct task *waiters;
};
struct slot {                       /* of one scan */
  const struct scan_result *result; /* NULL: under way, or waiting for its turn */
  struct task *waiters;
  bool granted; /* its turn has come: whoever asks next scans */
  struct task *owner;
  struct slot *next; /* in turn */
};
struct scan_queue {
  const struct run_input *input;
  struct pool *pool;
  struct run_report *report;
  pthread_mutex_t lock;
  struct line *lines;
  struct map slots; /* key -> struct slot */
  size_t running, limit;
  struct slot *turn, **turn_tail; /* those that wait until another scan ends */
};

static size_t processors(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

struct scan_queue *scan_queue_new(const struct run_input *input, struct pool *pool,
                                  struct run_report *report) {
  struct scan_queue *queue = mem_alloc(sizeof *queue);
  queue->input = input;
  queue->pool = pool;
  queue->report = report;
  queue->limit = processors();
  queue->turn_tail = &queue->turn;
  queue->lines = mem_array(input->scanner_count + 1, sizeof *queue->lines);
  for (size_t i = 0; i < input->scanner_count; i++) {
    queue->lines[i].queue = queue;
    queue->lines[i].of = &input->scanners[i];
  }
  pthread_mutex_init(&queue->lock, NULL);
  return queue;
}

void scan_queue_free(struct scan_queue *queue) {
  if (!queue)
    return;
  for (size_t i = 0; i < queue->input->scanner_count; i++) {
    arena_done(&queue->lines[i].memory);
    error_done(&queue->lines[i].error);
  }
  for (size_t i = 0; i < queue->slots.count; i++)
    if (queue->slots.items[i].key)
      free(queue->slots.items[i].value);
  map_done(&queue->slots);
  pthread_mutex_destroy(&queue->lock);
  free(queue->lines);
  free(queue);
}

static void add_parts(struct pool *pool, struct task *waiters) {
  while (waiters) {
    struct task *next = waiters->next;
    pool_add_part(pool, waiters);
    waiters = next;
  }
}

static void push(struct task **list, struct task *task) {
  task->next = *list;
  *list = task;
}

/* One stage further; a tool that can't be used has nothing more before it. */
static enum scanner_stage move_on(struct line *line, struct artm_call *call) {
  struct scanner *scanner = line->of->scanner;
  bool probe = line->reached == SCANNER_NOT_ASKED;
  int result = probe ? scanner_probe(scanner, call, &line->memory, &line->tool)
                     : scanner_prepare(scanner, call, &line->memory, &line->tool);
  line->missing = result == ARTM_NO;
  if (line->missing) {
    error_set(&line->error, ARTM_E_UNSUPPORTED, "%s is not installed", line->of->schema->id);
    error_hint(&line->error, "install it where PATH finds it");
  } else if (result < 0) {
    error_move(&line->error, &call->error);
  }
  return probe && result == 0 ? SCANNER_PROBED : SCANNER_READY;
}

static void line_run(struct task *task, uint32_t worker) {
  struct line *line = (struct line *)task;
  struct scan_queue *queue = line->queue;
  (void)worker;
  struct log_group *before = log_group_enter(NULL); /* it is no single job's matter */
  auto_call call = {.cancel = queue->input->cancel, .deadline_ms = clock_now_ms() + PREPARE_MS};
  line->tool.plugin = line->of->schema->id;
  enum scanner_stage reached = move_on(line, &call);
  log_group_enter(before);
  pthread_mutex_lock(&queue->lock);
  line->reached = reached;
  line->moving = false;
  struct task *waiters = line->waiters;
  line->waiters = NULL;
  pthread_mutex_unlock(&queue->lock);
  add_parts(queue->pool, waiters);
}

bool scan_queue_reached(struct scan_queue *queue, size_t scanner, enum scanner_stage stage,
                        struct task *waiter) {
  struct line *line = &queue->lines[scanner];
  pthread_mutex_lock(&queue->lock);
  bool reached = line->reached >= stage, begin = !reached && !line->moving;
  if (!reached) {
    line->moving = true;
    push(&line->waiters, waiter);
  }
  pthread_mutex_unlock(&queue->lock);
  if (begin) {
    line->task.run = line_run;
    pool_add_part(queue->pool, &line->task);
  }
  return reached;
}

const struct scan_tool *scan_queue_tool(struct scan_queue *queue, size_t scanner) {
  return &queue->lines[scanner].tool;
}

const struct error *scan_queue_refusal(struct scan_queue *queue, size_t scanner) {
  const struct error *error = &queue->lines[scanner].error;
  return error->code ? error : NULL;
}

bool scan_queue_is_missing(struct scan_queue *queue, size_t scanner) {
  return queue->lines[scanner].missing;
}

/* Nobody has asked for it yet: at once, or when its turn comes. */
static enum scan_claim begin(struct scan_queue *queue, const char *key, struct task *owner) {
  struct slot *slot = mem_alloc(sizeof *slot);
  map_put(&queue->slots, key, slot);
  if (queue->running < queue->limit) {
    queue->running++;
    return SCAN_CLAIM_BRING;
  }
  slot->owner = owner;
  *queue->turn_tail = slot;
  queue->turn_tail = &slot->next;
  return SCAN_CLAIM_WAIT;
}

enum scan_claim scan_queue_claim(struct scan_queue *queue, const char *key, struct task *waiter,
                                 const struct scan_result **ret) {
  enum scan_claim claim = SCAN_CLAIM_WAIT;
  pthread_mutex_lock(&queue->lock);
  struct slot *slot = map_get(&queue->slots, key);
  if (!slot) {
    claim = begin(queue, key, waiter);
  } else if (slot->result) {
    *ret = slot->result;
    claim = SCAN_CLAIM_DONE;
  } else if (slot->granted) {
    slot->granted = false;
    claim = SCAN_CLAIM_BRING;
  } else {
    push(&slot->waiters, waiter);
  }
  pthread_mutex_unlock(&queue->lock);
  return claim;
}

/* The part that owns the next scan in turn, or NULL. */
static struct task *grant_next(struct scan_queue *queue) {
  struct slot *slot = queue->turn;
  if (!slot)
    return NULL;
  queue->turn = slot->next;
  if (!queue->turn)
    queue->turn_tail = &queue->turn;
  slot->granted = true;
  queue->running++;
  return slot->owner;
}

void scan_queue_share(struct scan_queue *queue, const char *key, const struct scan_result *result) {
  pthread_mutex_lock(&queue->lock);
  if (!map_has(&queue->slots, key)) {
    struct slot *slot = mem_alloc(sizeof *slot);
    slot->result = result;
    map_put(&queue->slots, key, slot);
  }
  pthread_mutex_unlock(&queue->lock);
}

void scan_queue_finish(struct scan_queue *queue, const char *key, struct scan_result *result) {
  if (result)
    run_report_add_scan(queue->report, result);
  pthread_mutex_lock(&queue->lock);
  struct slot *slot = map_get(&queue->slots, key);
  struct task *waiters = slot->waiters;
  slot->waiters = NULL;
  slot->result = result;
  if (!result) {
    map_remove(&queue->slots, key);
    free(slot);
  }
  queue->running--;
  struct task *next = grant_next(queue);
  pthread_mutex_unlock(&queue->lock);
  add_parts(queue->pool, waiters);
  if (next)
    pool_add_part(queue->pool, next);
}
