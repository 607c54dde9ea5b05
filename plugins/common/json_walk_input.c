/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a walk: a text in memory, or a window on a file. */
#include "common/fail.h"
#include "common/json_walk_part.h"
#include "common/registry_text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW 65536u

void json_walk_text(struct json_walk *walk, const char *text, size_t size) {
  *walk = (struct json_walk){.data = (char *)(uintptr_t)text, /* only a file's is written to */
                             .size = size,
                             .keep = SIZE_MAX,
                             .fd = -1};
}

int32_t json_walk_open(struct json_walk *walk, const struct artm_host *host, struct artm_call *call,
                       const char *path) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno == ENOENT)
    return ARTM_NO;
  if (fd < 0 || fstat(fd, &st) < 0) {
    int32_t answer =
        fail(host, call, ARTM_E_LOCAL, path, NULL, "can't be read: %s", strerror(errno));
    if (fd >= 0)
      close(fd);
    return answer;
  }
  if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > JSON_WALK_FILE_MAX) {
    close(fd);
    return fail(host, call, ARTM_E_LOCAL, path, NULL, "%s",
                S_ISREG(st.st_mode) ? "is larger than 1 GiB" : "is no plain file");
  }
  *walk = (struct json_walk){
      .data = registry_zalloc(WINDOW), .capacity = WINDOW, .keep = SIZE_MAX, .fd = fd};
  return 0;
}

void json_walk_done(struct json_walk *walk) {
  if (walk->fd < 0)
    return;
  close(walk->fd);
  free(walk->data);
  walk->fd = -1;
}

void json_walk_refuse(struct json_walk *walk, const char *problem) {
  if (walk->problem)
    return;
  walk->problem = problem;
  walk->problem_at = walk->dropped + walk->at;
}

/* Makes room behind what is still needed; false: that is too much. */
static bool make_room(struct json_walk *walk) {
  size_t from = walk->keep < walk->at ? walk->keep : walk->at;
  size_t left = walk->size - from;
  if (left > JSON_WALK_VALUE_MAX)
    return false;
  if (left)
    memmove(walk->data, walk->data + from, left);
  walk->dropped += from;
  walk->at -= from;
  walk->size = left;
  if (walk->keep != SIZE_MAX)
    walk->keep -= from;
  if (walk->capacity - left >= WINDOW / 2)
    return true;
  walk->data = realloc(walk->data, walk->capacity * 2);
  if (!walk->data)
    registry_zalloc(SIZE_MAX / 2); /* ends the process */
  walk->capacity *= 2;
  return true;
}

/* Reads on in the file; false at its end. */
static bool fill(struct json_walk *walk) {
  if (walk->fd < 0)
    return false;
  if (!make_room(walk)) {
    json_walk_refuse(walk, "a value is too long");
    return false;
  }
  ssize_t got;
  do
    got = read(walk->fd, walk->data + walk->size, walk->capacity - walk->size);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    json_walk_refuse(walk, "it can't be read");
  if (got <= 0)
    return false;
  walk->size += (size_t)got;
  if (walk->dropped + walk->size > JSON_WALK_FILE_MAX) {
    json_walk_refuse(walk, "it goes on beyond 1 GiB");
    return false;
  }
  return true;
}

int json_walk_look(struct json_walk *walk) {
  if (walk->problem || (walk->at == walk->size && !fill(walk)))
    return -1;
  return (unsigned char)walk->data[walk->at];
}

int json_walk_look_past_blanks(struct json_walk *walk) {
  int c;
  while ((c = json_walk_look(walk)) == ' ' || c == '\t' || c == '\n' || c == '\r')
    walk->at++;
  return c;
}
