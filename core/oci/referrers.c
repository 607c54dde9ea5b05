/* SPDX-License-Identifier: Apache-2.0 */
/* Names and index of the referrers tag schema. */
#include "oci/referrers.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "oci/descriptor.h"
#include "oci/json_span.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_HEX_MAX 64
#define MEDIA_EMPTY "application/vnd.oci.empty.v1+json"
#define MEDIA_DOCKER_CONFIG "application/vnd.docker.container.image.v1+json"

void referrers_tag(const struct digest *subject, char ret[REFERRERS_TAG_MAX + 1]) {
  snprintf(ret, REFERRERS_TAG_MAX + 1, "%.*s-%.*s", (int)digest_algorithm_length(subject),
           subject->text, TAG_HEX_MAX, digest_hex(subject));
}

bool referrers_old_tag(const struct digest *subject, size_t kind, char ret[REFERRERS_TAG_MAX + 1]) {
  static const char *const kinds[] = {"sig", "att", "sbom"};
  if (kind >= sizeof kinds / sizeof kinds[0])
    return false;
  int len =
      snprintf(ret, REFERRERS_TAG_MAX + 1, "%.*s-%s.%s", (int)digest_algorithm_length(subject),
               subject->text, digest_hex(subject), kinds[kind]);
  return len <= REFERRERS_TAG_MAX;
}

bool referrers_is_tag(const char *tag) {
  if (strncmp(tag, "sha256-", 7) != 0 && strncmp(tag, "sha512-", 7) != 0)
    return false;
  size_t digits = strspn(tag + 7, "0123456789abcdef");
  return digits >= TAG_HEX_MAX && (tag[7 + digits] == '\0' || tag[7 + digits] == '.');
}

/* The document and its list; *ret_place is the number of the member that holds the list. */
static int parse(const struct descriptor *manifest, json_t **ret, json_t **ret_list,
                 size_t *ret_place, struct error *err) {
  auto_json json = NULL;
  if (json_parse(manifest->data, manifest->data_size, &json, err) < 0)
    return err->code;
  const char *own = json_text(json, "mediaType");
  if (!json_is_object(json) || (own && strcmp(own, MEDIA_OCI_INDEX) != 0) ||
      (!own && !text_equal(manifest->media_type, MEDIA_OCI_INDEX)))
    return error_set(err, ARTM_E_DIGEST, "it is no OCI index");
  json_t *list = json_object_get(json, "manifests");
  if (!json_is_array(list))
    return error_set(err, ARTM_E_DIGEST, "it is no OCI index: it has no list \"manifests\"");
  if (json_array_size(list) > REFERRERS_MAX)
    return error_set(err, ARTM_E_DIGEST, "it has %zu entries, more than the %d allowed",
                     json_array_size(list), REFERRERS_MAX);
  const char *name;
  json_t *value;
  *ret_place = 0;
  json_object_foreach(json, name, value) {
    if (value == list)
      break;
    ++*ret_place;
  }
  *ret_list = list;
  *ret = take(json);
  return 0;
}

int referrers_index_read(const struct descriptor *manifest, struct referrers_index *ret,
                         struct error *err) {
  auto_json json = NULL;
  json_t *list;
  size_t place;
  int result = parse(manifest, &json, &list, &place, err);
  if (result < 0)
    return result;
  struct referrers_index index = {.items =
                                      mem_array(json_array_size(list) + 1, sizeof *index.items)};
  size_t i;
  const json_t *item;
  json_array_foreach(list, i, item) {
    auto_error why = {0};
    if (descriptor_read(item, &index.items[index.count], &why) < 0)
      index.malformed++;
    else
      index.items[index.count++].json = NULL;
  }
  *ret = index;
  return 0;
}

void referrers_index_done(struct referrers_index *index) {
  for (size_t i = 0; i < index->count; i++)
    descriptor_done(&index->items[i]);
  free(index->items);
  *index = (struct referrers_index){0};
}

bool referrers_index_has(const struct referrers_index *index, const struct digest *digest) {
  for (size_t i = 0; i < index->count; i++)
    if (digest_equal(&index->items[i].digest, digest))
      return true;
  return false;
}

static json_t *entry_of(const struct manifest *manifest) {
  json_t *entry = json_object();
  json_object_set_new(entry, "mediaType", json_string(manifest->media_type));
  json_object_set_new(entry, "digest", json_string(manifest->digest.text));
  json_object_set_new(entry, "size", json_integer((json_int_t)manifest->size));
  const char *type = manifest->artifact_type;
  if ((!type || !*type) && manifest->kind == MANIFEST_IMAGE)
    type = manifest->config.media_type;
  if (type && *type)
    json_object_set_new(entry, "artifactType", json_string(type));
  json_t *annotations = json_object_get(manifest->json, "annotations");
  if (json_object_size(annotations) > 0)
    json_object_set(entry, "annotations", annotations);
  return entry;
}

/* Puts the new entries behind the last one, whose bytes are found in the document. */
static int add_behind(const struct descriptor *index, size_t count, size_t place,
                      const struct buf *entries, struct buf *out, struct error *err) {
  auto_free struct json_span *spans = mem_array(count, sizeof *spans);
  if (!json_span_items(index->data, index->data_size, place, spans, count))
    return error_set(err, ARTM_E_INTERNAL, "the entries of an index were not found in its bytes");
  size_t end = spans[count - 1].offset + spans[count - 1].size;
  buf_add(out, index->data, end);
  buf_printf(out, ",%s", entries->data);
  buf_add(out, (const char *)index->data + end, index->data_size - end);
  return 0;
}

static int compose(const struct descriptor *index, const struct buf *entries, struct buf *out,
                   struct error *err) {
  static const char head[] =
      "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[";
  auto_json json = NULL;
  json_t *list = NULL;
  size_t place;
  int result = index ? parse(index, &json, &list, &place, err) : 0;
  if (result < 0)
    return result;
  if (json_array_size(list) > 0)
    return add_behind(index, json_array_size(list), place, entries, out, err);
  buf_printf(out, "%s%s]", head, entries->data);
  json_t *annotations = json_object_get(json, "annotations");
  if (json_object_size(annotations) > 0) {
    auto_free char *text = json_compact(annotations);
    buf_printf(out, ",\"annotations\":%s", text);
  }
  buf_text(out, "}");
  return 0;
}

int referrers_index_add(const struct descriptor *index, struct manifest *const *manifests,
                        size_t count, struct descriptor *ret, struct error *err) {
  auto_buf entries = {0}, out = {0};
  for (size_t i = 0; i < count; i++) {
    auto_json entry = entry_of(manifests[i]);
    auto_free char *text = json_compact(entry);
    buf_printf(&entries, "%s%s", i ? "," : "", text);
  }
  int result = compose(index, &entries, &out, err);
  if (result < 0)
    return result;
  if (out.len > MANIFEST_MAX)
    return error_set(err, ARTM_E_UNSUPPORTED,
                     "the list of referrers would have %zu bytes, more than the %u allowed",
                     out.len, MANIFEST_MAX);
  *ret = (struct descriptor){.media_type = str_copy(MEDIA_OCI_INDEX),
                             .digest = digest_of(out.data, out.len, NULL),
                             .size = out.len,
                             .data_size = out.len};
  ret->data = buf_take(&out);
  return 0;
}

bool artifact_type_is_telling(const char *type) {
  return type && *type && strcmp(type, MEDIA_OCI_CONFIG) != 0 &&
         strcmp(type, MEDIA_DOCKER_CONFIG) != 0 && strcmp(type, MEDIA_EMPTY) != 0;
}

bool manifest_is_type(const struct manifest *manifest, bool (*use)(void *arg, const char *type),
                      void *arg) {
  if (artifact_type_is_telling(manifest->artifact_type))
    return use(arg, manifest->artifact_type);
  if (manifest->kind == MANIFEST_INDEX)
    return false;
  if (artifact_type_is_telling(manifest->config.media_type))
    return use(arg, manifest->config.media_type);
  for (size_t i = 0; i < manifest->item_count; i++)
    if (use(arg, manifest->items[i].media_type))
      return true;
  return false;
}
