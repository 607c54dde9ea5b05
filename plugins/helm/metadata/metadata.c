/* SPDX-License-Identifier: Apache-2.0 */
/* A chart's metadata, from the files that Helm reads it from. */
#include "helm/metadata/metadata.h"
#include "common/registry_text.h"
#include "helm/metadata/metadata_fields.h"
#include <stdlib.h>

static bool read_file(struct metadata *metadata, const char *file, const char *data, size_t size,
                      char **why) {
  const struct value *value = chart_yaml_read(&metadata->region, file, data, size, why);
  return value && metadata_decode(metadata, file, value, why);
}

static bool read_files(struct metadata *metadata, const char *chart, size_t chart_size,
                       const char *requirements, size_t requirements_size, char **why) {
  if (!read_file(metadata, "Chart.yaml", chart, chart_size, why))
    return false;
  if (!metadata->api_version.text.size)
    metadata->api_version.text = (struct text){"v1", 2};
  return !requirements ||
         read_file(metadata, "requirements.yaml", requirements, requirements_size, why);
}

struct metadata *metadata_read(const char *chart, size_t chart_size, const char *requirements,
                               size_t requirements_size, char **why) {
  struct metadata *metadata = registry_zalloc(sizeof *metadata);
  if (read_files(metadata, chart, chart_size, requirements, requirements_size, why) &&
      metadata_check(metadata, why))
    return metadata;
  metadata_free(metadata);
  return NULL;
}

void metadata_free(struct metadata *metadata) {
  if (!metadata)
    return;
  region_done(&metadata->region);
  free(metadata);
}

const char *metadata_name(const struct metadata *metadata) {
  return metadata->name.text.data;
}

const char *metadata_version(const struct metadata *metadata) {
  return metadata->version.text.data;
}
