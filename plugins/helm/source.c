/* SPDX-License-Identifier: Apache-2.0 */
/* The source's table: the instance, what the run has of it, lists of versions. */
#include "common/registry_text.h"
#include "helm/artefact.h"
#include "helm/entry.h"
#include "helm/oci.h"
#include "helm/repository/repository.h"
#include <stdlib.h>

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)options;
  struct registry_client client;
  int32_t answer = registry_client_init(&client, host, call);
  if (answer)
    return answer;
  struct helm *helm = registry_zalloc(sizeof *helm);
  helm->client = client;
  helm->state = host->extension(host, ARTM_STATE_ID);
  helm->repositories = repositories_new(helm);
  *self = helm;
  return 0;
}

static void destroy(void *self) {
  struct helm *helm = self;
  if (!helm)
    return;
  repositories_free(helm->repositories);
  free(helm);
}

static int32_t begin(void *self, struct artm_call *call, const struct artm_config *const *entries,
                     uint32_t count) {
  (void)call;
  const struct helm *helm = self;
  const struct artm_host *host = helm->client.host;
  for (uint32_t i = 0; i < count; i++) {
    const char *repo_url = host->config_text(entries[i], "repo_url", 0);
    const char *name = host->config_text(entries[i], "name", 0);
    if (repo_url && name && repository_is_classic(repo_url))
      repositories_want(helm->repositories, repo_url, name);
  }
  return 0;
}

static int32_t list_versions(void *self, struct artm_call *call, const struct artm_config *entry,
                             struct artm_version_sink *sink) {
  const struct helm *helm = self;
  const struct artm_host *host = helm->client.host;
  const char *repo_url = host->config_text(entry, "repo_url", 0);
  const char *name = host->config_text(entry, "name", 0);
  if (!repo_url || !name)
    return artm_fail(host, call, ARTM_E_CONFIG, "no name or no repo_url", NULL);
  if (repository_is_classic(repo_url))
    return repository_list(helm->repositories, call, repo_url, name, sink);
  struct oci_name repository = {0};
  int32_t answer = entry_oci_name(host, call, repo_url, name, &repository);
  if (answer)
    return answer;
  answer = oci_list(helm, call, &repository, sink);
  oci_name_done(&repository);
  return answer;
}

const struct artm_source helm_source = {
    .struct_size = sizeof helm_source,
    .caps = ARTM_SOURCE_DATES | ARTM_SOURCE_DEFERRED,
    .on_change = ARTM_ON_CHANGE_KEEP,
    ARTM_FIELDS(fields, entry_fields),
    .destination = "{repo_name}/{name}:{version}",
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .parse = helm_parse,
    .list_versions = list_versions,
    .open = artefact_open,
    .close = artefact_close,
    .resolve = artefact_resolve,
    .matches = artefact_matches,
    .fetch = artefact_fetch,
    .manifest = artefact_manifest,
    .open_blob = artefact_open_blob,
    .referrers = artefact_referrers,
};
