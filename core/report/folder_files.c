/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the report folder: complete under their names, or not there. */
#include "base/fs.h"
#include "base/memory.h"
#include "report/folder_part.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".artmirror-"
#define TEMPORARY_END ".tmp"

int folder_fail(const struct folder *folder, const char *what, const char *name,
                struct error *err) {
  int reason = errno;
  error_set(err, ARTM_E_LOCAL, "cannot %s %s in the report folder: %s", what, name,
            strerrordesc_np(reason));
  error_where(err, "%s", folder->path);
  if (reason == ENOSPC || reason == EDQUOT)
    error_hint(err, "free some space there or choose another folder");
  return err->code;
}

bool folder_has(const struct folder *folder, const char *name) {
  struct stat status;
  return fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

bool folder_has_file(const struct folder *folder, const char *name) {
  struct stat status;
  return fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

static int open_temporary(const struct folder *folder, char **ret_name) {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
    return -1;
  *ret_name = str_format(TEMPORARY "%016llx" TEMPORARY_END, (unsigned long long)number);
  return openat(folder->fd, *ret_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
}

/* From memory, or from a file where from is not -1. */
static int make_file(const struct folder *folder, const char *name, const void *data, size_t len,
                     int from, struct error *err) {
  auto_free char *temporary = NULL;
  if (folder_has(folder, name)) {
    errno = EEXIST;
    return folder_fail(folder, "write", name, err);
  }
  auto_fd fd = open_temporary(folder, &temporary);
  if (fd < 0)
    return folder_fail(folder, "write", name, err);
  int result = from >= 0 ? fd_copy_all(from, fd) : fd_write_all(fd, data, len);
  if (result == 0 && fsync(fd) == 0 && renameat(folder->fd, temporary, folder->fd, name) == 0)
    return 0;
  folder_fail(folder, "write", name, err);
  unlinkat(folder->fd, temporary, 0);
  return err->code;
}

int folder_write(const struct folder *folder, const char *name, const void *data, size_t len,
                 struct error *err) {
  return make_file(folder, name, data, len, -1, err);
}

int folder_copy(const struct folder *folder, const char *name, const char *from,
                struct error *err) {
  struct stat status;
  auto_fd fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return error_set(err, ARTM_E_LOCAL, "cannot read the scanner's report for %s: %s", name,
                     fd < 0 ? strerrordesc_np(errno) : "no plain file");
  return make_file(folder, name, NULL, 0, fd, err);
}

void folder_clean(const struct folder *folder) {
  auto_strings names = {0};
  auto_error ignored = {0};
  if (fs_list(folder->path, &names, &ignored) != 0)
    return;
  for (size_t i = 0; i < names.count; i++)
    if (text_starts(names.items[i], TEMPORARY) && text_ends(names.items[i], TEMPORARY_END) &&
        folder_has_file(folder, names.items[i]))
      unlinkat(folder->fd, names.items[i], 0);
}
