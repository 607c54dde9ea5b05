/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest tells of a chart. */
#include "helm/chart/layers.h"
#include "common/cleanup.h"
#include "helm/helm.h"
#include <string.h>

static bool has_type(const json_t *descriptor, const char *type) {
  const char *own = json_string_value(json_object_get(descriptor, "mediaType"));
  return own && !strcmp(own, type);
}

static void read_layer(const json_t *layer, struct chart_layers *ret) {
  if (has_type(layer, PROVENANCE_TYPE))
    ret->has_provenance = true;
  if (!has_type(layer, CHART_TYPE) && !has_type(layer, OLD_CHART_TYPE))
    return;
  const char *digest = json_string_value(json_object_get(layer, "digest"));
  ret->chart[0] = '\0';
  if (digest && is_digest(digest))
    memcpy(ret->chart, digest, strlen(digest) + 1);
}

struct chart_layers layers_read(const struct artm_descriptor *manifest) {
  struct chart_layers layers = {0};
  auto_json *document = manifest->data ? registry_parse_json(manifest->data, manifest->size) : NULL;
  layers.is_index = json_is_array(json_object_get(document, "manifests"));
  layers.is_chart = has_type(json_object_get(document, "config"), CONFIG_TYPE);
  size_t i;
  const json_t *layer;
  json_array_foreach(json_object_get(document, "layers"), i, layer) {
    read_layer(layer, &layers);
  }
  return layers;
}
