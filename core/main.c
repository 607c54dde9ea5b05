/* SPDX-License-Identifier: Apache-2.0 */
/* The process: libraries, limits, signals. */
#include "base/json.h"
#include "cli/app.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Each arena keeps what its threads have freed; they allocate too seldom to be in each other's way.
 */
#define ARENAS 2

static struct cancel cancel;

/* First: drain. Second: stop. Third: leave, which is safe at any moment. */
static void on_signal(int number) {
  int before = atomic_exchange(&cancel.signal, number);
  if (before == 0 && atomic_load(&cancel.level) > 0)
    return; /* drained already, by --fail-fast */
  if (atomic_load(&cancel.level) >= 2)
    _exit(128 + number);
  atomic_store(&cancel.level, before == 0 ? 1 : 2);
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  struct sigaction before;
  if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup */
    sigaction(SIGHUP, &action, NULL);
}

/* A file that is opened later must not become standard output. */
static void keep_standard_streams(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
      _exit(EXIT_LOCAL);
}

int main(int argc, char **argv) {
  const struct rlimit no_core = {0, 0}; /* it would hold passwords */
  setrlimit(RLIMIT_CORE, &no_core);
  keep_standard_streams();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
  signal(SIGCHLD, SIG_DFL); /* ignored by our parent, it would hide how our children ended */
  mallopt(M_ARENA_MAX, ARENAS);
  json_setup();
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
    return EXIT_LOCAL;
  int code = cli_main(argc, argv, &cancel, catch_signals);
  curl_global_cleanup();
  return code;
}
