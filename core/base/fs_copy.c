/* SPDX-License-Identifier: Apache-2.0 */
/* Copying a file whole. */
#include "base/fs.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (256u << 10)

static int fail(struct error *err, const char *what, const char *path) {
  error_set(err, ARTM_E_LOCAL, "cannot %s %s: %s", what, path, strerrordesc_np(errno));
  return error_where(err, "%s", path);
}

int fd_copy_all(int from, int to) {
  auto_free char *chunk = mem_alloc(CHUNK);
  for (;;) {
    ssize_t got = read(from, chunk, CHUNK);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? -1 : 0;
    if (fd_write_all(to, chunk, (size_t)got) < 0)
      return -1;
  }
}

int fs_copy(const char *from, const char *to, unsigned mode, struct error *err) {
  struct stat st;
  auto_fd in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (in < 0 || fstat(in, &st) < 0)
    return fail(err, "read", from);
  if (!S_ISREG(st.st_mode))
    return error_set(err, ARTM_E_LOCAL, "%s is no plain file", from);
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
    return fail(err, "write", to);
  auto_free char *beside = str_format("%s.%016llx.tmp", to, (unsigned long long)number);
  auto_fd out = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
  if (out < 0)
    return fail(err, "write", beside);
  int result = fd_copy_all(in, out) < 0 ? fail(err, "copy", to) : 0;
  if (result == 0 && rename(beside, to) < 0)
    result = fail(err, "write", to);
  if (result < 0)
    unlink(beside);
  return result;
}
