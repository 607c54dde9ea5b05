/* SPDX-License-Identifier: Apache-2.0 */
/* Trying foreign code in a child process. */
#include "plugin/trial.h"
#include "base/clock.h"
#include "report/log.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RETURNED 113 /* an exit code that no exit() of a plugin is likely to have */
#define LIMIT_MS 10000
#define STEP_NS 1000000

static _Noreturn void be_child(void (*step)(void *arg), void *arg) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
  /* Our handlers are the parent's business, and its death is ours. */
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    signal(numbers[i], SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  log_setup(LOG_ERROR, LOG_TEXT, false); /* the same lines come again when it is done in earnest */
  step(arg);
  _exit(RETURNED);
}

/* False: it had to be killed. */
static bool wait_for(pid_t pid, int *status) {
  uint64_t end = clock_now_ms() + LIMIT_MS;
  for (;;) {
    pid_t got = waitpid(pid, status, WNOHANG);
    if (got == pid)
      return true;
    if (got < 0 && errno != EINTR) {
      *status = 0;
      return true;
    }
    if (clock_now_ms() >= end) {
      kill(pid, SIGKILL);
      while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
      return false;
    }
    nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
  }
}

int trial_run(void (*step)(void *arg), void *arg, const char *doing, struct error *err) {
  fflush(NULL); /* or the child's copies of the buffers could be written too */
  pid_t pid = fork();
  if (pid < 0)
    return error_set(err, ARTM_E_LOCAL, "can't make a process: %s", strerror(errno));
  if (pid == 0)
    be_child(step, arg);
  int status;
  if (!wait_for(pid, &status))
    return error_set(err, ARTM_E_CONFIG, "did not return within %d s while %s", LIMIT_MS / 1000,
                     doing);
  if (WIFSIGNALED(status))
    return error_set(err, ARTM_E_CONFIG, "crashed while %s (signal %d, %s)", doing,
                     WTERMSIG(status), strsignal(WTERMSIG(status)));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != RETURNED)
    return error_set(err, ARTM_E_CONFIG, "ended the process while %s (exit code %d)", doing,
                     WEXITSTATUS(status));
  return 0;
}
