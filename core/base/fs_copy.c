/* SPDX-License-Identifier: Apache-2.0 */
/* Copying a file whole. */
#include "base/fs.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (256u << 10)

static int fail(struct error *err, const char *what, const char *path) {
  error_set(err, ARTM_E_LOCAL, "cannot %s %s: %s", what, path, strerrordesc_np(errno));
  return error_where(err, "%s", path);
}

static int copy_bytes(int from, int to, const char *from_path, const char *to_path,
                      struct error *err) {
  auto_free char *chunk = mem_alloc(CHUNK);
  for (;;) {
    ssize_t got = read(from, chunk, CHUNK);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(err, "read", from_path);
    if (got == 0)
      return 0;
    if (fd_write_all(to, chunk, (size_t)got) < 0)
      return fail(err, "write", to_path);
  }
}

int fs_copy(const char *from, const char *to, unsigned mode, struct error *err) {
  struct stat st;
  auto_fd in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (in < 0 || fstat(in, &st) < 0)
    return fail(err, "read", from);
  if (!S_ISREG(st.st_mode))
    return error_set(err, ARTM_E_LOCAL, "%s is no plain file", from);
  auto_free char *beside = str_format("%s.%ld.tmp", to, (long)gettid());
  auto_fd out = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
  if (out < 0)
    return fail(err, "write", beside);
  int result = copy_bytes(in, out, from, beside, err);
  if (result == 0 && rename(beside, to) < 0)
    result = fail(err, "write", to);
  if (result < 0)
    unlink(beside);
  return result;
}
