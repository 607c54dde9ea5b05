/* SPDX-License-Identifier: Apache-2.0 */
/* A lock per repository, and the first files of a layout, which are written under it. */
#include "index.h"
#include "temp.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#define POLL_MS 5

/* Each call opens the file anew: flock belongs to the open file, so threads exclude each other. */
static int open_lock(struct store *store, const struct place *place) {
  char name[256];
  snprintf(name, sizeof name, "%s", place->name);
  for (char *slash; (slash = strchr(name, '/')) != NULL;)
    *slash = '%';
  auto_fd root = store_root(store);
  auto_fd folder = root < 0 ? root : make_folder_at(root, HIDDEN "/locks");
  if (folder < 0)
    return folder;
  int fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  return fd < 0 ? -errno : fd;
}

int32_t store_lock(struct store *store, const struct place *place, struct artm_call *call,
                   int *ret_fd) {
  auto_fd fd = open_lock(store, place);
  if (fd < 0)
    return place_fail(place, call, fd, "lock the repository", "");
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return place_fail(place, call, -errno, "lock the repository", "");
    int32_t answer = store->host->sleep(call, POLL_MS);
    if (answer != 0)
      return answer;
  }
  *ret_fd = fd;
  fd = -1;
  return 0;
}

static int32_t write_first_files(struct store *store, const struct place *place,
                                 struct artm_call *call) {
  int32_t answer = layout_check(place, call);
  if (answer == ARTM_NO)
    answer = store_replace(store, place, call, LAYOUT_FILE, LAYOUT_TEXT, strlen(LAYOUT_TEXT));
  if (answer != 0)
    return answer;
  auto_json *index = NULL;
  answer = index_read(place, call, &index);
  if (answer != ARTM_NO)
    return answer;
  index = index_new();
  auto_free char *text = json_dumps(index, JSON_COMPACT);
  return text ? store_replace(store, place, call, INDEX_FILE, text, strlen(text))
              : place_fail(place, call, -ENOMEM, "write", INDEX_FILE);
}

int32_t store_prepare(struct store *store, const struct place *place, struct artm_call *call) {
  auto_fd root = store_root(store);
  auto_fd folder = root < 0 ? root : make_folder_at(root, place->name);
  if (folder < 0)
    return place_fail(place, call, folder, "make the folder", "");
  if (faccessat(folder, INDEX_FILE, F_OK, 0) == 0 && faccessat(folder, LAYOUT_FILE, F_OK, 0) == 0)
    return 0;
  auto_fd lock = -1;
  int32_t answer = store_lock(store, place, call, &lock);
  return answer != 0 ? answer : write_first_files(store, place, call);
}
