/* SPDX-License-Identifier: Apache-2.0 */
/* Packages that this run creates: GHCR makes them private, and only its web page can change that.
 */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include <string.h>

enum package_state { PACKAGE_OLD, PACKAGE_NEW, PACKAGE_TOLD };

struct package {
  struct package *next;
  enum package_state state;
  char *name;
};

void ghcr_packages_free(struct package *package) {
  while (package) {
    struct package *next = package->next;
    free(package->name);
    free(package);
    package = next;
  }
}

/* With the lock held. */
static struct package *find(const struct repository *repository) {
  struct package *package = repository->ghcr->packages;
  while (package && strcmp(package->name, repository->registry.name))
    package = package->next;
  return package;
}

/* Notes what is known; what was known first stays. */
static void note(struct repository *repository, enum package_state state) {
  struct ghcr *ghcr = repository->ghcr;
  pthread_mutex_lock(&ghcr->lock);
  if (!find(repository)) {
    struct package *package = registry_zalloc(sizeof *package);
    package->name = registry_format("%s", repository->registry.name);
    package->state = state;
    package->next = ghcr->packages;
    ghcr->packages = package;
  }
  pthread_mutex_unlock(&ghcr->lock);
}

static bool is_known(struct repository *repository) {
  pthread_mutex_lock(&repository->ghcr->lock);
  bool known = find(repository) != NULL;
  pthread_mutex_unlock(&repository->ghcr->lock);
  return known;
}

void ghcr_package_exists(struct repository *repository) {
  if (repository->ghcr->is_ghcr)
    note(repository, PACKAGE_OLD);
}

int32_t ghcr_package_ask(struct repository *repository, struct artm_call *call) {
  if (!repository->ghcr->is_ghcr || is_known(repository))
    return 0;
  const struct registry_repository *registry = &repository->registry;
  auto_free char *url = registry_url(registry, "tags/list?n=1");
  struct artm_http_request request = {
      .method = "GET", .url = url, .scope = registry->push, .flags = ARTM_HTTP_ANY_STATUS};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(registry, call, &request, &response);
  if (answer == ARTM_E_CANCELLED || answer == ARTM_E_TIMEOUT)
    return answer;
  if (answer)
    return 0;
  note(repository, response->status == 404 ? PACKAGE_NEW : PACKAGE_OLD);
  artm_http_close(response);
  return 0;
}

/* True once for a package that this run made. */
static bool is_to_be_told(struct repository *repository) {
  pthread_mutex_lock(&repository->ghcr->lock);
  struct package *package = find(repository);
  bool is_new = package && package->state == PACKAGE_NEW;
  if (is_new)
    package->state = PACKAGE_TOLD;
  pthread_mutex_unlock(&repository->ghcr->lock);
  return is_new;
}

void ghcr_package_tell(struct repository *repository, struct artm_call *call) {
  if (!repository->ghcr->is_ghcr || !is_to_be_told(repository))
    return;
  const char *name = repository->registry.name;
  int owner_length = (int)strcspn(name, "/");
  auto_free char *package = registry_encode(name + owner_length + 1);
  auto_free char *text = registry_format(
      "%s is a new package and private: change that at "
      "https://github.com/users/%.*s/packages/container/%s/settings (of an organisation: "
      "https://github.com/orgs/%.*s/packages/container/%s/settings)",
      repository->registry.reference, owner_length, name, package, owner_length, name, package);
  const struct artm_host *host = repository->ghcr->client.host;
  host->log(host, call, ARTM_LOG_NOTICE, text);
}
