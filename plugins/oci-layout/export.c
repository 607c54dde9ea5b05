/* SPDX-License-Identifier: Apache-2.0 */
/* One manifest with all below it as a layout of its own: linked where possible, else copied. */
#include "common/fail.h"
#include "graph.h"
#include "read.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define DEPTH_MAX 8
#define CHUNK (256u << 10)

struct export {
  const struct place *from;
  const struct place *to;
  struct artm_call *call;
  int source, target; /* folders of the two layouts */
  unsigned depth;
};

static int create_at(int folder, const char *name) {
  int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  return fd < 0 ? -errno : fd;
}

static int32_t write_file(struct export *export, const char *name, const char *text) {
  auto_fd fd = create_at(export->target, name);
  int error = fd < 0 ? fd : file_write(fd, text, strlen(text));
  return error < 0 ? place_fail(export->to, export->call, error, "write", name) : 0;
}

static int32_t copy(struct export *export, const char *path) {
  struct stat st;
  auto_free char *buffer = malloc(CHUNK);
  auto_fd in = buffer ? file_at(export->source, path, &st) : -ENOMEM;
  auto_fd out = in < 0 ? in : create_at(export->target, path);
  int error = out < 0 ? out : 0;
  while (error == 0) {
    int32_t answer = export->from->host->cancelled(export->call);
    if (answer != 0)
      return answer;
    ssize_t got = read(in, buffer, CHUNK);
    if (got == 0)
      return 0;
    if (got < 0 && errno == EINTR)
      continue;
    error = got < 0 ? -errno : file_write(out, buffer, (size_t)got);
  }
  return place_fail(export->to, export->call, error, "copy", path);
}

/* 0, or ARTM_NO: the repository doesn't have it. */
static int32_t bring(struct export *export, const struct item *item) {
  char path[BLOB_PATH_MAX];
  blob_path(item->digest, path);
  int found = has_file(export->source, path, item->size);
  if (found == -ENOENT)
    return ARTM_NO;
  if (found < 0)
    return place_fail(export->from, export->call, found, "open", path);
  char folder[] = "blobs/sha256";
  memcpy(folder, path, sizeof folder - 1);
  auto_fd made = make_folder_at(export->target, folder);
  if (made < 0)
    return place_fail(export->to, export->call, made, "make the folder", folder);
  if (linkat(export->source, path, export->target, path, 0) == 0)
    return 0;
  return copy(export, path);
}

static int32_t bring_manifest(struct export *export, const struct item *item);

static int32_t bring_one(void *arg, const struct item *item, bool manifest) {
  struct export *export = arg;
  char path[BLOB_PATH_MAX];
  blob_path(item->digest, path);
  if (has_file(export->target, path, item->size) == 0)
    return 0;
  if (!manifest) {
    int32_t answer = bring(export, item);
    return answer != ARTM_NO
               ? answer
               : fail(export->from->host, export->call, ARTM_E_NOT_FOUND, export->from->reference,
                      NULL, "the layout has no whole %s", path);
  }
  int32_t answer = bring_manifest(export, item);
  return answer == ARTM_NO ? 0 : answer; /* a child that a sparse index leaves out */
}

static int32_t bring_manifest(struct export *export, const struct item *item) {
  if (export->depth == DEPTH_MAX)
    return fail(export->from->host, export->call, ARTM_E_UNSUPPORTED, export->from->reference, NULL,
                "indexes are nested more than %d deep", DEPTH_MAX);
  int32_t answer = bring(export, item);
  if (answer != 0)
    return answer;
  char path[BLOB_PATH_MAX];
  blob_path(item->digest, path);
  auto_free char *data = NULL;
  size_t size = 0;
  answer = place_read(export->from, export->call, path, MANIFEST_MAX, &data, &size);
  if (answer != 0)
    return answer;
  auto_json *manifest = object_parse(data, size);
  export->depth++;
  answer = graph_each(manifest, bring_one, export);
  export->depth--;
  return answer != ARTM_NO ? answer
                           : fail(export->from->host, export->call, ARTM_E_UNSUPPORTED,
                                  export->from->reference, NULL, "%s is no manifest", item->digest);
}

int32_t graph_export(const struct place *place, struct artm_call *call,
                     const struct artm_descriptor *descriptor, const char *folder) {
  struct place to = {place->host, folder, "", folder};
  auto_fd source = place_folder(place);
  auto_fd target = place_root(&to);
  if (source < 0)
    return place_fail(place, call, source, "open the folder", "");
  if (target < 0)
    return place_fail(&to, call, target, "open the folder", "");
  struct export export = {
      .from = place, .to = &to, .call = call, .source = source, .target = target};
  struct item root = {descriptor->media_type, descriptor->digest, descriptor->size, NULL};
  int32_t answer = bring_manifest(&export, &root);
  if (answer == ARTM_NO)
    return fail(place->host, call, ARTM_E_NOT_FOUND, place->reference, NULL,
                "the repository has no manifest %s", descriptor->digest);
  if (answer == 0)
    answer = write_file(&export, LAYOUT_FILE, LAYOUT_TEXT);
  if (answer != 0)
    return answer;
  auto_json *index = json_pack("{s:i, s:s, s:[{s:s, s:s, s:I}]}", "schemaVersion", 2, "mediaType",
                               TYPE_INDEX, "manifests", "mediaType", root.media_type, "digest",
                               root.digest, "size", (json_int_t)root.size);
  auto_free char *text = json_dumps(index, JSON_COMPACT);
  return text ? write_file(&export, INDEX_FILE, text)
              : place_fail(&to, call, -ENOMEM, "write", INDEX_FILE);
}
