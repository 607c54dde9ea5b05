/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs that need not be sent: mounted from another repository, or there already. */
#include "common/cleanup.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include <string.h>
#include <strings.h>

/* Name of a repository at the same registry, else NULL. Docker Hub refuses the whole token when a
 * mount's source is not to its liking. */
static const char *mountable(const struct repository *repository, const char *from) {
  const char *host = repository->registry.registry;
  size_t length = strlen(host);
  if (registry_is_docker_hub(host) || strncasecmp(from, host, length) || from[length] != '/')
    return NULL;
  const char *name = from + length + 1;
  return is_repository_name(name) && strcmp(name, repository->registry.name) ? name : NULL;
}

/* Is an error of the mount request one that the plain upload may do without? */
static bool is_passable(int32_t answer) {
  return answer == ARTM_E_AUTH || answer == ARTM_E_DENIED || answer == ARTM_E_NOT_FOUND ||
         answer == ARTM_E_UNSUPPORTED || answer == ARTM_E_NETWORK;
}

/* Asks for the blob as it is in the repository called from. */
static int32_t post_mount(struct repository *repository, struct artm_call *call,
                          const struct artm_descriptor *descriptor, const char *from,
                          const char *scope, struct artm_http_response **ret) {
  int32_t answer = ghcr_package_ask(repository, call);
  if (answer)
    return answer;
  auto_free char *url = registry_url(&repository->registry, "blobs/uploads/?mount=%s&from=%s",
                                     descriptor->digest, from);
  struct artm_http_request request = {
      .method = "POST", .url = url, .scope = scope, .flags = ARTM_HTTP_ANY_STATUS};
  return registry_send(&repository->registry, call, &request, ret);
}

/* Keeps the upload that was opened instead, if one was; frees the response. 0: it is here now. */
static int32_t end_mount(struct repository *repository, const struct artm_descriptor *descriptor,
                         struct artm_http_response *response) {
  bool is_here = response->status == 201;
  if (response->status == 202 && response->location)
    ghcr_session_keep(repository, descriptor->digest, registry_format("%s", response->location));
  artm_http_close(response);
  return is_here ? 0 : ARTM_NO;
}

int32_t ghcr_mount(struct artm_repository *abi, struct artm_call *call,
                   const struct artm_descriptor *descriptor, const char *from) {
  struct repository *repository = (struct repository *)abi;
  int32_t answer = ghcr_check_digest(repository, call, descriptor);
  if (answer)
    return answer;
  const char *name = mountable(repository, from);
  if (!name)
    return ARTM_NO;
  auto_free char *scope = registry_format("%s repository:%s:pull", repository->registry.push, name);
  struct artm_http_response *response = NULL;
  answer = post_mount(repository, call, descriptor, name, scope, &response);
  if (answer)
    return is_passable(answer) ? ARTM_NO : answer;
  return end_mount(repository, descriptor, response);
}

/* Is a refusal about the upload itself, and not about the way in which it was asked for? */
static bool is_final(const struct repository *repository, uint32_t status) {
  bool is_denied = status == 401 || status == 403;
  return status == 429 || status >= 500 || (is_denied && repository->ghcr->is_ghcr);
}

/* A mount from the repository itself: 201 says that the blob is there, 202 opens its upload
 * (distribution-spec, "Mounting a blob from another repository"), and both cost one request. A
 * registry that does neither is asked plainly from then on. */
int32_t ghcr_begin_blob(struct artm_repository *abi, struct artm_call *call,
                        const struct artm_descriptor *descriptor) {
  struct repository *repository = (struct repository *)abi;
  const struct registry_repository *registry = &repository->registry;
  int32_t answer = ghcr_check_digest(repository, call, descriptor);
  if (answer)
    return answer;
  atomic_bool *asks_plainly = &repository->ghcr->asks_plainly;
  if (atomic_load(asks_plainly) || registry_is_docker_hub(registry->registry) ||
      strncmp(descriptor->digest, "sha256:", 7))
    return ghcr_has_blob(abi, call, descriptor);
  struct artm_http_response *response = NULL;
  answer = post_mount(repository, call, descriptor, registry->name, registry->push, &response);
  if (answer)
    return answer;
  uint32_t status = response->status;
  if (is_final(repository, status)) {
    auto_free char *what = registry_format("upload of %s", descriptor->digest);
    const struct attempt attempt = {.what = what};
    return ghcr_explain(repository, call, response, &attempt);
  }
  answer = end_mount(repository, descriptor, response);
  if (status == 201 || status == 202)
    return answer;
  atomic_store(asks_plainly, true);
  return ghcr_has_blob(abi, call, descriptor);
}
