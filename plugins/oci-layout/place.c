/* SPDX-License-Identifier: Apache-2.0 */
/* Ways through a layout's folders that no symbolic link can divert. */
#include "place.h"
#include "common/fail.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

void blob_path(const char *digest, char ret[BLOB_PATH_MAX]) {
  snprintf(ret, BLOB_PATH_MAX, "blobs/%s", digest);
  char *colon = strchr(ret, ':');
  if (colon)
    *colon = '/';
}

int place_root(const struct place *place) {
  int fd = open(place->root, FOLDER);
  return fd < 0 ? -errno : fd;
}

int place_folder(const struct place *place) {
  auto_fd root = place_root(place);
  return root < 0 ? root : folder_at(root, place->name);
}

/* Opens the folder that a component names, made first if wanted. */
static int enter(int folder, const char *component, bool make) {
  if (make && mkdirat(folder, component, 0777) == 0) {
    if (fsync(folder) != 0)
      return -errno;
  } else if (make && errno != EEXIST) {
    return -errno;
  }
  int fd = openat(folder, component, FOLDER | O_NOFOLLOW);
  return fd < 0 ? -errno : fd;
}

/* Copies the first component of path; NULL when it is not a plain name. */
static const char *next_component(const char *path, char ret[NAME_MAX + 1]) {
  size_t len = strcspn(path, "/");
  if (len == 0 || len > NAME_MAX)
    return NULL;
  memcpy(ret, path, len);
  ret[len] = '\0';
  if (strcmp(ret, ".") == 0 || strcmp(ret, "..") == 0)
    return NULL;
  return path + len + (path[len] == '/');
}

static int walk(int folder, const char *below, bool make) {
  int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
  if (at < 0)
    return -errno;
  while (*below != '\0') {
    char component[NAME_MAX + 1];
    below = next_component(below, component);
    int next = below ? enter(at, component, make) : -EINVAL;
    close(at);
    if (next < 0)
      return next;
    at = next;
  }
  return at;
}

int folder_at(int folder, const char *below) {
  return walk(folder, below, false);
}

int make_folder_at(int folder, const char *below) {
  return walk(folder, below, true);
}

int file_at(int folder, const char *below, struct stat *ret) {
  const char *slash = strrchr(below, '/');
  char parent[PATH_MAX];
  size_t len = slash ? (size_t)(slash - below) : 0;
  if (len >= sizeof parent)
    return -ENAMETOOLONG;
  memcpy(parent, below, len);
  parent[len] = '\0';
  auto_fd at = folder_at(folder, parent);
  if (at < 0)
    return at;
  const char *name = slash ? slash + 1 : below;
  /* A FIFO or a device must not block or act: it is opened and then refused. */
  int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  struct stat st;
  int error = fstat(fd, &st) != 0 ? errno : S_ISREG(st.st_mode) ? 0 : EINVAL;
  if (error != 0) {
    close(fd);
    return -error;
  }
  *ret = st;
  return fd;
}

int has_file(int folder, const char *below, uint64_t size) {
  struct stat st;
  auto_fd fd = file_at(folder, below, &st);
  if (fd == -ELOOP || fd == -ENOTDIR || fd == -EINVAL)
    return -ENOENT;
  if (fd < 0)
    return fd;
  return (uint64_t)st.st_size == size ? 0 : -ENOENT;
}

int file_write(int fd, const void *data, size_t len) {
  for (const char *at = data; len > 0;) {
    ssize_t put = write(fd, at, len);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return put < 0 ? -errno : -EIO;
    at += put;
    len -= (size_t)put;
  }
  return 0;
}

static const char *hint_for(int error) {
  switch (error) {
  case ENOSPC:
  case EDQUOT:
    return "free some space and run it again; what is stored already stays valid";
  case EACCES:
  case EPERM:
  case EROFS:
    return "check the owner and the mode of the folder";
  case ENOTDIR:
    return "every part of the path but the last must be a folder, and no link below the layout";
  case ELOOP:
  case EINVAL:
    return "below a layout only real folders and regular files are used, no links";
  case EMFILE:
  case ENFILE:
    return "raise the limit of open files (ulimit -n) or lower run.parallel";
  default:
    return NULL;
  }
}

int32_t place_fail(const struct place *place, struct artm_call *call, int negative_errno,
                   const char *action, const char *below) {
  char path[PATH_MAX], reason[128];
  snprintf(path, sizeof path, "%s%s%s%s%s", place->root, *place->name ? "/" : "", place->name,
           *below ? "/" : "", below);
  return fail(place->host, call, negative_errno == -ENOMEM ? ARTM_E_NOMEM : ARTM_E_LOCAL, path,
              hint_for(-negative_errno), "can't %s: %s", action,
              strerror_r(-negative_errno, reason, sizeof reason));
}

static int read_all(int fd, char *data, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t got = read(fd, data + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? -errno : -EIO;
    done += (size_t)got;
  }
  return 0;
}

int32_t place_read(const struct place *place, struct artm_call *call, const char *below, size_t max,
                   char **data, size_t *size) {
  auto_fd folder = place_folder(place);
  struct stat st;
  auto_fd fd = folder < 0 ? -EBADF : file_at(folder, below, &st);
  int error = folder < 0 ? folder : fd < 0 ? fd : 0;
  if (error == -ENOENT)
    return ARTM_NO;
  if (error < 0)
    return place_fail(place, call, error, "open", below);
  if ((uint64_t)st.st_size > max)
    return fail(place->host, call, ARTM_E_LOCAL, place->reference, NULL,
                "%s has %lld bytes, more than the %zu allowed", below, (long long)st.st_size, max);
  auto_free char *text = malloc((size_t)st.st_size + 1);
  if (!text)
    return place_fail(place, call, -ENOMEM, "read", below);
  error = read_all(fd, text, (size_t)st.st_size);
  if (error < 0)
    return place_fail(place, call, error, "read", below);
  text[st.st_size] = '\0';
  *data = text;
  *size = (size_t)st.st_size;
  text = NULL;
  return 0;
}
