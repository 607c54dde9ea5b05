/* SPDX-License-Identifier: Apache-2.0 */
/* Programs run to their end, with what became of them. */
#ifndef TESTS_PROCESS_OUTCOME_H
#define TESTS_PROCESS_OUTCOME_H
#include "base/clock.h"
#include "base/fs.h"
#include "base/process.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const plain_env[] = {"PATH=/usr/bin:/bin", "GREETING=hello", NULL};

struct outcome {
  int rc;
  struct artm_call call;
  struct process_result result;
  uint64_t ms;
};

static void run(struct outcome *o, struct process_command *command, const char *script) {
  const char *argv[] = {"sh", "-c", script, NULL};
  if (script)
    command->argv = argv;
  if (!command->env)
    command->env = plain_env;
  if (!command->output_max)
    command->output_max = 1 << 20;
  uint64_t start = clock_now_ms();
  o->rc = process_run(&o->call, command, &o->result);
  o->ms = clock_now_ms() - start;
  command->argv = NULL;
  /* Whatever happened, nothing of it is left to wait for. */
  assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void outcome_done(struct outcome *o) {
  if (o->rc == 0)
    process_result_done(&o->result);
  call_done(&o->call);
}
#endif
