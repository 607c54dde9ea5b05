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
  const char *subject;
  struct artm_descriptor_sink *sink;
  uint32_t looked_at;
};

/* Adds the manifest if it refers to the subject. What can't be read refers to nothing. */
static int32_t look_at(struct search *search, const struct item *item) {
  const struct place *place = search->place;
  if (++search->looked_at > LOOKED_AT_MAX)
    return fail(place->host, search->call, ARTM_E_UNSUPPORTED, place->reference, NULL,
                "the layout has more than %u manifests to look for referrers in", LOOKED_AT_MAX);
  if (item->size > MANIFEST_MAX || !is_media_type(item->media_type) ||
      strcmp(item->digest, search->subject) == 0)
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
  if (!subject || strcmp(subject, search->subject) != 0)
    return 0;
  const char *type = json_string_value(json_object_get(manifest, "artifactType"));
  if (!type)
    type = json_string_value(json_object_get(json_object_get(manifest, "config"), "mediaType"));
  struct artm_descriptor descriptor = {.struct_size = (uint32_t)sizeof descriptor,
                                       .size = item->size,
                                       .media_type = item->media_type,
                                       .digest = item->digest,
                                       .artifact_type = type && is_media_type(type) ? type : NULL};
  return search->sink->add(search->sink, &descriptor);
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
static int32_t read_list(const struct search *search, const json_t *index, json_t **ret) {
  const struct place *place = search->place;
  char tag[TAG_MAX + 1], path[BLOB_PATH_MAX];
  struct item item;
  snprintf(tag, sizeof tag, "%.6s-%.*s", search->subject, TAG_HEX_MAX,
           search->subject + strlen("sha256:"));
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

int32_t read_referrers(const struct place *place, struct artm_call *call, const char *subject,
                       struct artm_descriptor_sink *sink) {
  struct search search = {.place = place, .call = call, .subject = subject, .sink = sink};
  auto_json *index = NULL, *list = NULL;
  if (!is_digest(subject))
    return fail(place->host, call, ARTM_E_UNSUPPORTED, place->reference, NULL,
                "referrers of '%.140s', which is no digest", subject);
  int32_t answer = index_read(place, call, &index);
  if (answer == ARTM_NO)
    return 0;
  if (answer == 0)
    answer = look_through(&search, index);
  if (answer == 0)
    answer = read_list(&search, index, &list);
  return answer == 0 ? look_through(&search, list) : answer;
}
