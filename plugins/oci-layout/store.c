/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs into the pool and into repositories; files of a layout replaced whole. */
#include "store.h"
#include "common/fail.h"
#include "temp.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define CHUNK (256u << 10)

/* What link(2) answers where a file system or its limits don't allow another link. */
static bool link_refused(int negative_errno) {
  switch (-negative_errno) {
  case EPERM:
  case EXDEV:
  case EMLINK:
  case EOPNOTSUPP:
  case ENOSYS:
    return true;
  default:
    return false;
  }
}

/* Links a file to a name that may exist: one with the right size stays, another is replaced. */
static int link_at(int from, const char *name, int to, const char *final, uint64_t size) {
  for (int attempt = 0;; attempt++) {
    if (linkat(from, name, to, final, 0) == 0)
      return 0;
    if (errno != EEXIST || attempt == 2)
      return -errno;
    if (has_file(to, final, size) == 0)
      return 0;
    if (unlinkat(to, final, 0) != 0 && errno != ENOENT)
      return -errno;
  }
}

static int open_blobs(int root, const char *above, const char *digest) {
  char path[PATH_MAX];
  int len = snprintf(path, sizeof path, "%s/blobs/%.6s", above, digest);
  return len < (int)sizeof path ? make_folder_at(root, path) : -ENAMETOOLONG;
}

/* Gives a complete temp file its final names. The pool needs no fsync: without it a blob is merely
 * stored again. */
static int commit(const struct place *place, struct temp *temp, const char *digest, uint64_t size) {
  if (fsync(temp->fd) != 0)
    return -errno;
  auto_fd root = place_root(place);
  auto_fd pool = root < 0 ? root : open_blobs(root, HIDDEN, digest);
  auto_fd blobs = pool < 0 ? pool : open_blobs(root, place->name, digest);
  if (blobs < 0)
    return blobs;
  const char *hex = digest + strlen("sha256:");
  int answer = link_at(temp->folder, temp->name, pool, hex, size);
  if (answer == 0)
    answer = link_at(pool, hex, blobs, hex, size);
  if (link_refused(answer))
    answer = renameat(temp->folder, temp->name, blobs, hex) == 0 ? 0 : -errno;
  if (answer < 0)
    return answer;
  return fsync(blobs) == 0 ? 0 : -errno;
}

/* Copies the stream to its end: only there the host says whether the content is right. */
static int32_t receive(const struct place *place, struct artm_call *call, struct temp *temp,
                       const struct artm_descriptor *blob, struct artm_stream *content) {
  auto_free char *buffer = malloc(CHUNK);
  if (!buffer)
    return place_fail(place, call, -ENOMEM, "write", HIDDEN);
  uint64_t total = 0;
  for (;;) {
    int64_t got = content->read(content, call, buffer, CHUNK);
    if (got < 0)
      return (int32_t)got;
    if (got == 0)
      break;
    total += (uint64_t)got;
    if (total > blob->size)
      break;
    int error = file_write(temp->fd, buffer, (size_t)got);
    if (error < 0)
      return place_fail(place, call, error, "write", blob->digest);
  }
  if (total != blob->size)
    return fail(place->host, call, ARTM_E_DIGEST, place->reference, NULL,
                "%s brings %s than the %llu bytes of its descriptor", blob->digest,
                total > blob->size ? "more" : "less", (unsigned long long)blob->size);
  return 0;
}

int32_t store_blob(struct store *store, const struct place *place, struct artm_call *call,
                   const struct artm_descriptor *blob, struct artm_stream *content) {
  char path[BLOB_PATH_MAX];
  blob_path(blob->digest, path);
  auto_temp temp = TEMP_NONE;
  int error = temp_open(store, &temp);
  if (error < 0)
    return place_fail(place, call, error, "write", path);
  if (content) {
    int32_t answer = receive(place, call, &temp, blob, content);
    if (answer != 0)
      return answer;
  } else {
    error = file_write(temp.fd, blob->data, blob->size);
  }
  if (error == 0)
    error = commit(place, &temp, blob->digest, blob->size);
  return error < 0 ? place_fail(place, call, error, "write", path) : 0;
}

/* Answers 0 or -errno, -ENOENT too if what was linked turns out not to be the blob. */
static int link_from(int root, const char *above, const struct place *place,
                     const struct artm_descriptor *blob) {
  const char *hex = blob->digest + strlen("sha256:");
  char path[PATH_MAX];
  int len = snprintf(path, sizeof path, "%s/blobs/%.6s", above, blob->digest);
  if (len >= (int)sizeof path)
    return -ENAMETOOLONG;
  auto_fd from = folder_at(root, path);
  int answer = from < 0 ? from : has_file(from, hex, blob->size);
  if (answer < 0)
    return answer;
  auto_fd blobs = open_blobs(root, place->name, blob->digest);
  if (blobs < 0)
    return blobs;
  answer = link_at(from, hex, blobs, hex, blob->size);
  if (answer == 0)
    answer = has_file(blobs, hex, blob->size);
  if (answer == 0 && fsync(blobs) != 0)
    answer = -errno;
  return answer;
}

int32_t store_link(const struct place *place, struct artm_call *call,
                   const struct artm_descriptor *blob, const char *from) {
  auto_fd root = place_root(place);
  int answer = root < 0 ? root : link_from(root, HIDDEN, place, blob);
  if (answer == -ENOENT && from)
    answer = link_from(root, from, place, blob);
  if (answer == -ENOENT || link_refused(answer))
    return ARTM_NO;
  char path[BLOB_PATH_MAX];
  blob_path(blob->digest, path);
  return answer < 0 ? place_fail(place, call, answer, "link", path) : 0;
}

int32_t store_replace(struct store *store, const struct place *place, struct artm_call *call,
                      const char *name, const char *data, size_t size) {
  auto_temp temp = TEMP_NONE;
  int error = temp_open(store, &temp);
  if (error == 0)
    error = file_write(temp.fd, data, size);
  if (error == 0 && fsync(temp.fd) != 0)
    error = -errno;
  auto_fd folder = error < 0 ? error : place_folder(place);
  if (folder < 0)
    error = folder;
  else if (renameat(temp.folder, temp.name, folder, name) != 0 || fsync(folder) != 0)
    error = -errno;
  return error < 0 ? place_fail(place, call, error, "write", name) : 0;
}
