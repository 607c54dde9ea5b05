/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs: asked for, or sent by POST and one PUT of known length (several registries refuse or break
 * uploads in pieces). */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include <string.h>

int32_t ghcr_check_digest(const struct repository *repository, struct artm_call *call,
                          const struct artm_descriptor *descriptor) {
  if (descriptor->digest && is_digest(descriptor->digest))
    return 0;
  return fail(repository->ghcr->client.host, call, ARTM_E_UNSUPPORTED,
              repository->registry.reference, NULL, "a blob has no digest of a known algorithm");
}

int32_t ghcr_has_blob(struct artm_repository *abi, struct artm_call *call,
                      const struct artm_descriptor *descriptor) {
  struct repository *repository = (struct repository *)abi;
  const struct registry_repository *registry = &repository->registry;
  int32_t answer = ghcr_check_digest(repository, call, descriptor);
  if (answer)
    return answer;
  auto_free char *url = registry_url(registry, "blobs/%s", descriptor->digest);
  struct artm_http_request request = {.method = "HEAD", .url = url, .flags = ARTM_HTTP_MAY_MISS};
  struct artm_http_response *response = NULL;
  answer = registry_send(registry, call, &request, &response);
  if (answer == ARTM_E_DENIED && repository->ghcr->is_ghcr)
    return ARTM_NO; /* GHCR's answer for a package that is not there */
  if (answer)
    return answer;
  /* Some tell no size, or 0, to a HEAD; any other must be right, or the blob there is not ours. */
  bool is_wrong =
      response->size != UINT64_MAX && response->size && response->size != descriptor->size;
  artm_http_close(response);
  return is_wrong ? ARTM_NO : 0;
}

/* Opens an upload; *ret is its location, which the caller frees. */
static int32_t start(struct repository *repository, struct artm_call *call, const char *digest,
                     const struct attempt *attempt, char **ret) {
  const struct registry_repository *registry = &repository->registry;
  bool is_sha256 = !strncmp(digest, "sha256:", 7);
  auto_free char *url = registry_url(
      registry, "blobs/uploads/%s%.*s",
      is_sha256 ? "" : "?digest-algorithm=", is_sha256 ? 0 : (int)strcspn(digest, ":"), digest);
  struct artm_http_request request = {
      .method = "POST", .url = url, .scope = registry->push, .flags = ARTM_HTTP_ANY_STATUS};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(registry, call, &request, &response);
  if (answer)
    return answer;
  if (response->status >= 400)
    return ghcr_explain(repository, call, response, attempt);
  bool is_open = response->status == 202 && response->location;
  if (is_open)
    *ret = registry_format("%s", response->location);
  uint32_t status = response->status;
  artm_http_close(response);
  if (is_open)
    return 0;
  return fail(
      repository->ghcr->client.host, call, ARTM_E_UNSUPPORTED, registry->reference,
      "the registry must answer 202 with a Location of the same or a safer scheme; behind a "
      "proxy that ends TLS, tell it its public address",
      "the answer to an upload (status %u) has no usable Location", status);
}

/* The location's own query stays as it is: it belongs to the registry. */
static char *commit_url(const char *location, const char *digest) {
  int length = (int)strcspn(location, "#");
  const char *mark = memchr(location, '?', (size_t)length);
  char last = length ? location[length - 1] : '\0';
  const char *separator = !mark ? "?" : last == '?' || last == '&' ? "" : "&";
  return registry_format("%.*s%sdigest=%s", length, location, separator, digest);
}

/* Is a refused PUT one that a new session may cure? A registry loses sessions (404, whether or not
 * it stored the blob), and disagrees about where one stands (416). */
static bool is_lost(uint32_t status) {
  return status == 404 || status == 416;
}

static int32_t finish(struct repository *repository, struct artm_call *call,
                      const struct artm_descriptor *descriptor, struct artm_http_response *response,
                      const struct attempt *attempt) {
  const struct registry_client *client = &repository->ghcr->client;
  uint32_t status = response->status;
  if (status >= 400 && !is_lost(status))
    return ghcr_explain(repository, call, response, attempt);
  const char *header = client->http->header(response, "Docker-Content-Digest");
  size_t algorithm = strcspn(descriptor->digest, ":") + 1;
  bool is_other = header && is_digest(header) && strcmp(header, descriptor->digest) &&
                  !strncmp(header, descriptor->digest, algorithm);
  artm_http_close(response);
  const char *where = repository->registry.reference;
  if (status != 201 && status != 204)
    return fail(client->host, call, ARTM_E_NETWORK, where, NULL,
                is_lost(status) ? "%s: the registry lost the upload (status %u)"
                                : "%s: unexpected status %u",
                attempt->what, status);
  if (is_other)
    return fail(client->host, call, ARTM_E_DIGEST, where, NULL,
                "%s: the registry stored it under another digest", attempt->what);
  return 0;
}

int32_t ghcr_put_blob(struct artm_repository *abi, struct artm_call *call,
                      const struct artm_descriptor *descriptor, struct artm_stream *content) {
  struct repository *repository = (struct repository *)abi;
  int32_t answer = ghcr_check_digest(repository, call, descriptor);
  if (!answer)
    answer = ghcr_package_ask(repository, call);
  if (answer)
    return answer;
  auto_free char *what = registry_format("upload of %s", descriptor->digest);
  const struct attempt attempt = {.what = what};
  auto_free char *location = ghcr_session_take(repository, descriptor->digest);
  if (!location)
    answer = start(repository, call, descriptor->digest, &attempt, &location);
  if (answer)
    return answer;
  auto_free char *url = commit_url(location, descriptor->digest);
  struct artm_http_request request = {.method = "PUT",
                                      .url = url,
                                      .scope = repository->registry.push,
                                      .media_type = "application/octet-stream",
                                      .body = content,
                                      .body_size = descriptor->size,
                                      .flags = ARTM_HTTP_ANY_STATUS};
  struct artm_http_response *response = NULL;
  answer = registry_send(&repository->registry, call, &request, &response);
  return answer ? answer : finish(repository, call, descriptor, response, &attempt);
}
