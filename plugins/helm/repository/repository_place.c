/* SPDX-License-Identifier: Apache-2.0 */
/* Where a repository's index is. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/repository/repository_part.h"
#include "helm/repository/urls.h"

bool repository_is_classic(const char *repo_url) {
  return !url_has_scheme(repo_url, "oci");
}

int32_t index_place_of(const struct helm *helm, struct artm_call *call, const char *repo_url,
                       struct index_place *ret) {
  const struct artm_host *host = helm->client.host;
  auto_free char *url = url_resolve_in(repo_url, "index.yaml");
  auto_free char *shown = url_shown(url ? url : repo_url);
  if (url && url_has_scheme(url, "file")) {
    char *path = url_file_path(url);
    if (!path)
      return fail(host, call, ARTM_E_CONFIG, shown, "file:///folder/of/charts",
                  "no folder of this machine");
    *ret = (struct index_place){registry_take(&url), registry_take(&shown), path};
    return 0;
  }
  if (!url || (!url_has_scheme(url, "https") && !url_has_scheme(url, "http")))
    return fail(host, call, ARTM_E_CONFIG, shown,
                "repo_url is an address such as https://charts.example, file:///folder or "
                "oci://registry/folder",
                "no address of a chart repository");
  *ret = (struct index_place){registry_take(&url), registry_take(&shown), NULL};
  return 0;
}

void index_place_done(struct index_place *place) {
  free(place->url);
  free(place->shown);
  free(place->path);
  *place = (struct index_place){0};
}
