/* SPDX-License-Identifier: Apache-2.0 */
/* A repository of a registry: its address, its scopes, requests to it. */
#include "common/registry.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include <stdlib.h>

int32_t registry_client_init(struct registry_client *client, const struct artm_host *host,
                             struct artm_call *call) {
  const struct artm_http *http = host->extension(host, ARTM_HTTP_ID);
  if (!http)
    return artm_fail(host, call, ARTM_E_UNSUPPORTED, "the host has no " ARTM_HTTP_ID, NULL);
  *client = (struct registry_client){host, http, 0};
  return 0;
}

void registry_repository_init(struct registry_repository *repository,
                              const struct registry_client *client, const char *registry,
                              const char *name) {
  repository->client = client;
  repository->registry = registry_format("%s", registry);
  repository->name = registry_format("%s", name);
  repository->reference = registry_format("%s/%s", registry, name);
  repository->pull = registry_format("repository:%s:pull", name);
  repository->push = registry_format("repository:%s:pull,push", name);
  repository->named_by = NULL;
}

void registry_repository_done(struct registry_repository *repository) {
  free(repository->registry);
  free(repository->name);
  free(repository->reference);
  free(repository->pull);
  free(repository->push);
}

char *registry_where(const struct registry_repository *repository, const char *reference) {
  return registry_format("%s%c%s", repository->reference, is_digest(reference) ? '@' : ':',
                         reference);
}

char *registry_url(const struct registry_repository *repository, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto_free char *rest = registry_vformat(format, arguments);
  va_end(arguments);
  return registry_format("//%s/v2/%s/%s", repository->registry, repository->name, rest);
}

int32_t registry_send(const struct registry_repository *repository, struct artm_call *call,
                      struct artm_http_request *request, struct artm_http_response **ret) {
  const struct artm_http *http = repository->client->http;
  request->struct_size = sizeof *request;
  request->registry = repository->registry;
  request->named_by = repository->named_by;
  request->flags |= repository->client->flags;
  if (!request->scope)
    request->scope = repository->pull;
  return http->send(http, call, request, ret);
}

int32_t registry_open_blob(const struct registry_repository *repository, struct artm_call *call,
                           const struct artm_descriptor *descriptor, uint64_t offset,
                           struct artm_stream **ret) {
  if (!descriptor->digest || !is_digest(descriptor->digest))
    return fail(repository->client->host, call, ARTM_E_UNSUPPORTED, repository->reference, NULL,
                "a blob has no digest of a known algorithm");
  auto_free char *url = registry_url(repository, "blobs/%s", descriptor->digest);
  struct artm_http_request request = {.method = "GET", .url = url, .offset = offset};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(repository, call, &request, &response);
  if (answer)
    return answer;
  *ret = response->body;
  return 0;
}
