/* SPDX-License-Identifier: Apache-2.0 */
/* index.json: reading it, finding a tag, setting one. */
#include "index.h"
#include "common/fail.h"
#include "common/registry.h"
#include <errno.h>
#include <string.h>

bool item_read(const json_t *descriptor, struct item *ret) {
  const char *type = json_string_value(json_object_get(descriptor, "mediaType"));
  const char *digest = json_string_value(json_object_get(descriptor, "digest"));
  const json_t *size = json_object_get(descriptor, "size");
  if (!type || !digest || !is_digest(digest) || !json_is_integer(size) ||
      json_integer_value(size) < 0)
    return false;
  const json_t *annotations = json_object_get(descriptor, "annotations");
  *ret = (struct item){type, digest, (uint64_t)json_integer_value(size),
                       json_string_value(json_object_get(annotations, REF_NAME))};
  return true;
}

json_t *object_parse(const void *data, size_t size) {
  json_t *json = registry_parse_json(data, size);
  if (json_is_object(json))
    return json;
  json_decref(json);
  return NULL;
}

int32_t layout_check(const struct place *place, struct artm_call *call) {
  auto_free char *data = NULL;
  size_t size = 0;
  int32_t answer = place_read(place, call, LAYOUT_FILE, 4096, &data, &size);
  if (answer != 0)
    return answer;
  auto_json *json = object_parse(data, size);
  const char *version = json_string_value(json_object_get(json, "imageLayoutVersion"));
  if (version && strcmp(version, "1.0.0") == 0)
    return 0;
  return fail(place->host, call, ARTM_E_LOCAL, place->reference, NULL,
              "the oci-layout file does not say imageLayoutVersion 1.0.0");
}

int32_t index_read(const struct place *place, struct artm_call *call, json_t **ret) {
  auto_free char *data = NULL;
  size_t size = 0;
  int32_t answer = place_read(place, call, INDEX_FILE, MANIFEST_MAX, &data, &size);
  if (answer != 0)
    return answer;
  auto_json *json = object_parse(data, size);
  if (!json_is_array(json_object_get(json, "manifests")))
    return fail(place->host, call, ARTM_E_LOCAL, place->reference,
                "repair the file, or move the folder away and mirror again",
                "index.json is no image index: not valid JSON, or no list \"manifests\"");
  *ret = json;
  json = NULL;
  return 0;
}

static bool ends_in_tag(const char *reference, const char *tag) {
  const char *colon = strrchr(reference, ':');
  return colon && strcmp(colon + 1, tag) == 0;
}

int32_t index_find(const struct place *place, struct artm_call *call, const json_t *index,
                   const char *tag, bool loose, struct item *ret) {
  struct item similar = {0};
  bool ambiguous = false;
  size_t i;
  json_t *descriptor;
  json_array_foreach(json_object_get(index, "manifests"), i, descriptor) {
    struct item item;
    if (!item_read(descriptor, &item) || !item.tag)
      continue;
    if (strcmp(item.tag, tag) == 0) {
      *ret = item;
      return 0;
    }
    if (!loose || !ends_in_tag(item.tag, tag))
      continue;
    ambiguous = ambiguous || (similar.digest && strcmp(similar.digest, item.digest) != 0);
    similar = item;
  }
  if (ambiguous)
    return fail(place->host, call, ARTM_E_CONFLICT, place->reference,
                "give the whole annotation, or a digest",
                "several different manifests have a reference that ends in ':%s'", tag);
  if (!similar.digest)
    return ARTM_NO;
  *ret = similar;
  return 0;
}

bool index_find_digest(const json_t *index, const char *digest, struct item *ret) {
  size_t i;
  json_t *descriptor;
  json_array_foreach(json_object_get(index, "manifests"), i, descriptor) {
    struct item item;
    if (item_read(descriptor, &item) && strcmp(item.digest, digest) == 0) {
      *ret = item;
      return true;
    }
  }
  return false;
}

int index_set(json_t *index, const char *tag, const struct item *item) {
  json_t *manifests = json_object_get(index, "manifests");
  auto_json *fresh =
      item ? json_pack("{s:s, s:s, s:I, s:{s:s}}", "mediaType", item->media_type, "digest",
                       item->digest, "size", (json_int_t)item->size, "annotations", REF_NAME, tag)
           : NULL;
  if (item && !fresh)
    return -ENOMEM;
  bool changed = false, placed = !item;
  for (size_t i = 0; i < json_array_size(manifests);) {
    json_t *old = json_array_get(manifests, i);
    const char *name =
        json_string_value(json_object_get(json_object_get(old, "annotations"), REF_NAME));
    struct item now;
    if (!name || strcmp(name, tag) != 0) {
      i++;
    } else if (!placed && item_read(old, &now) && strcmp(now.digest, item->digest) == 0 &&
               strcmp(now.media_type, item->media_type) == 0 && now.size == item->size) {
      placed = true;
      i++;
    } else if (!placed) {
      if (json_array_set(manifests, i++, fresh) != 0)
        return -ENOMEM;
      placed = changed = true;
    } else {
      json_array_remove(manifests, i);
      changed = true;
    }
  }
  if (!placed && json_array_append(manifests, fresh) != 0)
    return -ENOMEM;
  return changed || !placed ? 0 : ARTM_NO;
}

json_t *index_new(void) {
  return json_pack("{s:i, s:s, s:[]}", "schemaVersion", 2, "mediaType", TYPE_INDEX, "manifests");
}
