/* SPDX-License-Identifier: Apache-2.0 */
/* One call into a plugin, seen from our side: its error slot, cancellation, time limit, and the
 * memory that is lent until it ends. Never shared between threads. */
#ifndef BASE_CALL_H
#define BASE_CALL_H
#include "base/error.h"
#include "base/memory.h"
#include <stdatomic.h>
#include <stdbool.h>

/* Shared by all calls of a run. 0: go on. 1: drain (no new job is started). 2: stop now. */
struct cancel {
  atomic_int level;
  atomic_int signal; /* the signal that asked for it, 0: none (fail-fast) */
};

struct traffic; /* http/traffic.h: requests and bytes by origin, may be NULL */

struct call_cleanup {
  struct call_cleanup *next;
  void (*run)(void *arg);
  void *arg;
};

struct artm_call {
  struct error error;
  const struct cancel *cancel; /* or NULL */
  uint64_t deadline_ms;        /* monotonic; 0: none */
  struct traffic *traffic;
  const char *plugin; /* id, for messages */
  struct arena memory;
  struct call_cleanup *cleanups;
  void (*on_progress)(void *arg, uint64_t done, uint64_t total); /* or NULL */
  void *on_progress_arg;
};

/* Fails the call; returns code. */
int call_fail(struct artm_call *, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 0, or ARTM_E_CANCELLED or ARTM_E_TIMEOUT with the error set. */
int call_check(struct artm_call *);
/* Sleeps up to ms, less when out of time or cancelled, by the first signal already; answers like
 * call_check. */
int call_sleep(struct artm_call *, uint64_t ms);
/* Runs run(arg) when the call ends, last registered first. */
void call_on_end(struct artm_call *, void (*run)(void *), void *arg);
/* Ends the call: runs cleanups, frees lent memory and the error. */
void call_done(struct artm_call *);
#define auto_call __attribute__((cleanup(call_done))) struct artm_call
#endif
