/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of earlier runs: moved aside, and removed when they are old enough. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/memory.h"
#include "report/folder_part.h"
#include "report/log.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_ATTEMPTS 1000

/* "20261124T060507Z" */
static char *start_name(int64_t start_ms) {
  auto_free char *time = clock_format(start_ms);
  auto_buf name = {0};
  for (const char *p = time; *p != '\0' && *p != '.'; p++)
    if (*p != '-' && *p != ':')
      buf_add(&name, p, 1);
  buf_text(&name, "Z");
  return buf_take(&name);
}

/* Does name look like one of ours: a start, and perhaps "-2"? */
static bool is_start_name(const char *name) {
  static const char pattern[] = "00000000T000000Z";
  for (size_t i = 0; i < sizeof pattern - 1; i++, name++)
    if (pattern[i] == '0' ? !isdigit((unsigned char)*name) : *name != pattern[i])
      return false;
  if (*name == '\0')
    return true;
  return name[0] == '-' && name[1] != '\0' && strspn(name + 1, "0123456789") == strlen(name + 1);
}

static int open_below(const struct folder *folder, const char *name) {
  return openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Is it the folder that an interrupted move of this run began? */
static bool is_same_run(int fd, const char *path, const struct folder_marker *marker) {
  const struct folder below = {fd, path};
  auto_marker there = {0};
  auto_error ignored = {0};
  return folder_marker_read(&below, &there, &ignored) == 1 && text_equal(there.run, marker->run);
}

/* Makes the folder, with a marker in it before anything else, or finds it. */
static int open_earlier(const struct folder *folder, const struct folder_marker *marker,
                        struct error *err) {
  auto_free char *start = start_name(marker->start_ms);
  for (int i = 1; i <= NAME_ATTEMPTS; i++) {
    auto_free char *name = i == 1 ? str_copy(start) : str_format("%s-%d", start, i);
    bool made = mkdirat(folder->fd, name, 0755) == 0;
    if (!made && errno != EEXIST)
      return folder_fail(folder, "make the folder", name, err);
    auto_fd fd = open_below(folder, name);
    if (fd < 0)
      continue;
    const struct folder below = {fd, folder->path};
    if (made && folder_marker_write(&below, marker, err) != 0)
      return err->code;
    if (made || is_same_run(fd, folder->path, marker))
      return fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }
  errno = EEXIST;
  return folder_fail(folder, "make the folder", start, err);
}

int folder_move_earlier(const struct folder *folder, const struct folder_marker *marker,
                        struct error *err) {
  auto_fd to = open_earlier(folder, marker, err);
  if (to < 0)
    return err->code;
  for (size_t i = 0; i < marker->files.count; i++) {
    const char *name = marker->files.items[i];
    if (folder_has_file(folder, name) && renameat(folder->fd, name, to, name) != 0)
      return folder_fail(folder, "move", name, err);
  }
  fsync(to);
  if (unlinkat(folder->fd, FOLDER_MARKER, 0) != 0)
    return folder_fail(folder, "remove", FOLDER_MARKER, err);
  fsync(folder->fd);
  return 0;
}

static bool is_old(const struct folder_marker *marker, uint64_t keep_ms) {
  int64_t now = clock_wall_ms();
  return now > marker->start_ms && (uint64_t)(now - marker->start_ms) > keep_ms;
}

/* What a user put there stays, and the folder with it. */
static int remove_one(const struct folder *folder, const char *name, uint64_t keep_ms) {
  auto_fd fd = open_below(folder, name);
  const struct folder below = {fd, folder->path};
  auto_marker marker = {0};
  auto_error ignored = {0};
  if (fd < 0 || folder_marker_read(&below, &marker, &ignored) != 1 || !is_old(&marker, keep_ms))
    return 0;
  for (size_t i = 0; i < marker.files.count; i++)
    if (folder_has_file(&below, marker.files.items[i]) &&
        unlinkat(fd, marker.files.items[i], 0) != 0)
      return -1;
  if (unlinkat(fd, FOLDER_MARKER, 0) != 0)
    return -1;
  return unlinkat(folder->fd, name, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY || errno == EEXIST
             ? 0
             : -1;
}

void folder_remove_old(const struct folder *folder, uint64_t keep_ms) {
  auto_strings names = {0};
  auto_error err = {0};
  if (fs_list(folder->path, &names, &err) != 0) {
    log_write(LOG_WARNING, NULL, "old reports are not removed: %s", err.message);
    return;
  }
  for (size_t i = 0; i < names.count; i++)
    if (is_start_name(names.items[i]) && remove_one(folder, names.items[i], keep_ms) != 0)
      log_write(LOG_WARNING, NULL, "cannot remove the old reports in %s/%s: %s", folder->path,
                names.items[i], strerrordesc_np(errno));
}
