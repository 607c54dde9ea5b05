/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a chart as helm 3.12 writes it. */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/helm.h"
#include "helm/metadata/go_json.h"
#include "helm/metadata/metadata_fields.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define IMAGE "org.opencontainers.image."
#define OWN_MAX 6 /* annotations that the metadata's fields become */

/* The annotations, first those that the chart's own override. */
struct annotations {
  struct string_pair *pairs;
  size_t count;
};

static bool is_blank(const struct text *text) {
  size_t at = 0;
  while (at < text->size && text->data[at] == ' ')
    at++;
  return at == text->size;
}

static void annotate(struct annotations *annotations, const char *key, const struct text *value) {
  if (is_blank(value))
    return;
  annotations->pairs[annotations->count++] =
      (struct string_pair){{.key = {key, strlen(key)}}, *value};
}

/* "name (email), name": what is missing leaves its separators. Caller frees. */
static char *authors(const struct field_list *maintainers, size_t *size) {
  struct builder text = {0};
  for (size_t i = 0; i < maintainers->count; i++) {
    const struct maintainer *maintainer = ((struct maintainer *const *)maintainers->items)[i];
    const struct text *name = &maintainer->name.text, *email = &maintainer->email.text;
    if (i)
      builder_add_text(&text, ", ");
    builder_add(&text, name->data, name->size);
    if (!email->size)
      continue;
    builder_add_text(&text, " (");
    builder_add(&text, email->data, email->size);
    builder_add_char(&text, ')');
  }
  return builder_take(&text, size);
}

static void add_annotations(struct builder *json, const struct metadata *metadata) {
  const struct string_map *own = &metadata->annotations;
  auto_free struct string_pair *pairs = registry_zalloc((own->count + OWN_MAX) * sizeof *pairs);
  struct annotations all = {.pairs = pairs};
  struct text by;
  auto_free char *names = authors(&metadata->maintainers, &by.size);
  by.data = names;
  annotate(&all, IMAGE "description", &metadata->description.text);
  annotate(&all, IMAGE "title", &metadata->name.text);
  annotate(&all, IMAGE "version", &metadata->version.text);
  annotate(&all, IMAGE "url", &metadata->home.text);
  if (metadata->sources.count)
    annotate(&all, IMAGE "source", &((const struct field *)metadata->sources.items)->text);
  annotate(&all, IMAGE "authors", &by);
  for (size_t i = 0; i < own->count; i++)
    if (!text_is(&own->pairs[i].keyed.key, IMAGE "title") &&
        !text_is(&own->pairs[i].keyed.key, IMAGE "version"))
      pairs[all.count++] = own->pairs[i];
  all.count = keyed_sort(pairs, all.count, sizeof *pairs);
  for (size_t i = 0; i < all.count; i++) {
    builder_add_char(json, i ? ',' : '{');
    go_json_text(json, pairs[i].keyed.key.data, pairs[i].keyed.key.size);
    builder_add_char(json, ':');
    go_json_text(json, pairs[i].value.data, pairs[i].value.size);
  }
  builder_add_char(json, '}');
}

static void add_part(struct builder *json, const char *media_type, const struct chart_part *part) {
  char size[24];
  builder_add_text(json, "{\"mediaType\":");
  go_json_text(json, media_type, strlen(media_type));
  builder_add_text(json, ",\"digest\":");
  go_json_text(json, part->digest, strlen(part->digest));
  snprintf(size, sizeof size, "%" PRIu64, part->size);
  builder_add_text(json, ",\"size\":");
  builder_add_text(json, size);
  builder_add_char(json, '}');
}

static void add_layers(struct builder *json, const struct chart_part *chart,
                       const struct chart_part *provenance) {
  bool provenance_first = provenance && strcmp(provenance->digest, chart->digest) < 0;
  if (provenance_first) {
    add_part(json, PROVENANCE_TYPE, provenance);
    builder_add_char(json, ',');
  }
  add_part(json, CHART_TYPE, chart);
  if (provenance && !provenance_first) {
    builder_add_char(json, ',');
    add_part(json, PROVENANCE_TYPE, provenance);
  }
}

char *metadata_manifest(const struct metadata *metadata, const struct chart_part *config,
                        const struct chart_part *chart, const struct chart_part *provenance,
                        size_t *size) {
  struct builder json = {0};
  builder_add_text(&json, "{\"schemaVersion\":2,\"config\":");
  add_part(&json, CONFIG_TYPE, config);
  builder_add_text(&json, ",\"layers\":[");
  add_layers(&json, chart, provenance);
  builder_add_text(&json, "],\"annotations\":");
  add_annotations(&json, metadata);
  builder_add_char(&json, '}');
  return builder_take(&json, size);
}
