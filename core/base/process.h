/* SPDX-License-Identifier: Apache-2.0 */
/* Runs another program to its end: no shell, clean environment, own process group, empty stdin or
 * what is given, no inherited descriptor, no core dump, time and output limits. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H
#include "base/buf.h"
#include "base/call.h"
#include "base/text.h"

struct process_command {
  const char *const *argv; /* argv[0] is looked up in PATH */
  const char *const *env;  /* the whole environment, "NAME=value", NULL at the end */
  const char *folder;      /* working directory; NULL: "/" */
  const char *input;       /* stdin, or NULL */
  uint64_t timeout_ms;     /* TERM, 2 s later KILL, for the whole group */
  size_t output_max;
  int output_fd; /* stdout goes here instead of result->output; -1: not */
};
struct process_result {
  int exit_code; /* -1: a signal ended it */
  int signal;
  struct buf output;     /* stdout */
  struct buf error_tail; /* the last 4 KiB of stderr */
};
/* 0 whatever the exit code. ARTM_NO: no such program. ARTM_E_TIMEOUT, ARTM_E_CANCELLED (as the call
 * says), ARTM_E_LOCAL. The call's error is set. */
int process_run(struct artm_call *, const struct process_command *, struct process_result *);
void process_result_done(struct process_result *);
/* PATH, LANG=C.UTF-8, proxy and CA variables of our own environment, plus HOME and TMPDIR as given;
 * caller frees with strings_done. */
void process_clean_environment(const char *home, struct strings *env);
#endif
