/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests by tag or digest, and blobs as streams. */
#include "read.h"
#include "common/fail.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

/* NULL: it is no manifest of schema 2. */
static const char *type_of_manifest(const json_t *manifest) {
  if (json_integer_value(json_object_get(manifest, "schemaVersion")) != 2)
    return NULL;
  const char *type = json_string_value(json_object_get(manifest, "mediaType"));
  if (type)
    return type;
  if (json_is_array(json_object_get(manifest, "manifests")))
    return TYPE_INDEX;
  return json_is_object(json_object_get(manifest, "config")) ? TYPE_MANIFEST : NULL;
}

/* A digest that index.json does not list: its content says what it is. */
static int32_t add_by_content(const struct place *place, struct artm_call *call, const char *digest,
                              unsigned flags, struct artm_descriptor_sink *sink) {
  char path[BLOB_PATH_MAX];
  blob_path(digest, path);
  auto_free char *data = NULL;
  size_t size = 0;
  int32_t answer = place_read(place, call, path, MANIFEST_MAX, &data, &size);
  if (answer != 0)
    return answer;
  auto_json *manifest = object_parse(data, size);
  const char *type = type_of_manifest(manifest);
  if (!type)
    return ARTM_NO;
  struct artm_descriptor descriptor = {.struct_size = (uint32_t)sizeof descriptor,
                                       .size = size,
                                       .media_type = type,
                                       .digest = digest,
                                       .data = flags & READ_DATA ? data : NULL};
  return sink->add(sink, &descriptor);
}

static int32_t add_item(const struct place *place, struct artm_call *call, const struct item *item,
                        unsigned flags, struct artm_descriptor_sink *sink) {
  char path[BLOB_PATH_MAX];
  blob_path(item->digest, path);
  struct artm_descriptor descriptor = {.struct_size = (uint32_t)sizeof descriptor,
                                       .size = item->size,
                                       .media_type = item->media_type,
                                       .digest = item->digest};
  if (flags & READ_DATA) {
    auto_free char *data = NULL;
    size_t size = 0;
    int32_t answer = place_read(place, call, path, MANIFEST_MAX, &data, &size);
    if (answer != 0 || size != item->size)
      return answer < 0 ? answer : ARTM_NO;
    descriptor.data = data;
    return sink->add(sink, &descriptor);
  }
  auto_fd folder = place_folder(place);
  int found = folder < 0 ? folder : has_file(folder, path, item->size);
  if (found == -ENOENT)
    return ARTM_NO;
  return found < 0 ? place_fail(place, call, found, "open", path) : sink->add(sink, &descriptor);
}

int32_t read_manifest(const struct place *place, struct artm_call *call, const char *reference,
                      unsigned flags, struct artm_descriptor_sink *sink) {
  auto_json *index = NULL;
  int32_t answer = index_read(place, call, &index);
  if (answer < 0)
    return answer;
  struct item item;
  if (is_digest(reference))
    return index_find_digest(index, reference, &item)
               ? add_item(place, call, &item, flags, sink)
               : add_by_content(place, call, reference, flags, sink);
  if (answer == 0)
    answer = index_find(place, call, index, reference, flags & READ_LOOSE, &item);
  return answer != 0 ? answer : add_item(place, call, &item, flags, sink);
}

int32_t read_tags(const struct place *place, struct artm_call *call, bool short_names,
                  struct artm_version_sink *sink) {
  auto_json *index = NULL;
  int32_t answer = index_read(place, call, &index);
  size_t i;
  json_t *descriptor;
  json_array_foreach(json_object_get(index, "manifests"), i, descriptor) {
    struct item item;
    if (!item_read(descriptor, &item) || !item.tag)
      continue;
    const char *colon = short_names ? strrchr(item.tag, ':') : NULL;
    struct artm_version version = {.struct_size = (uint32_t)sizeof version,
                                   .version = colon ? colon + 1 : item.tag,
                                   .digest = item.digest};
    answer = sink->add(sink, &version);
    if (answer != 0)
      break;
  }
  return answer;
}

struct blob_stream {
  struct artm_stream stream; /* first: the host's pointer is cast back */
  const struct artm_host *host;
  int fd;
  char path[BLOB_PATH_MAX];
};

static int64_t blob_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                         uint64_t len) {
  struct blob_stream *blob = (struct blob_stream *)stream;
  ssize_t got;
  do
    got = read(blob->fd, buffer, len < SSIZE_MAX ? (size_t)len : SSIZE_MAX);
  while (got < 0 && errno == EINTR);
  char reason[128];
  if (got < 0)
    return fail(blob->host, call, ARTM_E_LOCAL, blob->path, NULL, "can't read: %s",
                strerror_r(errno, reason, sizeof reason));
  return got;
}

static void blob_close(struct artm_stream *stream) {
  struct blob_stream *blob = (struct blob_stream *)stream;
  close(blob->fd);
  free(blob);
}

int32_t read_blob(const struct place *place, struct artm_call *call,
                  const struct artm_descriptor *descriptor, uint64_t offset,
                  struct artm_stream **ret) {
  if (!is_digest(descriptor->digest))
    return fail(place->host, call, ARTM_E_UNSUPPORTED, place->reference, NULL,
                "digest '%s' is neither sha256 nor sha512", descriptor->digest);
  char path[BLOB_PATH_MAX];
  blob_path(descriptor->digest, path);
  struct stat st;
  auto_fd folder = place_folder(place);
  auto_fd fd = folder < 0 ? folder : file_at(folder, path, &st);
  if (fd == -ENOENT)
    return fail(place->host, call, ARTM_E_NOT_FOUND, place->reference, NULL,
                "the layout has no file %s", path);
  if (fd < 0)
    return place_fail(place, call, fd, "open", path);
  if ((uint64_t)st.st_size != descriptor->size)
    return fail(place->host, call, ARTM_E_DIGEST, place->reference, NULL,
                "%s has %lld bytes, its descriptor says %llu", path, (long long)st.st_size,
                (unsigned long long)descriptor->size);
  if (offset > descriptor->size || lseek(fd, (off_t)offset, SEEK_SET) < 0)
    return fail(place->host, call, ARTM_E_INTERNAL, place->reference, NULL,
                "%s ends before byte %llu", path, (unsigned long long)offset);
  struct blob_stream *blob = calloc(1, sizeof *blob);
  if (!blob)
    return place_fail(place, call, -ENOMEM, "open", path);
  *blob = (struct blob_stream){
      .stream = {(uint32_t)sizeof(struct artm_stream), 0, blob_read, blob_close},
      .host = place->host,
      .fd = fd};
  memcpy(blob->path, path, sizeof path);
  fd = -1;
  *ret = &blob->stream;
  return 0;
}
