/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded by tests: from the FAIL_AT-th call of FAIL_CALL on, FAIL_TIMES of them (0: all) fail
 * with FAIL_ERRNO, or are cut short when that is 0. File calls count only below FAIL_BELOW.
 * FAIL_MARK is made when it happens. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int calls;

static int number(const char *name) {
  const char *value = getenv(name);
  return value ? (int)strtol(value, NULL, 10) : 0;
}

static int hit(const char *name) {
  const char *wanted = getenv("FAIL_CALL"), *mark = getenv("FAIL_MARK");
  if (!wanted || strcmp(wanted, name) != 0)
    return 0;
  int count = atomic_fetch_add(&calls, 1) + 1, first = number("FAIL_AT"),
      times = number("FAIL_TIMES");
  if (count < first || (times && count >= first + times))
    return 0;
  int fd = mark ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
  if (fd >= 0)
    close(fd);
  errno = number("FAIL_ERRNO");
  return 1;
}

/* The file, or the folder that a name is relative to. */
static int is_below(int fd) {
  char link[64], path[4096];
  const char *below = getenv("FAIL_BELOW");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t len = readlink(link, path, sizeof path - 1);
  return below && len > 0 && strncmp(path, below, strlen(below)) == 0;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))(uintptr_t)dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void *data, size_t len) {
  ssize_t (*real)(int, const void *, size_t) = REAL(ssize_t, "write", int, const void *, size_t);
  if (!is_below(fd) || !hit("write"))
    return real(fd, data, len);
  return errno ? -1 : real(fd, data, len > 1 ? len / 2 : len);
}

int fsync(int fd) {
  return is_below(fd) && hit("fsync") ? -1 : REAL(int, "fsync", int)(fd);
}

int renameat(int from, const char *name, int to, const char *final) {
  return is_below(to) && hit("renameat")
             ? -1
             : REAL(int, "renameat", int, const char *, int, const char *)(from, name, to, final);
}

int linkat(int from, const char *name, int to, const char *final, int flags) {
  return is_below(to) && hit("linkat") ? -1
                                       : REAL(int, "linkat", int, const char *, int, const char *,
                                              int)(from, name, to, final, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *arg) {
  if (hit("pthread_create"))
    return errno;
  return REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *),
              void *)(thread, attributes, start, arg);
}
