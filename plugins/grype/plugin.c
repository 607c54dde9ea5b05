/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin grype is. */
#include "common/registry_text.h"
#include "grype/grype.h"
#include <artmirror/plugin.h>
#include <stdlib.h>

static const struct artm_field options[] = {
    ARTM_FIELD(.name = "cache_dir", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH,
               .doc = "Grype's database folder; without it, one in artmirror's cache"),
    ARTM_FIELD(.name = "skip_db_update", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "use the database that is there"),
    ARTM_FIELD(.name = "offline", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "use nothing of the network but the registry; implies skip_db_update"),
    ARTM_FIELD(.name = "db_url", .type = ARTM_TYPE_URL, .constraint = "https|http",
               .doc = "where databases come from, such as a mirror of grype.anchore.io/databases"),
    ARTM_FIELD(.name = "vex", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_PATH,
               .doc = "VEX files; what they say is fixed or not affected is suppressed"),
};

static const char *const config_media_types[] = {
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    NULL,
};

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *config, void **self) {
  const struct grype grype = {
      .host = host,
      .process = host->extension(host, ARTM_PROCESS_ID),
      .docker_config = host->extension(host, ARTM_DOCKER_CONFIG_ID),
      .state = host->extension(host, ARTM_STATE_ID),
      .options = config,
  };
  if (!grype.process || !grype.docker_config || !grype.state)
    return artm_fail(host, call, ARTM_E_UNSUPPORTED,
                     "the host lacks artmirror.process/1, docker-config/1 or state/1", NULL);
  struct grype *instance = registry_zalloc(sizeof *instance);
  *instance = grype;
  *self = instance;
  return 0;
}

static const struct artm_scanner scanner = {
    .struct_size = sizeof scanner,
    .caps = ARTM_SCANNER_REGISTRY | ARTM_SCANNER_LAYOUT,
    ARTM_FIELDS(options, options),
    .config_media_types = config_media_types,
    .create = create,
    .destroy = free,
    .probe = grype_probe,
    .prepare = grype_prepare,
    .scan = grype_scan,
};

static const struct artm_plugin grype = {
    .struct_size = sizeof grype,
    .threads = ARTM_THREADS_PARALLEL,
    .scanner = &scanner,
};

ARTM_PLUGIN(grype, "id=grype\0"
                   "version=1.0.0\0"
                   "summary=Vulnerabilities found by Grype\0"
                   "scanner=off\0")
