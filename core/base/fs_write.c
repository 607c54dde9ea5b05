/* SPDX-License-Identifier: Apache-2.0 */
/* Writing files, making and removing folders. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/memory.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TREE_DEPTH_MAX 256
#define NAME_ATTEMPTS 16
#define COPY_CHUNK ((size_t)256 << 10)

static int fail(struct error *err, const char *what, const char *path) {
  int reason = errno;
  error_set(err, ARTM_E_LOCAL, "cannot %s %s: %s", what, path, strerrordesc_np(reason));
  error_where(err, "%s", path);
  if (reason == ENOSPC || reason == EDQUOT)
    error_hint(err, "free some space there or choose another folder");
  return err->code;
}

int fd_write_all(int fd, const void *data, size_t len) {
  const char *p = data;
  while (len > 0) {
    ssize_t written = write(fd, p, len);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return -1;
    p += written;
    len -= (size_t)written;
  }
  return 0;
}

int fd_copy_all(int from, int to) {
  auto_free char *chunk = mem_alloc(COPY_CHUNK);
  for (;;) {
    ssize_t got = read(from, chunk, COPY_CHUNK);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? -1 : 0;
    if (fd_write_all(to, chunk, (size_t)got) < 0)
      return -1;
  }
}

static uint64_t random_number(void) {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
    number = (uint64_t)clock_wall_ms() * 1000003u + (uint64_t)getpid();
  return number;
}

/* A pipe, terminal or device: nothing to replace, just written to. */
static int write_in_place(const char *path, const void *data, size_t len, struct error *err) {
  auto_fd fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 || fd_write_all(fd, data, len) < 0)
    return fail(err, "write", path);
  return 0;
}

static int open_beside(const char *path, unsigned mode, char **ret_name) {
  for (int i = 0; i < NAME_ATTEMPTS; i++) {
    auto_free char *name = str_format("%s.%016llx.tmp", path, (unsigned long long)random_number());
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (fd >= 0) {
      *ret_name = take(name);
      return fd;
    }
    if (errno != EEXIST)
      return -1;
  }
  return -1;
}

static int sync_folder_of(const char *path) {
  auto_free char *parent = fs_parent(path);
  auto_fd fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  /* Some file systems can't sync a folder, which is no fault of ours. */
  return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -1 : 0;
}

static int replace_file(const char *path, const void *data, size_t len, unsigned mode, bool sync,
                        struct error *err) {
  auto_free char *name = NULL;
  auto_fd fd = open_beside(path, mode, &name);
  if (fd < 0)
    return fail(err, "write", path);
  if (fd_write_all(fd, data, len) < 0 || (sync && fsync(fd) < 0) || rename(name, path) < 0) {
    fail(err, "write", path);
    unlink(name);
    return err->code;
  }
  return sync && sync_folder_of(path) < 0 ? fail(err, "sync the folder of", path) : 0;
}

int fs_write_unsynced(const char *path, const void *data, size_t len, unsigned mode,
                      struct error *err) {
  return replace_file(path, data, len, mode, false, err);
}

int fs_write(const char *path, const void *data, size_t len, unsigned mode, struct error *err) {
  struct stat st;
  if (stat(path, &st) < 0)
    return replace_file(path, data, len, mode, true, err);
  if (S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    return fail(err, "write", path);
  }
  if (!S_ISREG(st.st_mode))
    return write_in_place(path, data, len, err);
  /* A link stays; what it points to is replaced. */
  auto_free char *real = realpath(path, NULL);
  return replace_file(real != NULL ? real : path, data, len, mode, true, err);
}

int fs_copy(const char *from, const char *to, unsigned mode, struct error *err) {
  struct stat st;
  auto_free char *name = NULL;
  auto_fd in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (in < 0 || fstat(in, &st) < 0)
    return fail(err, "read", from);
  if (!S_ISREG(st.st_mode))
    return error_set(err, ARTM_E_LOCAL, "%s is no plain file", from);
  auto_fd out = open_beside(to, mode, &name);
  if (out < 0)
    return fail(err, "write", to);
  if (fd_copy_all(in, out) == 0 && rename(name, to) == 0)
    return 0;
  fail(err, "copy to", to);
  unlink(name);
  return err->code;
}

int fs_make_folders(const char *path, unsigned mode, struct error *err) {
  auto_free char *part = str_copy(path);
  for (char *p = part;; p++) {
    if (*p != '/' && *p != '\0')
      continue;
    char end = *p;
    *p = '\0';
    if (part[0] != '\0' && mkdir(part, (mode_t)mode) < 0) {
      int reason = errno;
      if (!fs_is_folder(part)) {
        errno = reason == EEXIST ? ENOTDIR : reason;
        return fail(err, "make the folder", part);
      }
    }
    *p = end;
    if (end == '\0')
      return 0;
  }
}

/* Takes fd, an open folder, and removes what is in it. -1 with errno. */
/* Who filled the folder may have taken our own rights to it away. */
static int open_inner(int folder, const char *name) {
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat(folder, name, flags);
  if (fd < 0 && errno == EACCES && fchmodat(folder, name, 0700, 0) == 0)
    fd = openat(folder, name, flags);
  return fd;
}

static int remove_content(int fd, int depth) {
  fchmod(fd, 0700); /* if it can't be done, what follows says why */
  DIR *folder = fdopendir(fd);
  if (folder == NULL) {
    close(fd);
    return -1;
  }
  int rc = 0;
  const struct dirent *entry;
  while (rc == 0 && (errno = 0, entry = readdir(folder)) != NULL) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
      continue;
    if (unlinkat(dirfd(folder), name, 0) == 0 || errno == ENOENT)
      continue;
    if (errno != EISDIR && errno != EPERM) {
      rc = -1;
      break;
    }
    if (depth >= TREE_DEPTH_MAX) {
      errno = ELOOP;
      rc = -1;
      break;
    }
    int inner = open_inner(dirfd(folder), name);
    if (inner < 0 || remove_content(inner, depth + 1) < 0)
      rc = -1;
    else
      rc = unlinkat(dirfd(folder), name, AT_REMOVEDIR);
  }
  int reason = rc < 0 ? errno : 0;
  closedir(folder);
  errno = reason;
  return rc;
}

int fs_remove_tree(const char *path, struct error *err) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return 0;
  if (fd < 0 || remove_content(fd, 0) < 0 || (rmdir(path) < 0 && errno != ENOENT))
    return fail(err, "remove", path);
  return 0;
}

static char *temp_template(void) {
  const char *folder = getenv("TMPDIR");
  return fs_join(folder != NULL && folder[0] == '/' ? folder : "/tmp", "artmirror-XXXXXX");
}

int fs_private_folder(char **ret_path, struct error *err) {
  auto_free char *path = temp_template();
  if (mkdtemp(path) == NULL)
    return fail(err, "make a private folder like", path);
  *ret_path = take(path);
  return 0;
}

int fs_temp_file(int *ret_fd, struct error *err) {
  auto_free char *path = temp_template(), *folder = fs_parent(path);
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (fd < 0) {
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
      return fail(err, "make a temporary file like", path);
    unlink(path);
  }
  *ret_fd = fd;
  return 0;
}
