/* SPDX-License-Identifier: Apache-2.0 */
/* A chart of a classic repository, made into the artefact that helm push writes. */
#include "helm/chart/chart.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/chart/archive.h"
#include "helm/chart/blob.h"
#include "helm/chart/download.h"
#include "helm/chart/layers.h"
#include "helm/chart/signature.h"
#include "helm/digest.h"
#include "helm/metadata/metadata.h"
#include "helm/printable.h"
#include <string.h>

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"

static void cleanup_metadata(struct metadata **metadata) {
  metadata_free(*metadata);
}
#define auto_metadata __attribute__((cleanup(cleanup_metadata))) struct metadata

/* The chart that is in the archive must be the one that was asked for. */
static int32_t check_identity(const struct helm *helm, struct artm_call *call,
                              const struct chart_wanted *wanted, const struct metadata *metadata) {
  const struct artm_host *host = helm->client.host;
  static const char hint[] = "the index is wrong, or the archive was exchanged";
  auto_free char *name = printable(metadata_name(metadata));
  auto_free char *version = printable(metadata_version(metadata));
  if (strcmp(metadata_name(metadata), wanted->name))
    return fail(host, call, ARTM_E_DIGEST, wanted->where, hint,
                "the archive holds the chart '%s' instead", name);
  if (!version_is_same(metadata_version(metadata), wanted->version->version))
    return fail(host, call, ARTM_E_DIGEST, wanted->where, hint,
                "the archive holds version '%s' instead", version);
  return 0;
}

static int32_t read_metadata(const struct helm *helm, struct artm_call *call,
                             const struct chart_wanted *wanted, int fd, struct metadata **ret) {
  struct chart_files files = {0};
  int32_t answer = archive_read(helm->client.host, call, fd, wanted->where, &files);
  if (answer)
    return answer;
  auto_free char *why = NULL, *shown = NULL;
  auto_metadata *metadata = metadata_read(files.chart, files.chart_size, files.requirements,
                                          files.requirements_size, &why);
  chart_files_done(&files);
  shown = printable(why ? why : "no valid Chart.yaml");
  if (!metadata)
    return fail(helm->client.host, call, ARTM_E_DIGEST, wanted->where,
                "helm would not push this chart; ask who publishes it", "%s", shown);
  answer = check_identity(helm, call, wanted, metadata);
  if (answer)
    return answer;
  *ret = metadata;
  metadata = NULL;
  return 0;
}

/* Writes config and manifest. */
static int32_t make_manifest(const struct helm *helm, struct artm_call *call,
                             const struct chart_wanted *wanted, const struct metadata *metadata,
                             struct chart *chart) {
  chart->config.data = metadata_config(metadata, &chart->config.size);
  bool hashed = digest_of(chart->config.data, chart->config.size, chart->config.digest);
  const struct chart_part config = {chart->config.digest, chart->config.size};
  const struct chart_part archive = {chart->digest, chart->size};
  const struct chart_part provenance = {chart->provenance.digest, chart->provenance.size};
  chart->manifest.data =
      metadata_manifest(metadata, &config, &archive, chart->provenance.data ? &provenance : NULL,
                        &chart->manifest.size);
  hashed = digest_of(chart->manifest.data, chart->manifest.size, chart->manifest.digest) && hashed;
  if (hashed)
    return 0;
  return artm_fail(helm->client.host, call, ARTM_E_INTERNAL, "SHA-256 can't be computed",
                   wanted->where);
}

static int32_t check_pin(const struct helm *helm, struct artm_call *call,
                         const struct chart_wanted *wanted, const struct chart *chart) {
  if (!wanted->pin || !strcmp(wanted->pin, chart->digest) ||
      !strcmp(wanted->pin, chart->manifest.digest))
    return 0;
  return fail(helm->client.host, call, ARTM_E_DIGEST, wanted->where,
              "if the new content is right, change the digest under 'versions'",
              "pinned to %s, but its archive has %s and its manifest %s", wanted->pin,
              chart->digest, chart->manifest.digest);
}

static int32_t fetch(struct helm *helm, struct artm_call *call, const struct chart_wanted *wanted,
                     struct chart *chart) {
  struct download download = {.fd = -1};
  int32_t answer = download_chart(helm, call, wanted->repo_url, wanted->version, &download);
  if (answer)
    return answer;
  chart->fd = download.fd;
  chart->size = download.size;
  memcpy(chart->digest, download.digest, sizeof chart->digest);
  auto_metadata *metadata = NULL;
  answer = read_metadata(helm, call, wanted, chart->fd, &metadata);
  if (!answer)
    answer = signature_fetch(helm, call, wanted, download.url, chart);
  if (!answer)
    answer = make_manifest(helm, call, wanted, metadata, chart);
  return answer ? answer : check_pin(helm, call, wanted, chart);
}

int32_t chart_fetch(struct helm *helm, struct artm_call *call, const struct chart_wanted *wanted,
                    struct chart **ret) {
  struct chart *chart = registry_zalloc(sizeof *chart);
  chart->fd = -1;
  int32_t answer = fetch(helm, call, wanted, chart);
  if (answer)
    chart_free(chart);
  else
    *ret = chart;
  return answer;
}

void chart_free(struct chart *chart) {
  if (!chart)
    return;
  if (chart->fd >= 0)
    close(chart->fd);
  free(chart->config.data);
  free(chart->manifest.data);
  free(chart->provenance.data);
  free(chart);
}

int32_t chart_add_root(const struct chart *chart, struct artm_descriptor_sink *sink) {
  const struct artm_descriptor root = {.struct_size = sizeof root,
                                       .size = chart->manifest.size,
                                       .media_type = MANIFEST_TYPE,
                                       .digest = chart->manifest.digest,
                                       .data = chart->manifest.data};
  return sink->add(sink, &root);
}

int32_t chart_open_blob(const struct chart *chart, const struct artm_host *host,
                        struct artm_call *call, const char *digest, uint64_t offset,
                        struct artm_stream **ret) {
  if (!strcmp(digest, chart->digest))
    return blob_open(host, call, NULL, chart->fd, chart->size, offset, ret);
  if (!strcmp(digest, chart->config.digest))
    return blob_open(host, call, chart->config.data, -1, chart->config.size, offset, ret);
  if (chart->provenance.data && !strcmp(digest, chart->provenance.digest))
    return blob_open(host, call, chart->provenance.data, -1, chart->provenance.size, offset, ret);
  return fail(host, call, ARTM_E_NOT_FOUND, NULL, NULL, "the chart has no blob %.150s", digest);
}

int32_t chart_matches(const struct chart_wanted *wanted, const struct chart *fetched,
                      const struct artm_descriptor *manifest) {
  const char *known = fetched ? fetched->digest : wanted->version->digest;
  bool is_pinned = !wanted->pin || fetched || (known && !strcmp(wanted->pin, known));
  if (!known || !is_pinned)
    return ARTM_DEFERRED;
  struct chart_layers layers = layers_read(manifest);
  if (!layers.is_chart || strcmp(layers.chart, known))
    return ARTM_NO;
  return wanted->provenance == PROVENANCE_REQUIRE && !layers.has_provenance ? ARTM_NO : 0;
}
