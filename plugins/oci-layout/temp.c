/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files: new ones, and the leftovers of processes that were killed. */
#include "temp.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>

#define LEFTOVER_AGE 3600 /* seconds */

int store_root(const struct store *store) {
  struct place place = {.host = store->host, .root = store->root, .name = ""};
  int fd = place_root(&place);
  if (fd != -ENOENT)
    return fd;
  char path[PATH_MAX];
  if ((size_t)snprintf(path, sizeof path, "%s", store->root) >= sizeof path)
    return -ENAMETOOLONG;
  for (char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
    *at = '\0';
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
      return -errno;
    *at = '/';
  }
  return mkdir(path, 0777) != 0 && errno != EEXIST ? -errno : place_root(&place);
}

/* A writer holds a lock on its file, so that age alone never removes a slow upload. */
static void sweep(int folder) {
  int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0);
  DIR *list = fd < 0 ? NULL : fdopendir(fd);
  if (!list) {
    if (fd >= 0)
      close(fd);
    return;
  }
  time_t now = time(NULL);
  for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
    struct stat st;
    auto_fd old = file_at(folder, entry->d_name, &st);
    if (old >= 0 && now - st.st_mtime > LEFTOVER_AGE && flock(old, LOCK_EX | LOCK_NB) == 0)
      unlinkat(folder, entry->d_name, 0);
  }
  closedir(list);
}

int temp_open(struct store *store, struct temp *temp) {
  auto_fd root = store_root(store);
  if (root < 0)
    return root;
  auto_fd folder = make_folder_at(root, HIDDEN "/tmp");
  if (folder < 0)
    return folder;
  if (!atomic_flag_test_and_set(&store->swept))
    sweep(folder);
  uint64_t random;
  if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
    return -errno;
  snprintf(temp->name, sizeof temp->name, "%016llx", (unsigned long long)random);
  int fd = openat(folder, temp->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0)
    return -errno;
  flock(fd, LOCK_EX | LOCK_NB);
  temp->fd = fd;
  temp->folder = folder;
  folder = -1;
  return 0;
}

void temp_done(struct temp *temp) {
  if (temp->fd < 0)
    return;
  unlinkat(temp->folder, temp->name, 0);
  close(temp->fd);
  close(temp->folder);
  *temp = TEMP_NONE;
}
