/* SPDX-License-Identifier: Apache-2.0 */
/* Classic chart repositories: each index is fetched and read once a run, however many charts and
 * threads want something of it, and only the charts that the config names are kept of it. */
#ifndef PLUGINS_HELM_REPOSITORY_H
#define PLUGINS_HELM_REPOSITORY_H
#include "helm/helm.h"

/* One chart at one version, as the index has it. */
struct index_version {
  char *version;
  char *digest; /* "sha256:<hex>", lower case; NULL: the index has none */
  char **urls;  /* as written, at least one */
  size_t url_count;
  int64_t created; /* 1970 seconds, if dated */
  bool dated;
  bool deprecated;
};

/* What a run knows of all repositories. Thread-safe. helm outlives it. */
struct repositories *repositories_new(struct helm *);
void repositories_free(struct repositories *);

/* Declares that the run uses this chart. repo_url as in the config; the same with and without a
 * trailing slash. No I/O. */
void repositories_want(struct repositories *, const char *repo_url, const char *chart);

/* Is there another scheme than oci://? */
bool repository_is_classic(const char *repo_url);

/* The version of a chart, by exactly its text. Loads the index if nobody did yet; a failure is
 * remembered. *ret lives until repositories_free. ARTM_E_NOT_FOUND names the nearest versions, or
 * the nearest charts; an entry that can't be used (no URL, a digest that is none) is
 * ARTM_E_UNSUPPORTED. */
int32_t repository_find(struct repositories *, struct artm_call *, const char *repo_url,
                        const char *chart, const char *version, const struct index_version **ret);
/* Lists a chart's versions, first in the file first, each once. */
int32_t repository_list(struct repositories *, struct artm_call *, const char *repo_url,
                        const char *chart, struct artm_version_sink *);

/* Opens a file that the index names (url as written there, resolved against repo_url as Helm does:
 * urls.h) with suffix put before its query (".prov", or ""). ARTM_NO: not there (404; with a suffix
 * 403 too, which is how S3 hides what is missing). The size is UINT64_MAX if unknown. Credentials
 * of the repository go to its own origin only, elsewhere only what the config or Helm's files have
 * for that very host. */
int32_t repository_open(struct repositories *, struct artm_call *, const char *repo_url,
                        const char *url, const char *suffix, struct artm_stream **ret,
                        uint64_t *ret_size);

/* Offers to the host what Helm's registry config has for a registry, "host[:port]": before the
 * first request to it. Costs nothing when asked again. */
int32_t repositories_offer_registry(struct repositories *, struct artm_call *, const char *host);
#endif
