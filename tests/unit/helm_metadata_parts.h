/* SPDX-License-Identifier: Apache-2.0 */
/* The helm plugin's metadata code, and what its tests share. */
#ifndef HELM_METADATA_PARTS_H
#define HELM_METADATA_PARTS_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/builder.c"
#include "common/region.c"
#include "common/registry_text.c"
#include "helm/metadata/chart_yaml.c"
#include "helm/metadata/chart_yaml_collection.c"
#include "helm/metadata/config_json.c"
#include "helm/metadata/go_json.c"
#include "helm/metadata/go_number.c"
#include "helm/metadata/keyed.c"
#include "helm/metadata/manifest_json.c"
#include "helm/metadata/metadata.c"
#include "helm/metadata/metadata_check.c"
#include "helm/metadata/metadata_decode.c"
#include "helm/metadata/metadata_fields.c"
#include "helm/metadata/unicode.c"
#include "helm/metadata/unicode_print.c"
#include "helm/metadata/version.c"
#include "helm/metadata/yaml_number.c"
#include "helm/metadata/yaml_scalar.c"

/* Reads texts of C; NULL: refused, and *why is set. */
static struct metadata *read_texts(const char *chart, const char *requirements, char **why) {
  return metadata_read(chart, strlen(chart), requirements, requirements ? strlen(requirements) : 0,
                       why);
}

/* Refused, with this in the reason. */
static void assert_refused(const char *chart, size_t size, const char *requirements,
                           const char *wanted) {
  char *why = NULL;
  struct metadata *metadata =
      metadata_read(chart, size, requirements, requirements ? strlen(requirements) : 0, &why);
  assert_null(metadata);
  assert_non_null(why);
  if (!strstr(why, wanted))
    fail_msg("'%s' instead of '%s'", why, wanted);
  free(why);
}
#endif
