/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of indexes that last between runs. */
#include "helm/repository/cache.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/digest.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "index"
#define NAME_LENGTH 32u
#define HEADER_MAX 512u

/* A URL may hold a token, so its hash names the copy. Caller frees. */
static char *hashed(const char *url) {
  char digest[DIGEST_TEXT_MAX];
  bool done = digest_of(url, strlen(url), digest);
  return done ? registry_copy(digest + strlen("sha256:"), NAME_LENGTH) : NULL;
}

static char *file_path(const struct helm *helm, struct artm_call *call, const char *name) {
  const char *folder = NULL;
  if (!helm->state || !name || helm->state->folder(helm->state, call, FOLDER, &folder))
    return NULL;
  return registry_format("%s/%s.yaml", folder, name);
}

static char *state_key(const char *name) {
  return registry_format("index %s", name);
}

/* The next line of text, NULL for an empty one. */
static char *next_line(char **text) {
  char *line = *text, *end = strchr(line, '\n');
  if (!end)
    return NULL;
  *end = '\0';
  *text = end + 1;
  return *line && strlen(line) <= HEADER_MAX ? registry_format("%s", line) : NULL;
}

void cache_find(const struct helm *helm, struct artm_call *call, const char *url,
                struct cached *ret) {
  const void *data = NULL;
  uint64_t size = 0;
  auto_free char *name = hashed(url);
  struct cached found = {.fd = -1};
  *ret = found;
  if (!helm->state || !name)
    return;
  auto_free char *key = state_key(name);
  if (helm->state->get(helm->state, call, key, &data, &size) || size > 4 * HEADER_MAX)
    return;
  auto_free char *text = registry_copy(data, (size_t)size);
  char *at = text;
  found.tag = next_line(&at);
  found.modified = next_line(&at);
  found.digest = next_line(&at);
  auto_free char *path = file_path(helm, call, name);
  if (path && (found.tag || found.modified) && found.digest && is_digest(found.digest))
    found.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  *ret = found;
}

void cached_done(struct cached *cached) {
  free(cached->tag);
  free(cached->modified);
  free(cached->digest);
  if (cached->fd >= 0)
    close(cached->fd);
  *cached = (struct cached){.fd = -1};
}

/* Locks the file, unless another process writes it, or has just renamed it. */
static bool is_mine(const struct cache_file *file) {
  struct stat opened, named;
  return flock(file->fd, LOCK_EX | LOCK_NB) == 0 && fstat(file->fd, &opened) == 0 &&
         stat(file->part, &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev && ftruncate(file->fd, 0) == 0;
}

void cache_begin(const struct helm *helm, struct artm_call *call, const char *url,
                 struct cache_file *ret) {
  auto_free char *name = hashed(url);
  *ret = (struct cache_file){.path = file_path(helm, call, name), .fd = -1};
  if (!ret->path)
    return;
  ret->part = registry_format("%s.part", ret->path);
  ret->fd = open(ret->part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (ret->fd < 0 || is_mine(ret))
    return;
  close(ret->fd);
  ret->fd = -1;
}

void cache_keep(const struct helm *helm, struct artm_call *call, const char *url,
                struct cache_file *file, const struct cached *what) {
  auto_free char *name = hashed(url);
  const char *tag = what->tag ? what->tag : "", *modified = what->modified ? what->modified : "";
  bool is_named = (*tag || *modified) && strlen(tag) <= HEADER_MAX && !strpbrk(tag, "\r\n") &&
                  strlen(modified) <= HEADER_MAX && !strpbrk(modified, "\r\n");
  if (file->fd < 0 || !name || !is_named || rename(file->part, file->path) != 0)
    return;
  close(file->fd);
  file->fd = -1;
  auto_free char *key = state_key(name);
  auto_free char *value = registry_format("%s\n%s\n%s\n", tag, modified, what->digest);
  int32_t ignored = helm->state->put(helm->state, call, key, value, strlen(value));
  (void)ignored;
}

void cache_end(struct cache_file *file) {
  if (file->fd >= 0) {
    unlink(file->part);
    close(file->fd);
  }
  free(file->path);
  free(file->part);
  *file = (struct cache_file){.fd = -1};
}
