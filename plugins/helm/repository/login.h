/* SPDX-License-Identifier: Apache-2.0 */
/* Helm's own credential files, where HELM_REPOSITORY_CONFIG and HELM_REGISTRY_CONFIG point to them:
 * what they have for a server of this run is offered to the host, bound to its origin. The config's
 * own credentials win there. All of this is thread-safe, and cheap when called again. */
#ifndef PLUGINS_HELM_LOGIN_H
#define PLUGINS_HELM_LOGIN_H
#include "helm/helm.h"

struct login;
struct login *login_new(const struct helm *);
void login_free(struct login *);

/* For a classic repository: login and certificates, for its origin only. Before its first
 * request. A file that can't be read is ARTM_E_CONFIG. */
int32_t login_offer_repository(struct login *, struct artm_call *, const char *repo_url);
/* For a file elsewhere that the repository's index names: its login, if pass_credentials_all. */
int32_t login_offer_elsewhere(struct login *, struct artm_call *, const char *repo_url,
                              const char *url);
/* For a registry, "host[:port]". */
int32_t login_offer_registry(struct login *, struct artm_call *, const char *host);
#endif
