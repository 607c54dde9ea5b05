/* SPDX-License-Identifier: Apache-2.0 */
/* A chart in a registry, copied as it is. */
#include "helm/oci.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/chart/layers.h"
#include "helm/repository/repository.h"
#include <string.h>

struct oci_chart {
  const struct helm *helm;
  struct registry_repository repository;
  char *root, *named_by, *layer;
  bool provenance;
  char resolved[DIGEST_TEXT_MAX]; /* the root's digest, once it is known */
};

/* Looks at what goes to the host's sink. */
struct watch {
  struct artm_descriptor_sink abi; /* first */
  struct artm_descriptor_sink *to;
  const struct oci_chart *chart;
  struct artm_call *call;
  char *resolved; /* gets the digest, or NULL */
  bool is_root;
};

static char *copy_or_null(const char *text) {
  return text ? registry_format("%s", text) : NULL;
}

struct oci_chart *oci_open(const struct helm *helm, const struct oci_wanted *wanted) {
  struct oci_chart *chart = registry_zalloc(sizeof *chart);
  chart->helm = helm;
  registry_repository_init(&chart->repository, &helm->client, wanted->name->registry,
                           wanted->name->repository);
  chart->root = registry_format("%s", wanted->root);
  chart->named_by = copy_or_null(wanted->named_by);
  chart->layer = copy_or_null(wanted->layer);
  chart->provenance = wanted->provenance;
  chart->repository.named_by = chart->named_by;
  return chart;
}

void oci_close(struct oci_chart *chart) {
  if (!chart)
    return;
  registry_repository_done(&chart->repository);
  free(chart->root);
  free(chart->named_by);
  free(chart->layer);
  free(chart);
}

const char *oci_repository(const struct oci_chart *chart) {
  return chart->repository.reference;
}

bool oci_is_counted(const struct oci_chart *chart) {
  return registry_is_docker_hub(chart->repository.registry);
}

/* What a chart's manifest must have. Manifests beside it, signatures, are no charts. */
static int32_t check_manifest(const struct watch *watch, const struct artm_descriptor *manifest) {
  const struct oci_chart *chart = watch->chart;
  const struct artm_host *host = chart->repository.client->host;
  struct chart_layers layers = layers_read(manifest);
  if (layers.is_index || (!layers.is_chart && !watch->is_root))
    return 0;
  auto_free char *where = registry_where(&chart->repository, chart->root);
  if (!layers.is_chart)
    return fail(host, watch->call, ARTM_E_UNSUPPORTED, where, "check repo_url and name",
                "what is there is no chart: its config has another media type");
  if (chart->layer && strcmp(layers.chart, chart->layer))
    return fail(host, watch->call, ARTM_E_DIGEST, where,
                "the archive or the index was changed since; ask who publishes it",
                "the chart there has %s, the index says %s",
                *layers.chart ? layers.chart : "no archive", chart->layer);
  if (chart->provenance && !layers.has_provenance)
    return fail(host, watch->call, ARTM_E_POLICY, where,
                "without 'provenance: require' it is optional",
                "the chart has no provenance layer");
  return 0;
}

static int32_t watch_add(struct artm_descriptor_sink *sink, const struct artm_descriptor *item) {
  struct watch *watch = (struct watch *)(void *)sink;
  if (item->data) {
    int32_t answer = check_manifest(watch, item);
    if (answer)
      return answer;
  }
  if (watch->resolved && item->digest && is_digest(item->digest))
    memcpy(watch->resolved, item->digest, strlen(item->digest) + 1);
  return watch->to->add(watch->to, item);
}

static struct watch watch_begin(const struct oci_chart *chart, struct artm_call *call,
                                struct artm_descriptor_sink *to) {
  return (struct watch){.abi = {(uint32_t)sizeof(struct artm_descriptor_sink), 0, watch_add},
                        .to = to,
                        .chart = chart,
                        .call = call};
}

static bool is_root(const struct oci_chart *chart, const char *reference) {
  return !strcmp(reference, chart->root) || !strcmp(reference, chart->resolved);
}

static int32_t offer_login(const struct oci_chart *chart, struct artm_call *call) {
  return repositories_offer_registry(chart->helm->repositories, call, chart->repository.registry);
}

int32_t oci_resolve(struct oci_chart *chart, struct artm_call *call,
                    struct artm_descriptor_sink *sink) {
  int32_t answer = offer_login(chart, call);
  if (answer)
    return answer;
  struct watch watch = watch_begin(chart, call, sink);
  watch.resolved = chart->resolved;
  watch.is_root = true;
  answer = registry_head_manifest(&chart->repository, call, chart->root, &watch.abi);
  if (answer != ARTM_NO)
    return answer;
  auto_free char *where = registry_where(&chart->repository, chart->root);
  return fail(chart->repository.client->host, call, ARTM_E_NOT_FOUND, where,
              "check name, version and repo_url; registries answer the same for what credentials "
              "may not see",
              "not found, or not visible with these credentials");
}

int32_t oci_manifest(const struct oci_chart *chart, struct artm_call *call, const char *reference,
                     struct artm_descriptor_sink *sink) {
  int32_t answer = offer_login(chart, call);
  if (answer)
    return answer;
  auto_free char *tag = oci_tag(reference);
  struct watch watch = watch_begin(chart, call, sink);
  watch.is_root = is_root(chart, tag);
  return registry_get_manifest(&chart->repository, call, tag, &watch.abi);
}

int32_t oci_open_blob(const struct oci_chart *chart, struct artm_call *call,
                      const struct artm_descriptor *blob, uint64_t offset,
                      struct artm_stream **ret) {
  return registry_open_blob(&chart->repository, call, blob, offset, ret);
}

int32_t oci_referrers(const struct oci_chart *chart, struct artm_call *call, const char *digest,
                      struct artm_descriptor_sink *sink) {
  int32_t answer = offer_login(chart, call);
  return answer ? answer : registry_list_referrers(&chart->repository, call, digest, sink);
}

/* Gives tags on as versions, as helm reads them. */
struct tag_reader {
  struct artm_version_sink abi; /* first */
  struct artm_version_sink *to;
};

static int32_t add_tag(struct artm_version_sink *sink, const struct artm_version *tag) {
  struct tag_reader *reader = (struct tag_reader *)(void *)sink;
  auto_free char *version = registry_format("%s", tag->version);
  for (char *at = version; (at = strchr(at, '_'));)
    *at = '+';
  struct artm_version read = *tag;
  read.version = version;
  return reader->to->add(reader->to, &read);
}

int32_t oci_list(const struct helm *helm, struct artm_call *call, const struct oci_name *name,
                 struct artm_version_sink *sink) {
  int32_t answer = repositories_offer_registry(helm->repositories, call, name->registry);
  if (answer)
    return answer;
  struct registry_repository repository;
  registry_repository_init(&repository, &helm->client, name->registry, name->repository);
  struct tag_reader reader = {{(uint32_t)sizeof(struct artm_version_sink), 0, add_tag}, sink};
  answer = registry_list_tags(&repository, call, &reader.abi);
  if (answer == ARTM_NO)
    answer = fail(helm->client.host, call, ARTM_E_NOT_FOUND, repository.reference,
                  "check name and repo_url",
                  "the repository was not found, or is not visible with these credentials");
  registry_repository_done(&repository);
  return answer;
}
