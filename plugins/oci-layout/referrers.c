/* SPDX-License-Identifier: Apache-2.0 */
/* What refers to a manifest: named in index.json, as some tools leave it, or in the index that the
 * referrers tag names (distribution-spec, Referrers Tag Schema). */
#include "common/fail.h"
#include "read.h"
#include <stdio.h>
#include <string.h>

#define TAG_MAX 128
#define TAG_HEX_MAX 64
#define LOOKED_AT_MAX 10000u

struct search {
  const struct place *place;
  struct artm_call *call;
  json_t *found; /* subject to list of descriptors */
  uint32_t looked_at;
};

static int32_t remember(struct search *search, const char *subject, const struct item *item,
                        const char *type) {
  json_t *list = json_object_get(search->found, subject);
  if (!list) {
    list = json_array();
    json_object_set_new(search->found, subject, list);
  }
  json_t *descriptor =
      json_pack("{s:s, s:s, s:I, s:s*}", "mediaType", item->media_type, "digest", item->digest,
                "size", (json_int_t)item->size, "artifactType", type);
  if (json_array_append_new(list, descriptor) == 0)
    return 0;
  return artm_fail(search->place->host, search->call, ARTM_E_NOMEM, "out of memory",
                   search->place->reference);
}

/* Remembers the manifest if it refers to something. What can't be read refers to nothing. */
static int32_t look_at(struct search *search, const struct item *item) {
  const struct place *place = search->place;
  if (++search->looked_at > LOOKED_AT_MAX)
    return fail(place->host, search->call, ARTM_E_UNSUPPORTED, place->reference, NULL,
                "the layout has more than %u manifests to look for referrers in", LOOKED_AT_MAX);
  if (item->size > MANIFEST_MAX || !is_media_type(item->media_type))
    return 0;
  char path[BLOB_PATH_MAX];
  blob_path(item->digest, path);
  auto_free char *data = NULL;
  size_t size = 0;
  int32_t answer = place_read(place, search->call, path, MANIFEST_MAX, &data, &size);
  if (answer != 0 || size != item->size)
    return answer < 0 ? answer : 0;
  auto_json *manifest = object_parse(data, size);
  const char *subject =
      json_string_value(json_object_get(json_object_get(manifest, "subject"), "digest"));
  if (!subject || !is_digest(subject) || strcmp(subject, item->digest) == 0)
    return 0;
  const char *type = json_string_value(json_object_get(manifest, "artifactType"));
  if (!type)
    type = json_string_value(json_object_get(json_object_get(manifest, "config"), "mediaType"));
  return remember(search, subject, item, type && is_media_type(type) ? type : NULL);
}

static int32_t look_through(struct search *search, const json_t *index) {
  size_t i;
  json_t *descriptor;
  json_array_foreach(json_object_get(index, "manifests"), i, descriptor) {
    struct item item;
    int32_t answer = item_read(descriptor, &item) ? look_at(search, &item) : 0;
    if (answer != 0)
      return answer;
  }
  return 0;
}

/* The index under the referrers tag, NULL if there is none. */
static int32_t read_list(const struct search *search, const json_t *index, const char *subject,
                         json_t **ret) {
  const struct place *place = search->place;
  char tag[TAG_MAX + 1], path[BLOB_PATH_MAX];
  struct item item;
  snprintf(tag, sizeof tag, "%.6s-%.*s", subject, TAG_HEX_MAX, subject + strlen("sha256:"));
  int32_t answer = index_find(place, search->call, index, tag, false, &item);
  if (answer != 0)
    return answer < 0 ? answer : 0;
  blob_path(item.digest, path);
  auto_free char *data = NULL;
  size_t size = 0;
  answer = place_read(place, search->call, path, MANIFEST_MAX, &data, &size);
  if (answer < 0)
    return answer;
  auto_json *list = answer == 0 ? object_parse(data, size) : NULL;
  if (!json_is_array(json_object_get(list, "manifests")))
    return fail(place->host, search->call, ARTM_E_DIGEST, place->reference, NULL,
                "the list of referrers %s is missing or no index", tag);
  *ret = list;
  list = NULL;
  return 0;
}

static int32_t add_all(const json_t *list, struct artm_descriptor_sink *sink) {
  size_t i;
  const json_t *item;
  json_array_foreach(list, i, item) {
    struct artm_descriptor descriptor = {
        .struct_size = (uint32_t)sizeof descriptor,
        .size = (uint64_t)json_integer_value(json_object_get(item, "size")),
        .media_type = json_string_value(json_object_get(item, "mediaType")),
        .digest = json_string_value(json_object_get(item, "digest")),
        .artifact_type = json_string_value(json_object_get(item, "artifactType"))};
    int32_t answer = sink->add(sink, &descriptor);
    if (answer != 0)
      return answer;
  }
  return 0;
}

/* Those that index.json itself names, each of which is read once. */
static int32_t read_named(const struct place *place, struct artm_call *call,
                          struct named_referrers *named, const json_t *index) {
  int32_t answer = 0;
  pthread_mutex_lock(&named->lock);
  if (!named->by_subject) {
    struct search search = {.place = place, .call = call, .found = json_object()};
    answer = look_through(&search, index);
    if (answer == 0)
      named->by_subject = search.found;
    else
      json_decref(search.found);
  }
  pthread_mutex_unlock(&named->lock);
  return answer;
}

int32_t read_referrers(const struct place *place, struct artm_call *call,
                       struct named_referrers *named, const char *subject,
                       struct artm_descriptor_sink *sink) {
  auto_json *index = NULL, *list = NULL, *listed = json_object();
  struct search search = {.place = place, .call = call, .found = listed};
  if (!is_digest(subject))
    return fail(place->host, call, ARTM_E_UNSUPPORTED, place->reference, NULL,
                "referrers of '%.140s', which is no digest", subject);
  int32_t answer = index_read(place, call, &index);
  if (answer == ARTM_NO)
    return 0;
  if (answer == 0)
    answer = read_named(place, call, named, index);
  if (answer == 0)
    answer = add_all(json_object_get(named->by_subject, subject), sink);
  if (answer == 0)
    answer = read_list(&search, index, subject, &list);
  if (answer == 0)
    answer = look_through(&search, list);
  return answer == 0 ? add_all(json_object_get(listed, subject), sink) : answer;
}
