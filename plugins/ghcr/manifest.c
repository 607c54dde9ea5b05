/* SPDX-License-Identifier: Apache-2.0 */
/* Writing manifests and deleting tags. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include <string.h>

/* The answer to a PUT that was taken. Frees the response. */
static int32_t finish(struct repository *repository, struct artm_call *call, const char *reference,
                      const struct artm_descriptor *descriptor, struct artm_http_response *response,
                      uint32_t *result) {
  const struct registry_client *client = &repository->ghcr->client;
  const char *header = client->http->header(response, "Docker-Content-Digest");
  size_t algorithm = descriptor->digest ? strcspn(descriptor->digest, ":") + 1 : 0;
  bool is_other = header && descriptor->digest && is_digest(header) &&
                  !strncmp(header, descriptor->digest, algorithm) &&
                  strcmp(header, descriptor->digest);
  if (is_other) {
    auto_free char *where = registry_where(&repository->registry, reference);
    int32_t answer = fail(client->host, call, ARTM_E_DIGEST, where, NULL,
                          "the registry stored another manifest, %s", header);
    artm_http_close(response);
    return answer;
  }
  *result = client->http->header(response, "OCI-Subject") ? ARTM_PUT_SUBJECT : 0;
  artm_http_close(response);
  return 0;
}

int32_t ghcr_put_manifest(struct artm_repository *abi, struct artm_call *call,
                          const char *reference, const struct artm_descriptor *descriptor,
                          uint32_t *result) {
  struct repository *repository = (struct repository *)abi;
  const struct artm_host *host = repository->ghcr->client.host;
  bool by_tag = is_tag(reference);
  if (!descriptor->data || (!by_tag && !is_digest(reference)))
    return fail(host, call, ARTM_E_UNSUPPORTED, repository->registry.reference, NULL,
                "'%.140s' is neither a tag nor a digest of a manifest", reference);
  int32_t answer = ghcr_package_ask(repository, call);
  if (answer)
    return answer;
  auto_free char *url = registry_url(&repository->registry, "manifests/%s", reference);
  struct artm_http_request request = {.method = "PUT",
                                      .url = url,
                                      .scope = repository->registry.push,
                                      .media_type = descriptor->media_type,
                                      .data = descriptor->data,
                                      .body_size = descriptor->size,
                                      .flags = ARTM_HTTP_ANY_STATUS};
  struct artm_http_response *response = NULL;
  answer = registry_send(&repository->registry, call, &request, &response);
  if (answer)
    return answer;
  if (response->status >= 300) {
    const struct attempt attempt = {
        .what = "manifest", .reference = reference, .media_type = descriptor->media_type};
    return ghcr_explain(repository, call, response, &attempt);
  }
  answer = finish(repository, call, reference, descriptor, response, result);
  if (!answer && by_tag)
    ghcr_package_tell(repository, call);
  return answer;
}

int32_t ghcr_delete_tag(struct artm_repository *abi, struct artm_call *call, const char *tag) {
  struct repository *repository = (struct repository *)abi;
  const struct registry_repository *registry = &repository->registry;
  if (!is_tag(tag))
    return fail(repository->ghcr->client.host, call, ARTM_E_UNSUPPORTED, registry->reference, NULL,
                "'%.140s' is no tag", tag);
  auto_free char *url = registry_url(registry, "manifests/%s", tag);
  auto_free char *scope = registry_format("%s,delete", registry->push);
  struct artm_http_request request = {
      .method = "DELETE", .url = url, .scope = scope, .flags = ARTM_HTTP_ANY_STATUS};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(registry, call, &request, &response);
  if (answer)
    return answer;
  uint32_t status = response->status;
  if (status >= 200 && status < 300) {
    artm_http_close(response);
    return 0;
  }
  if (status != 400 && status != 404 && status != 405) {
    const struct attempt attempt = {.what = "deletion of the tag", .reference = tag};
    return ghcr_explain(repository, call, response, &attempt);
  }
  artm_http_close(response);
  if (status == 404)
    return ARTM_NO;
  auto_free char *where = registry_where(registry, tag);
  return fail(repository->ghcr->client.host, call, ARTM_E_UNSUPPORTED, where,
              repository->ghcr->is_ghcr ? "delete the version on the package's web page" : NULL,
              "the registry does not delete tags (status %u)", status);
}
