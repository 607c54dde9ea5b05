/* SPDX-License-Identifier: Apache-2.0 */
/* One call into a plugin, seen from our side. */
#include "base/call.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STEP_MS 50

int call_fail(struct artm_call *call, int32_t code, const char *format, ...) {
  auto_free char *text = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&text, format, args);
  va_end(args);
  if (len < 0)
    text = NULL; /* undefined after a failure */
  return error_set(&call->error, code, "%s", text ? text : "(no memory for the message)");
}

int call_check(struct artm_call *call) {
  if (call->cancel != NULL && atomic_load(&call->cancel->level) >= 2)
    return error_set(&call->error, ARTM_E_CANCELLED, "cancelled");
  if (call->deadline_ms > 0 && clock_now_ms() >= call->deadline_ms)
    return error_set(&call->error, ARTM_E_TIMEOUT, "the time limit was reached");
  return 0;
}

/* Whoever sleeps has nothing under way: a signal need not wait for him. */
static int check_sleep(struct artm_call *call) {
  const struct cancel *cancel = call->cancel;
  if (cancel != NULL && atomic_load(&cancel->level) >= 1 && atomic_load(&cancel->signal) != 0)
    return error_set(&call->error, ARTM_E_CANCELLED, "cancelled");
  return call_check(call);
}

int call_sleep(struct artm_call *call, uint64_t ms) {
  uint64_t start = clock_now_ms();
  for (;;) {
    int rc = check_sleep(call);
    if (rc < 0)
      return rc;
    uint64_t now = clock_now_ms(), slept = now - start;
    if (slept >= ms)
      return 0;
    uint64_t step = ms - slept < STEP_MS ? ms - slept : STEP_MS;
    if (call->deadline_ms > now && call->deadline_ms - now < step)
      step = call->deadline_ms - now;
    struct timespec ts = {.tv_nsec = (long)step * 1000000};
    nanosleep(&ts, NULL);
  }
}

void call_on_end(struct artm_call *call, void (*run)(void *), void *arg) {
  struct call_cleanup *cleanup = arena_alloc(&call->memory, sizeof *cleanup);
  *cleanup = (struct call_cleanup){.next = call->cleanups, .run = run, .arg = arg};
  call->cleanups = cleanup;
}

void call_done(struct artm_call *call) {
  while (call->cleanups != NULL) {
    struct call_cleanup *cleanup = call->cleanups;
    call->cleanups = cleanup->next;
    cleanup->run(cleanup->arg);
  }
  arena_done(&call->memory);
  error_done(&call->error);
}
