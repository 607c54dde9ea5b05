/* SPDX-License-Identifier: Apache-2.0 */
/* The cut index: the one document of this floor that we write ourselves. */
#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "oci/manifest.h"
#include <string.h>

static void add_member(struct buf *out, const char *name, const json_t *value, bool first) {
  auto_json key = json_string(name);
  auto_free char *key_text = json_compact(key), *value_text = json_compact(value);
  buf_printf(out, "%s%s:%s", first ? "" : ",", key_text, value_text);
}

static void add_annotations(struct buf *out, const struct manifest *index, const char *platforms) {
  const char *name;
  json_t *value;
  bool first = true;
  json_t *annotations = json_object_get(index->json, "annotations");
  json_object_foreach(annotations, name, value) {
    if (strcmp(name, ANNOTATION_SOURCE_DIGEST) == 0 || strcmp(name, ANNOTATION_PLATFORMS) == 0)
      continue;
    add_member(out, name, value, first);
    first = false;
  }
  auto_json digest = json_string(index->digest.text);
  auto_json list = json_string(platforms);
  add_member(out, ANNOTATION_SOURCE_DIGEST, digest, first);
  add_member(out, ANNOTATION_PLATFORMS, list, false);
}

char *index_cut(const struct manifest *index, const bool *keep, const char *platforms,
                size_t *size) {
  auto_buf out = {0};
  bool first = true;
  buf_text(&out, "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[");
  for (size_t i = 0; i < index->item_count; i++) {
    if (!keep[i])
      continue;
    if (!first)
      buf_text(&out, ",");
    const struct descriptor *child = &index->items[i];
    buf_add(&out, (const char *)index->bytes + child->raw_offset, child->raw_size);
    first = false;
  }
  buf_text(&out, "],\"annotations\":{");
  add_annotations(&out, index, platforms);
  buf_text(&out, "}}");
  *size = out.len;
  return buf_take(&out);
}

const char *manifest_annotation(const struct manifest *manifest, const char *name) {
  return json_text(json_object_get(manifest->json, "annotations"), name);
}
