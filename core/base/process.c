/* SPDX-License-Identifier: Apache-2.0 */
/* Running another program to its end. */
#include "base/process.h"
#include "base/clock.h"
#include "base/fs.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_MAX 4096
#define GRACE_MS 2000
#define POLL_MS 200
#define POLL_BLIND_MS 20 /* without a pidfd the end of the child is only seen by asking */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

struct child {
  const struct process_command *command;
  struct artm_call *call;
  pid_t pid;
  int out, err, pidfd;        /* -1: closed */
  uint64_t start_ms, stop_ms; /* stop_ms: when TERM was sent, 0: not yet */
  bool killed;
  int failure; /* ARTM_E_*, set in the call */
  size_t written;
  struct process_result result;
};

static const char *environment_value(const char *const *env, const char *name) {
  size_t len = strlen(name);
  for (; env && *env; env++)
    if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
      return *env + len + 1;
  return NULL;
}

static bool is_program(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Only absolute folders of PATH count: the child starts elsewhere. */
static char *find_program(const char *name, const char *path) {
  if (strchr(name, '/'))
    return is_program(name) ? str_copy(name) : NULL;
  for (const char *part = path ? path : DEFAULT_PATH; *part;) {
    size_t len = strcspn(part, ":");
    if (len && part[0] == '/') {
      char *file = str_format("%.*s/%s", (int)len, part, name);
      if (is_program(file))
        return file;
      free(file);
    }
    part += len + (part[len] == ':');
  }
  return NULL;
}

/* A file in memory rather than a pipe: nothing can block or raise SIGPIPE. */
static int open_input(const char *input) {
  if (!input)
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
  int fd = memfd_create("input", MFD_CLOEXEC);
  if (fd >= 0 && (fd_write_all(fd, input, strlen(input)) < 0 || lseek(fd, 0, SEEK_SET) < 0))
    fd_close(&fd);
  return fd;
}

static int spawn_actions(posix_spawn_file_actions_t *actions, const struct process_command *command,
                         int in, int out, int err) {
  int rc = posix_spawn_file_actions_adddup2(actions, in, 0);
  if (!rc)
    rc = posix_spawn_file_actions_adddup2(actions, out, 1);
  if (!rc)
    rc = posix_spawn_file_actions_adddup2(actions, err, 2);
#if __GLIBC_PREREQ(2, 34)
  if (!rc)
    rc = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
  if (!rc)
    rc = posix_spawn_file_actions_addchdir_np(actions, command->folder ? command->folder : "/");
  return rc;
}

static int spawn_attributes(posix_spawnattr_t *attributes) {
  sigset_t all, none;
  sigfillset(&all);
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  sigemptyset(&none);
  int rc = posix_spawnattr_setpgroup(attributes, 0);
  if (!rc)
    rc = posix_spawnattr_setsigdefault(attributes, &all);
  if (!rc)
    rc = posix_spawnattr_setsigmask(attributes, &none);
  if (!rc)
    rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                  POSIX_SPAWN_SETSIGMASK);
  return rc;
}

/* 0 or an errno. */
static int spawn(struct child *child, const char *program, int in, int out, int err) {
  static const char *const empty[] = {NULL};
  const struct process_command *command = child->command;
  const char *const *env = command->env ? command->env : empty;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int rc = posix_spawn_file_actions_init(&actions);
  if (rc)
    return rc;
  rc = posix_spawnattr_init(&attributes);
  if (!rc) {
    rc = spawn_actions(&actions, command, in, out, err);
    if (!rc)
      rc = spawn_attributes(&attributes);
    if (!rc) /* posix_spawn writes to neither array */
      rc = posix_spawn(&child->pid, program, &actions, &attributes,
                       (char *const *)(uintptr_t)command->argv, (char *const *)(uintptr_t)env);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return rc;
}

static int start(struct child *child) {
  struct artm_call *call = child->call;
  const char *name = child->command->argv[0];
  auto_free char *program = find_program(name, environment_value(child->command->env, "PATH"));
  if (!program)
    return ARTM_NO;
  auto_fd in = open_input(child->command->input);
  int pair[2];
  if (in < 0 || pipe2(pair, O_CLOEXEC) < 0)
    return call_fail(call, ARTM_E_LOCAL, "can't start %s: %s", name, strerror(errno));
  child->out = pair[0];
  auto_fd out = pair[1];
  if (pipe2(pair, O_CLOEXEC) < 0)
    return call_fail(call, ARTM_E_LOCAL, "can't start %s: %s", name, strerror(errno));
  child->err = pair[0];
  auto_fd err = pair[1];
  /* Our ends only: O_NONBLOCK belongs to the open file, and the two ends are two of them. */
  if (fcntl(child->out, F_SETFL, O_NONBLOCK) < 0 || fcntl(child->err, F_SETFL, O_NONBLOCK) < 0)
    return call_fail(call, ARTM_E_LOCAL, "can't start %s: %s", name, strerror(errno));
  int rc = spawn(child, program, in, out, err);
  if (rc)
    return call_fail(call, ARTM_E_LOCAL, "can't start %s: %s", name, strerror(rc));
  /* Its memory holds credentials. */
  prlimit(child->pid, RLIMIT_CORE, &(struct rlimit){0, 0}, NULL);
  child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
  child->start_ms = clock_now_ms();
  return 0;
}

/* The child itself may have gone to another group, even to ours. */
static void signal_group(const struct child *child, int number) {
  kill(-child->pid, number);
  if (getpgid(child->pid) != child->pid)
    kill(child->pid, number);
}

/* Asks the child to end because of an error that the call already holds. */
static void stop(struct child *child, int failure) {
  if (child->failure)
    return;
  child->failure = failure;
  child->stop_ms = clock_now_ms();
  signal_group(child, SIGTERM);
  signal_group(child, SIGCONT);
}

static void keep_tail(struct buf *tail, const char *data, size_t len) {
  if (len > TAIL_MAX) {
    data += len - TAIL_MAX;
    len = TAIL_MAX;
  }
  if (tail->len + len > TAIL_MAX) {
    size_t drop = tail->len + len - TAIL_MAX;
    memmove(tail->data, tail->data + drop, tail->len - drop);
    tail->len -= drop;
  }
  buf_add(tail, data, len);
}

static void keep_output(struct child *child, const char *data, size_t len) {
  const struct process_command *command = child->command;
  if (child->failure)
    return;
  if (len > command->output_max - child->written) {
    stop(child, call_fail(child->call, ARTM_E_LOCAL, "%s wrote more than %zu bytes",
                          command->argv[0], command->output_max));
    return;
  }
  child->written += len;
  if (command->output_fd < 0)
    buf_add(&child->result.output, data, len);
  else if (fd_write_all(command->output_fd, data, len) < 0)
    stop(child, call_fail(child->call, ARTM_E_LOCAL, "can't keep the output of %s: %s",
                          command->argv[0], strerror(errno)));
}

/* Reads what a pipe has now, within a budget so that limits are looked at in between. */
static void drain(struct child *child, int *fd) {
  char data[16384];
  for (int i = 0; i < 16 && *fd >= 0; i++) {
    ssize_t n = read(*fd, data, sizeof data);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0)
      fd_close(fd);
    else if (fd == &child->out)
      keep_output(child, data, (size_t)n);
    else
      keep_tail(&child->result.error_tail, data, (size_t)n);
  }
}

/* The child stays a zombie until reap, so that its group can't become somebody else's. */
static bool has_ended(const struct child *child) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ? errno != EINTR
                                                                                 : info.si_pid != 0;
}

static void check_limits(struct child *child) {
  uint64_t now = clock_now_ms(), limit = child->command->timeout_ms;
  if (child->failure) {
    if (!child->killed && now - child->stop_ms >= GRACE_MS) {
      signal_group(child, SIGKILL);
      child->killed = true;
    }
    return;
  }
  int rc = call_check(child->call);
  if (rc) {
    stop(child, rc);
  } else if (limit && now - child->start_ms >= limit) {
    auto_free char *spelled = text_duration(limit);
    stop(child, call_fail(child->call, ARTM_E_TIMEOUT, "%s did not end within %s",
                          child->command->argv[0], spelled));
  }
}

static int wait_ms(const struct child *child) {
  uint64_t most = child->pidfd < 0 ? POLL_BLIND_MS : POLL_MS, now = clock_now_ms();
  uint64_t limit = child->command->timeout_ms, end = child->start_ms + limit;
  if (child->failure)
    end = child->stop_ms + GRACE_MS;
  if (!child->failure && (!limit || limit > UINT64_MAX - child->start_ms))
    return (int)most;
  uint64_t left = end > now ? end - now : 1;
  return (int)(left < most ? left : most);
}

static void follow(struct child *child) {
  while (!has_ended(child)) {
    struct pollfd fds[3] = {
        {child->out, POLLIN, 0}, {child->err, POLLIN, 0}, {child->pidfd, POLLIN, 0}};
    if (poll(fds, 3, wait_ms(child)) > 0) {
      drain(child, &child->out);
      drain(child, &child->err);
    }
    check_limits(child);
  }
}

/* What the child itself wrote is in the pipes now; whoever still holds them is not waited for. */
static int reap(struct child *child) {
  signal_group(child, SIGKILL);
  for (size_t before = SIZE_MAX; child->out >= 0 && before != child->written;) {
    before = child->written;
    drain(child, &child->out);
  }
  drain(child, &child->err);
  int status = 0;
  pid_t pid;
  do
    pid = waitpid(child->pid, &status, 0);
  while (pid < 0 && errno == EINTR);
  if (child->failure)
    return child->failure;
  if (pid < 0)
    return call_fail(child->call, ARTM_E_LOCAL, "can't learn how %s ended: %s",
                     child->command->argv[0], strerror(errno));
  child->result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  child->result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return 0;
}

int process_run(struct artm_call *call, const struct process_command *command,
                struct process_result *ret) {
  struct child child = {.command = command, .call = call, .out = -1, .err = -1, .pidfd = -1};
  int rc = call_check(call);
  if (!rc)
    rc = start(&child);
  if (!rc) {
    follow(&child);
    rc = reap(&child);
  }
  fd_close(&child.out);
  fd_close(&child.err);
  fd_close(&child.pidfd);
  if (rc) {
    process_result_done(&child.result);
    return rc;
  }
  buf_text(&child.result.output, "");
  buf_text(&child.result.error_tail, "");
  *ret = child.result;
  return 0;
}

void process_result_done(struct process_result *result) {
  buf_done(&result->output);
  buf_done(&result->error_tail);
}

void process_clean_environment(const char *home, struct strings *env) {
  static const char *const kept[] = {"http_proxy",    "https_proxy",  "no_proxy",      "all_proxy",
                                     "HTTP_PROXY",    "HTTPS_PROXY",  "NO_PROXY",      "ALL_PROXY",
                                     "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"};
  const char *path = getenv("PATH");
  strings_add_taken(env, str_format("PATH=%s", path ? path : DEFAULT_PATH));
  strings_add(env, "LANG=C.UTF-8");
  for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
    const char *value = getenv(kept[i]);
    if (value)
      strings_add_taken(env, str_format("%s=%s", kept[i], value));
  }
  if (home) {
    strings_add_taken(env, str_format("HOME=%s", home));
    strings_add_taken(env, str_format("TMPDIR=%s", home));
  }
}
