/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin trivy is: options, the instance, the tables. */
#include "common/registry_text.h"
#include "trivy/trivy.h"
#include <artmirror/plugin.h>
#include <stdlib.h>

static const struct artm_field options[] = {
    ARTM_FIELD(.name = "cache_dir", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH,
               .doc = "Trivy's cache folder, which has the database; default: one in artmirror's "
                      "own cache"),
    ARTM_FIELD(.name = "skip_db_update", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "Use the databases as they are, however old"),
    ARTM_FIELD(.name = "offline", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "Ask nobody but the registry of the image: no database is fetched, and "
                      "dependencies of Java archives are not looked up"),
    ARTM_FIELD(.name = "server", .type = ARTM_TYPE_URL, .constraint = "https|http",
               .doc = "A Trivy server that has the database"),
    ARTM_FIELD(.name = "server_token", .type = ARTM_TYPE_SECRET,
               .doc = "What the server wants as token"),
    ARTM_FIELD(.name = "db_repository", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .doc = "Where the vulnerability database comes from, such as "
                      "registry.example/trivy-db:2; the first that works"),
    ARTM_FIELD(.name = "java_db_repository", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .doc = "Where the index of Java archives comes from; the first that works"),
    ARTM_FIELD(.name = "vex", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_PATH,
               .doc = "VEX documents that say which vulnerabilities don't matter"),
};

static const char *const config_media_types[] = {"application/vnd.oci.image.config.v1+json",
                                                 "application/vnd.docker.container.image.v1+json",
                                                 NULL};

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *config, void **self) {
  const struct artm_process *process = host->extension(host, ARTM_PROCESS_ID);
  if (!process)
    return artm_fail(host, call, ARTM_E_UNSUPPORTED, "the host can't run programs", NULL);
  struct trivy *trivy = registry_zalloc(sizeof *trivy);
  trivy->host = host;
  trivy->options = config;
  trivy->process = process;
  trivy->state = host->extension(host, ARTM_STATE_ID);
  trivy->docker_config = host->extension(host, ARTM_DOCKER_CONFIG_ID);
  trivy->http = host->extension(host, ARTM_HTTP_ID);
  pthread_mutex_init(&trivy->lock, NULL);
  *self = trivy;
  return 0;
}

static void destroy(void *self) {
  struct trivy *trivy = self;
  if (!trivy)
    return;
  pthread_mutex_destroy(&trivy->lock);
  free(trivy);
}

static const struct artm_scanner scanner = {
    .struct_size = sizeof scanner,
    .caps = ARTM_SCANNER_REGISTRY | ARTM_SCANNER_LAYOUT,
    ARTM_FIELDS(options, options),
    .config_media_types = config_media_types,
    .create = create,
    .destroy = destroy,
    .probe = trivy_probe,
    .prepare = trivy_prepare,
    .scan = trivy_scan,
};
static const struct artm_plugin trivy = {
    .struct_size = sizeof trivy,
    .threads = ARTM_THREADS_PARALLEL,
    .scanner = &scanner,
};

ARTM_PLUGIN(trivy, "id=trivy\0"
                   "version=1.0.0\0"
                   "summary=Vulnerabilities of images, by Trivy\0"
                   "scanner=on\0")
