/* SPDX-License-Identifier: Apache-2.0 */
/* Reading manifests and indexes. */
#include "oci/manifest.h"
#include "base/json.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "oci/descriptor.h"
#include "oci/json_span.h"
#include <stdlib.h>
#include <string.h>

#define CHILDREN_MAX 1000
#define LAYERS_MAX 500
#define MEDIA_IN_TOTO "application/vnd.in-toto+json"

bool media_is_index(const char *media_type) {
  return text_equal(media_type, MEDIA_OCI_INDEX) || text_equal(media_type, MEDIA_DOCKER_LIST);
}

static bool media_is_image(const char *media_type) {
  return text_equal(media_type, MEDIA_OCI_MANIFEST) ||
         text_equal(media_type, MEDIA_DOCKER_MANIFEST);
}

bool media_is_manifest(const char *media_type) {
  return media_is_index(media_type) || media_is_image(media_type);
}

static bool media_is_schema1(const char *media_type) {
  return text_equal(media_type, MEDIA_DOCKER_SCHEMA1) ||
         text_equal(media_type, MEDIA_DOCKER_SCHEMA1_SIGNED);
}

void manifest_free(struct manifest *manifest) {
  if (manifest == NULL)
    return;
  for (size_t i = 0; i < manifest->item_count; i++)
    descriptor_done(&manifest->items[i]);
  free(manifest->items);
  descriptor_done(&manifest->config);
  descriptor_done(&manifest->subject);
  free(manifest->media_type);
  free(manifest->artifact_type);
  free(manifest->bytes);
  json_decref(manifest->json);
  free(manifest);
}

static void free_manifest(struct manifest **manifest) {
  manifest_free(*manifest);
}

static int refuse_schema1(struct error *err) {
  error_set(err, ARTM_E_UNSUPPORTED,
            "it is a Docker schema 1 manifest, a format without digests "
            "of its own that registries no longer take");
  return error_hint(err, "push the image again with a current tool, or mirror a newer tag");
}

/* The type without parameters; NULL for the types by which servers say that they don't know. */
static char *served_name(const char *served_type) {
  static const char *const generic[] = {"application/json", "application/octet-stream",
                                        "text/plain"};
  if (served_type == NULL)
    return NULL;
  auto_free char *name = str_copy_n(served_type, strcspn(served_type, "; \t"));
  for (size_t i = 0; i < sizeof generic / sizeof generic[0]; i++)
    if (strcmp(name, generic[i]) == 0)
      return NULL;
  return name[0] != '\0' ? take(name) : NULL;
}

static int decide_type(struct manifest *manifest, const char *served_type, struct error *err) {
  const json_t *json = manifest->json, *field = json_object_get(json, "mediaType");
  auto_free char *served = served_name(served_type);
  const char *own = json_string_value(field);
  if (media_is_schema1(served) || media_is_schema1(own) ||
      json_number(json, "schemaVersion", 0) == 1)
    return refuse_schema1(err);
  if (json_number(json, "schemaVersion", 0) != 2)
    return error_set(err, ARTM_E_DIGEST, "its \"schemaVersion\" is not 2");
  if (field != NULL && own == NULL)
    return error_set(err, ARTM_E_DIGEST, "its \"mediaType\" is not a string");
  if (own != NULL && served != NULL && strcmp(own, served) != 0)
    return error_set(err, ARTM_E_DIGEST, "it was served as %s but calls itself %s", served, own);
  const char *type = own != NULL ? own : served;
  if (type == NULL)
    type = json_object_get(json, "manifests") != NULL ? MEDIA_OCI_INDEX : MEDIA_OCI_MANIFEST;
  if (!media_is_manifest(type))
    return error_set(err, ARTM_E_UNSUPPORTED, "%s is no type of manifest that can be mirrored",
                     type);
  manifest->media_type = str_copy(type);
  manifest->kind = media_is_index(type) ? MANIFEST_INDEX : MANIFEST_IMAGE;
  return 0;
}

/* CVE-2021-41190: a document that different readers take for different things. */
static int check_shape(const struct manifest *manifest, struct error *err) {
  const json_t *json = manifest->json;
  bool children = json_object_get(json, "manifests") != NULL;
  bool content = json_object_get(json, "layers") != NULL || json_object_get(json, "config") != NULL;
  if (json_object_get(json, "fsLayers") != NULL || (children && content))
    return error_set(err, ARTM_E_DIGEST,
                     "it is ambiguous: it has members of an index, \"manifests\""
                     ", and of a manifest, \"layers\" or \"config\"");
  if (manifest->kind == MANIFEST_INDEX ? !children : !content)
    return error_set(err, ARTM_E_DIGEST, "it is called %s but has no \"%s\"", manifest->media_type,
                     manifest->kind == MANIFEST_INDEX ? "manifests" : "layers");
  const json_t *annotations = json_object_get(json, "annotations");
  if (annotations != NULL && !json_is_object(annotations) && !json_is_null(annotations))
    return error_set(err, ARTM_E_DIGEST, "its \"annotations\" is not an object");
  return 0;
}

/* One digest can't have two sizes, and in an index not two types. */
static int check_repeats(const struct manifest *manifest, struct error *err) {
  __attribute__((cleanup(map_done))) struct map seen = {0};
  for (size_t i = 0; i < manifest->item_count; i++) {
    struct descriptor *item = &manifest->items[i];
    const struct descriptor *before = map_get(&seen, item->digest.text);
    if (before == NULL) {
      map_put(&seen, item->digest.text, item);
      continue;
    }
    bool same_type = strcmp(before->media_type, item->media_type) == 0;
    if (before->size != item->size || (manifest->kind == MANIFEST_INDEX && !same_type))
      return error_set(err, ARTM_E_DIGEST, "it lists %s twice with different sizes or types",
                       item->digest.text);
  }
  return 0;
}

static int read_items(struct manifest *manifest, struct error *err) {
  bool is_index = manifest->kind == MANIFEST_INDEX;
  const char *name = is_index ? "manifests" : "layers";
  const json_t *array = json_object_get(manifest->json, name);
  if (array == NULL || (!is_index && json_is_null(array)))
    return 0;
  if (!json_is_array(array))
    return error_set(err, ARTM_E_DIGEST, "its \"%s\" is not an array", name);
  size_t count = json_array_size(array), max = is_index ? CHILDREN_MAX : LAYERS_MAX;
  if (count > max)
    return error_set(err, ARTM_E_DIGEST, "it has %zu %s, more than the %zu allowed", count, name,
                     max);
  manifest->items = mem_array(count, sizeof *manifest->items);
  for (size_t i = 0; i < count; i++) {
    struct descriptor *item = &manifest->items[i];
    if (descriptor_read(json_array_get(array, i), item, err) < 0)
      return error_wrap(err, "item %zu of its \"%s\"", i + 1, name);
    manifest->item_count++;
    /* Only a layer may be kept elsewhere. */
    item->foreign = item->foreign && !is_index;
  }
  return check_repeats(manifest, err);
}

static int read_single(const struct manifest *manifest, const char *name, struct descriptor *ret,
                       struct error *err) {
  const json_t *value = json_object_get(manifest->json, name);
  if (value == NULL || json_is_null(value))
    return 0;
  if (descriptor_read(value, ret, err) < 0)
    return error_wrap(err, "its \"%s\"", name);
  ret->foreign = false;
  return 0;
}

static int find_spans(struct manifest *manifest, struct error *err) {
  const char *name;
  json_t *value;
  size_t index = 0;
  json_object_foreach(manifest->json, name, value) {
    if (strcmp(name, "manifests") == 0)
      break;
    index++;
  }
  auto_free struct json_span *spans = mem_array(manifest->item_count, sizeof *spans);
  if (!json_span_items(manifest->bytes, manifest->size, index, spans, manifest->item_count))
    return error_set(err, ARTM_E_INTERNAL, "the children of an index were not found in its bytes");
  for (size_t i = 0; i < manifest->item_count; i++) {
    manifest->items[i].raw_offset = spans[i].offset;
    manifest->items[i].raw_size = spans[i].size;
  }
  return 0;
}

static int read_manifest(struct manifest *manifest, const char *served_type, struct error *err) {
  if (json_parse(manifest->bytes, manifest->size, &manifest->json, err) < 0)
    return err->code;
  if (!json_is_object(manifest->json))
    return error_set(err, ARTM_E_DIGEST, "it is not a JSON object");
  if (decide_type(manifest, served_type, err) < 0 || check_shape(manifest, err) < 0 ||
      read_items(manifest, err) < 0 ||
      read_single(manifest, "subject", &manifest->subject, err) < 0)
    return err->code;
  manifest->has_subject = digest_is_set(&manifest->subject.digest);
  manifest->artifact_type = str_copy(json_text(manifest->json, "artifactType"));
  if (manifest->kind == MANIFEST_INDEX)
    return find_spans(manifest, err);
  if (read_single(manifest, "config", &manifest->config, err) < 0)
    return err->code;
  if (!digest_is_set(&manifest->config.digest))
    return error_set(err, ARTM_E_DIGEST, "a manifest without \"config\"");
  return 0;
}

int manifest_parse(const void *bytes, size_t size, const char *served_type, struct manifest **ret,
                   struct error *err) {
  if (size > MANIFEST_MAX)
    return error_set(err, ARTM_E_DIGEST, "the manifest has %zu bytes, more than the %u allowed",
                     size, MANIFEST_MAX);
  __attribute__((cleanup(free_manifest))) struct manifest *manifest = mem_alloc(sizeof *manifest);
  manifest->bytes = str_copy_n(bytes, size);
  manifest->size = size;
  manifest->digest = digest_of(bytes, size, NULL);
  if (read_manifest(manifest, served_type, err) < 0)
    return error_wrap(err, "the manifest %s cannot be used", manifest->digest.text);
  *ret = take(manifest);
  return 0;
}

bool manifest_is_attestation(const struct manifest *manifest) {
  if (manifest->kind != MANIFEST_IMAGE || !manifest->item_count)
    return false;
  for (size_t i = 0; i < manifest->item_count; i++)
    if (!text_equal(manifest->items[i].media_type, MEDIA_IN_TOTO))
      return false;
  return true;
}
