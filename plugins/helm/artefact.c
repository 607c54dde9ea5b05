/* SPDX-License-Identifier: Apache-2.0 */
/* An entry at one version. */
#include "helm/artefact.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "helm/chart/chart.h"
#include "helm/entry.h"
#include "helm/oci.h"
#include "helm/repository/urls.h"
#include <string.h>

struct artefact {
  struct artm_artefact abi; /* first */
  struct helm *helm;
  char *reference; /* for people */
  char *repo_url, *name;
  char *version, *pin; /* either may be NULL, not both */
  enum provenance provenance;
  const struct index_version *found; /* in a classic repository */
  struct oci_chart *oci;             /* it is in a registry; NULL: not */
  struct chart *chart;               /* what fetch made */
};

static enum provenance read_provenance(const struct artm_host *host,
                                       const struct artm_config *entry) {
  const char *text = host->config_text(entry, "provenance", 0);
  if (text && !strcmp(text, "require"))
    return PROVENANCE_REQUIRE;
  return text && !strcmp(text, "never") ? PROVENANCE_NEVER : PROVENANCE_AUTO;
}

static void use_registry(struct artefact *artefact, const struct oci_wanted *wanted) {
  artefact->oci = oci_open(artefact->helm, wanted);
  artefact->abi.repository = oci_repository(artefact->oci);
  artefact->abi.flags = oci_is_counted(artefact->oci) ? ARTM_ARTEFACT_COUNTED : 0;
}

static int32_t open_oci(struct artefact *artefact, struct artm_call *call) {
  const struct artm_host *host = artefact->helm->client.host;
  struct oci_name name = {0};
  int32_t answer = entry_oci_name(host, call, artefact->repo_url, artefact->name, &name);
  if (answer)
    return answer;
  const char *pin = artefact->pin;
  auto_free char *tag = artefact->version ? oci_tag(artefact->version) : NULL;
  struct oci_wanted wanted = {.name = &name,
                              .root = pin ? pin : tag,
                              .provenance = artefact->provenance == PROVENANCE_REQUIRE};
  use_registry(artefact, &wanted);
  artefact->reference =
      registry_format(OCI_SCHEME "%s%s%s%s%s", oci_repository(artefact->oci), tag ? ":" : "",
                      tag ? tag : "", pin ? "@" : "", pin ? pin : "");
  oci_name_done(&name);
  return 0;
}

/* The index sends us to a registry. */
static int32_t follow_to_registry(struct artefact *artefact, struct artm_call *call) {
  const char *url = artefact->found->urls[0];
  struct oci_name name = {0};
  const char *why = oci_name_parse(url, &name);
  if (why)
    return fail(artefact->helm->client.host, call, ARTM_E_UNSUPPORTED, artefact->reference,
                "ask who publishes the repository",
                "the index gives an " OCI_SCHEME " address for it that can't be used: %s", why);
  auto_free char *tag = oci_tag(name.version ? name.version : artefact->version);
  auto_free char *origin =
      url_has_scheme(artefact->repo_url, "file") ? NULL : url_origin(artefact->repo_url);
  struct oci_wanted wanted = {.name = &name,
                              .root = artefact->pin ? artefact->pin
                                      : name.digest ? name.digest
                                                    : tag,
                              .named_by = origin,
                              .layer = artefact->found->digest,
                              .provenance = artefact->provenance == PROVENANCE_REQUIRE};
  use_registry(artefact, &wanted);
  oci_name_done(&name);
  return 0;
}

static int32_t look_up(struct artefact *artefact, struct artm_call *call) {
  const struct index_version *found = NULL;
  int32_t answer = repository_find(artefact->helm->repositories, call, artefact->repo_url,
                                   artefact->name, artefact->version, &found);
  if (answer)
    return answer;
  artefact->found = found;
  return url_has_scheme(found->urls[0], "oci") ? follow_to_registry(artefact, call) : 0;
}

/* Looked up right away: the core wants to know whether a registry has it. */
static int32_t open_classic(struct artefact *artefact, struct artm_call *call) {
  auto_free char *shown = url_shown(artefact->repo_url);
  if (!artefact->version)
    return fail(artefact->helm->client.host, call, ARTM_E_CONFIG, shown,
                "write {tag: 'VERSION', digest: '...'}",
                "a chart repository is asked by version; a digest alone finds nothing there");
  artefact->reference = registry_format("%s#%s@%s", shown, artefact->name, artefact->version);
  return look_up(artefact, call);
}

static int32_t check_version(const struct artefact *artefact, struct artm_call *call) {
  const struct artm_host *host = artefact->helm->client.host;
  auto_free char *tag = oci_tag(artefact->version ? artefact->version : "none");
  if (!artefact->version && !artefact->pin)
    return fail(host, call, ARTM_E_CONFIG, NULL, NULL, "neither a version nor a digest");
  if (!is_tag(tag))
    return fail(host, call, ARTM_E_CONFIG, NULL, NULL, "'%.140s' can't be a chart's version",
                artefact->version);
  if (artefact->pin && !is_digest(artefact->pin))
    return fail(host, call, ARTM_E_CONFIG, NULL, NULL, "'%.140s' is no digest", artefact->pin);
  return 0;
}

static char *copy_or_null(const char *text) {
  return text ? registry_format("%s", text) : NULL;
}

int32_t artefact_open(void *self, struct artm_call *call, const struct artm_config *entry,
                      const struct artm_version *version, struct artm_artefact **ret) {
  struct helm *helm = self;
  const struct artm_host *host = helm->client.host;
  const char *text = version->version, *pin = version->digest;
  if (text && is_digest(text)) {
    pin = pin ? pin : text;
    text = NULL;
  }
  struct artefact *artefact = registry_zalloc(sizeof *artefact);
  artefact->helm = helm;
  artefact->repo_url = copy_or_null(host->config_text(entry, "repo_url", 0));
  artefact->name = copy_or_null(host->config_text(entry, "name", 0));
  artefact->version = copy_or_null(text);
  artefact->pin = copy_or_null(pin);
  artefact->provenance = read_provenance(host, entry);
  artefact->abi.struct_size = sizeof artefact->abi;
  int32_t answer = artefact->repo_url && artefact->name
                       ? check_version(artefact, call)
                       : fail(host, call, ARTM_E_CONFIG, NULL, NULL, "no name or no repo_url");
  if (!answer)
    answer = repository_is_classic(artefact->repo_url) ? open_classic(artefact, call)
                                                       : open_oci(artefact, call);
  artefact->abi.reference = artefact->reference;
  if (answer)
    artefact_close(&artefact->abi);
  else
    *ret = &artefact->abi;
  return answer;
}

void artefact_close(struct artm_artefact *abi) {
  struct artefact *artefact = (struct artefact *)(void *)abi;
  oci_close(artefact->oci);
  chart_free(artefact->chart);
  free(artefact->reference);
  free(artefact->repo_url);
  free(artefact->name);
  free(artefact->version);
  free(artefact->pin);
  free(artefact);
}

int32_t artefact_resolve(struct artm_artefact *abi, struct artm_call *call,
                         struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (const struct artefact *)(const void *)abi;
  return artefact->oci ? oci_resolve(artefact->oci, call, sink) : ARTM_DEFERRED;
}

static struct chart_wanted wanted_chart(const struct artefact *artefact) {
  return (struct chart_wanted){.repo_url = artefact->repo_url,
                               .name = artefact->name,
                               .version = artefact->found,
                               .pin = artefact->pin,
                               .provenance = artefact->provenance,
                               .where = artefact->reference};
}

/* The core asks this only of what it knows to be deferred. */
static int32_t check_deferred(const struct artefact *artefact, struct artm_call *call) {
  if (!artefact->oci)
    return 0;
  return artm_fail(artefact->helm->client.host, call, ARTM_E_INTERNAL, "the chart is in a registry",
                   artefact->reference);
}

/* Else nothing would say what differs. */
static void note_provenance(const struct artefact *artefact, struct artm_call *call) {
  const struct artm_host *host = artefact->helm->client.host;
  auto_free char *text = registry_format(
      "%s: the target has this chart, but not its provenance file, which 'provenance: require' "
      "wants; 'on_change: update' adds it",
      artefact->reference);
  host->log(host, call, ARTM_LOG_NOTICE, text);
}

int32_t artefact_matches(struct artm_artefact *abi, struct artm_call *call,
                         const struct artm_descriptor *there) {
  const struct artefact *artefact = (const struct artefact *)(const void *)abi;
  int32_t answer = check_deferred(artefact, call);
  if (answer)
    return answer;
  struct chart_wanted wanted = wanted_chart(artefact);
  answer = chart_matches(&wanted, artefact->chart, there);
  wanted.provenance = PROVENANCE_AUTO;
  if (answer == ARTM_NO && chart_matches(&wanted, artefact->chart, there) == 0)
    note_provenance(artefact, call);
  return answer;
}

int32_t artefact_fetch(struct artm_artefact *abi, struct artm_call *call,
                       struct artm_descriptor_sink *sink) {
  struct artefact *artefact = (struct artefact *)(void *)abi;
  int32_t answer = check_deferred(artefact, call);
  if (!answer && !artefact->chart) {
    struct chart_wanted wanted = wanted_chart(artefact);
    answer = chart_fetch(artefact->helm, call, &wanted, &artefact->chart);
  }
  return answer ? answer : chart_add_root(artefact->chart, sink);
}

int32_t artefact_manifest(struct artm_artefact *abi, struct artm_call *call, const char *reference,
                          struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (const struct artefact *)(const void *)abi;
  if (artefact->oci)
    return oci_manifest(artefact->oci, call, reference, sink);
  if (!artefact->chart || strcmp(reference, artefact->chart->manifest.digest))
    return ARTM_NO;
  return chart_add_root(artefact->chart, sink);
}

int32_t artefact_open_blob(struct artm_artefact *abi, struct artm_call *call,
                           const struct artm_descriptor *blob, uint64_t offset,
                           struct artm_stream **ret) {
  const struct artefact *artefact = (const struct artefact *)(const void *)abi;
  const struct artm_host *host = artefact->helm->client.host;
  if (artefact->oci)
    return oci_open_blob(artefact->oci, call, blob, offset, ret);
  if (!artefact->chart || !blob->digest)
    return artm_fail(host, call, ARTM_E_INTERNAL, "the chart was not fetched", artefact->reference);
  return chart_open_blob(artefact->chart, host, call, blob->digest, offset, ret);
}

/* Nothing can refer to a chart that is no artefact yet. */
int32_t artefact_referrers(struct artm_artefact *abi, struct artm_call *call, const char *digest,
                           struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (const struct artefact *)(const void *)abi;
  return artefact->oci ? oci_referrers(artefact->oci, call, digest, sink) : 0;
}
