/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership and permissions of a plugin's file and the folders above it. */
#include "plugin/trust.h"
#include "base/fs.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum place { PLACE_FILE, PLACE_FOLDER, PLACE_ABOVE };

static int check(const char *path, const struct stat *st, enum place place, struct error *err) {
  const char *what = place == PLACE_FILE ? "the file" : "the folder";
  if (st->st_uid != 0 && st->st_uid != geteuid()) {
    error_set(err, ARTM_E_CONFIG, "%s %s belongs to user %lu, who is neither root nor you", what,
              path, (unsigned long)st->st_uid);
    return error_hint(err, "chown it, or use another folder");
  }
  bool others = (st->st_mode & S_IWOTH) != 0;
  bool group = (st->st_mode & S_IWGRP) != 0 && st->st_gid != getgid();
  if (!others && !group)
    return 0;
  /* In a sticky folder nobody can rename or remove what is not his. */
  if (place == PLACE_ABOVE && st->st_uid == 0 && (st->st_mode & S_ISVTX))
    return 0;
  error_set(err, ARTM_E_CONFIG, "%s %s can be written by %s", what, path,
            others ? "everybody" : "another group");
  return error_hint(err, "chmod %s %s", others ? "o-w" : "g-w", path);
}

static int check_folders(const char *path, struct error *err) {
  auto_free char *folder = fs_parent(path);
  for (enum place place = PLACE_FOLDER;; place = PLACE_ABOVE) {
    struct stat st;
    if (lstat(folder, &st) < 0)
      return error_set(err, ARTM_E_CONFIG, "the folder %s can't be read: %s", folder,
                       strerror(errno));
    int rc = check(folder, &st, place, err);
    if (rc || strcmp(folder, "/") == 0)
      return rc;
    char *above = fs_parent(folder);
    free(folder);
    folder = above;
  }
}

int trust_open(const char *path, int *ret_fd, struct error *err) {
  int rc = check_folders(path, err);
  if (rc)
    return rc;
  struct stat st;
  auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &st) < 0)
    return error_set(err, ARTM_E_CONFIG, "can't be opened: %s", strerror(errno));
  if (!S_ISREG(st.st_mode))
    return error_set(err, ARTM_E_CONFIG, "not a regular file");
  rc = check(path, &st, PLACE_FILE, err);
  if (rc)
    return rc;
  *ret_fd = fd;
  fd = -1;
  return 0;
}
