/* SPDX-License-Identifier: Apache-2.0 */
/* Reading files, folders and paths. */
#include "base/fs.h"
#include "base/memory.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct error *err, const char *what, const char *path) {
  int reason = errno;
  int code = reason == ENOENT || reason == ENOTDIR ? ARTM_E_NOT_FOUND : ARTM_E_LOCAL;
  error_set(err, code, "cannot %s %s: %s", what, path, strerrordesc_np(reason));
  return error_where(err, "%s", path);
}

void fd_close(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static int read_all(int fd, const char *path, size_t max, struct buf *out, struct error *err) {
  char chunk[65536];
  auto_buf content = {0};
  for (;;) {
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(err, "read", path);
    if (got == 0)
      break;
    if ((size_t)got > max - content.len) {
      error_set(err, ARTM_E_LOCAL, "%s is larger than the %zu bytes allowed for it", path, max);
      return error_where(err, "%s", path);
    }
    buf_add(&content, chunk, (size_t)got);
  }
  if (!buf_add(out, content.data, content.len))
    return error_set(err, ARTM_E_LOCAL, "%s is larger than its buffer may be", path);
  return 0;
}

int fs_read(const char *path, size_t max, struct buf *out, struct error *err) {
  if (strcmp(path, "-") == 0)
    return read_all(STDIN_FILENO, "standard input", max, out, err);
  auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return fail(err, "open", path);
  return read_all(fd, path, max, out, err);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void close_folder(DIR **folder) {
  if (*folder != NULL)
    closedir(*folder);
}

int fs_list(const char *path, struct strings *names, struct error *err) {
  __attribute__((cleanup(close_folder))) DIR *folder = opendir(path);
  if (folder == NULL)
    return fail(err, "list", path);
  auto_strings found = {0};
  const struct dirent *entry;
  while (errno = 0, (entry = readdir(folder)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      strings_add(&found, entry->d_name);
  if (errno != 0)
    return fail(err, "list", path);
  if (found.count > 1)
    qsort(found.items, found.count, sizeof *found.items, compare_names);
  for (size_t i = 0; i < found.count; i++)
    strings_add_taken(names, take(found.items[i]));
  return 0;
}

bool fs_is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool fs_exists(const char *path) {
  struct stat st;
  return stat(path, &st) == 0;
}

char *fs_join(const char *folder, const char *name) {
  if (name[0] == '/' || folder[0] == '\0')
    return str_copy(name);
  return str_format("%s%s%s", folder, text_ends(folder, "/") ? "" : "/", name);
}

char *fs_parent(const char *path) {
  size_t len = strlen(path);
  while (len > 1 && path[len - 1] == '/')
    len--;
  while (len > 0 && path[len - 1] != '/')
    len--;
  if (len == 0)
    return str_copy(".");
  while (len > 1 && path[len - 1] == '/')
    len--;
  return str_copy_n(path, len);
}
