/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: HEAD, GET, and what type and digest the answers really have. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include <string.h>

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define SCHEMA1_PREFIX "application/vnd.docker.distribution.manifest.v1+"

/* Without all of them a registry may convert the manifest to schema 1. */
static const char *const accept_headers[] = {
    "Accept", OCI_INDEX ", " OCI_MANIFEST ", " DOCKER_LIST ", " DOCKER_MANIFEST, NULL};

/* Types that say nothing, from servers that know no better. */
static bool is_generic(const char *media_type) {
  static const char *const generic[] = {"application/json", "application/octet-stream",
                                        "binary/octet-stream", "text/plain", "text/html"};
  for (size_t i = 0; i < sizeof generic / sizeof generic[0]; i++)
    if (!strcmp(media_type, generic[i]))
      return true;
  return false;
}

static int32_t refuse_schema1(const struct registry_repository *repository, struct artm_call *call,
                              const char *where) {
  return fail(repository->client->host, call, ARTM_E_UNSUPPORTED, where,
              "re-push it with a current tool: docker 20.10 or later, skopeo copy, crane copy",
              "the image has only a manifest of schema 1, which registries no longer take");
}

static int32_t request(const struct registry_repository *repository, struct artm_call *call,
                       const char *method, const char *reference, struct artm_http_response **ret) {
  const struct artm_host *host = repository->client->host;
  if (!is_digest(reference) && !is_tag(reference))
    return fail(host, call, ARTM_E_UNSUPPORTED, repository->reference, NULL,
                "'%.140s' is neither a tag nor a digest of a known algorithm", reference);
  auto_free char *url = registry_url(repository, "manifests/%s", reference);
  struct artm_http_request http = {
      .method = method, .url = url, .headers = accept_headers, .flags = ARTM_HTTP_ANY_STATUS};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(repository, call, &http, &response);
  if (answer)
    return answer;
  if (response->status == 404) {
    artm_http_close(response);
    return ARTM_NO;
  }
  *ret = response;
  return 0;
}

/* The digest that an answer has: the one that was asked for, else the header's, else none (*ret
 * NULL). The caller frees. */
static int32_t answered_digest(const struct registry_repository *repository, struct artm_call *call,
                               const char *reference, const struct artm_http_response *response,
                               char **ret) {
  const char *header = repository->client->http->header(response, "Docker-Content-Digest");
  if (header && !is_digest(header))
    header = NULL;
  if (!is_digest(reference)) {
    *ret = header ? registry_format("%s", header) : NULL;
    return 0;
  }
  const char *colon = strchr(reference, ':');
  if (header && !strncmp(header, reference, (size_t)(colon - reference) + 1) &&
      strcmp(header, reference)) {
    auto_free char *where = registry_where(repository, reference);
    return fail(repository->client->host, call, ARTM_E_DIGEST, where, NULL,
                "the registry answered with another manifest, %s", header);
  }
  *ret = registry_format("%s", reference);
  return 0;
}

/* The type in the document, or the one that its structure implies; NULL: no manifest. Caller frees.
 */
static char *type_from_content(const void *data, uint64_t size) {
  auto_json *document = registry_parse_json(data, size);
  const char *type = json_string_value(json_object_get(document, "mediaType"));
  if (type)
    return registry_format("%s", type);
  if (json_integer_value(json_object_get(document, "schemaVersion")) == 1)
    return registry_format("%s", SCHEMA1_PREFIX "json");
  if (json_is_array(json_object_get(document, "manifests")))
    return registry_format("%s", OCI_INDEX);
  if (json_is_array(json_object_get(document, "layers")))
    return registry_format("%s", OCI_MANIFEST);
  return NULL;
}

/* Adds the manifest whose bytes are here. */
static int32_t add_content(const struct registry_repository *repository, struct artm_call *call,
                           const char *reference, const char *served_type, const char *digest,
                           const void *data, uint64_t size, struct artm_descriptor_sink *sink) {
  auto_free char *where = registry_where(repository, reference);
  auto_free char *type = served_type && !is_generic(served_type)
                             ? registry_format("%s", served_type)
                             : type_from_content(data, size);
  if (!type)
    return fail(repository->client->host, call, ARTM_E_DIGEST, where,
                "is this host a registry, and does its proxy pass /v2/ on?",
                "the answer is no manifest");
  if (!strncmp(type, SCHEMA1_PREFIX, strlen(SCHEMA1_PREFIX)))
    return refuse_schema1(repository, call, where);
  struct artm_descriptor descriptor = {.struct_size = sizeof descriptor,
                                       .size = size,
                                       .media_type = type,
                                       .digest = digest,
                                       .data = data};
  return sink->add(sink, &descriptor);
}

int32_t registry_get_manifest(const struct registry_repository *repository, struct artm_call *call,
                              const char *reference, struct artm_descriptor_sink *sink) {
  const struct artm_http *http = repository->client->http;
  struct artm_http_response *response = NULL;
  int32_t answer = request(repository, call, "GET", reference, &response);
  if (answer)
    return answer;
  if (response->status != 200)
    return http->fail(call, response);
  auto_free char *where = registry_where(repository, reference);
  if (response->size != UINT64_MAX && response->size > REGISTRY_MANIFEST_MAX) {
    artm_http_close(response);
    return fail(repository->client->host, call, ARTM_E_UNSUPPORTED, where, NULL,
                "the manifest is larger than 4 MiB");
  }
  auto_free char *digest = NULL;
  answer = answered_digest(repository, call, reference, response, &digest);
  if (answer) {
    artm_http_close(response);
    return answer;
  }
  auto_free char *type = response->media_type ? registry_format("%s", response->media_type) : NULL;
  const void *data = NULL;
  uint64_t size = 0;
  answer = http->collect(call, response, REGISTRY_MANIFEST_MAX, &data, &size);
  if (answer)
    return answer;
  return add_content(repository, call, reference, type, digest, data, size, sink);
}

int32_t registry_head_manifest(const struct registry_repository *repository, struct artm_call *call,
                               const char *reference, struct artm_descriptor_sink *sink) {
  struct artm_http_response *response = NULL;
  int32_t answer = request(repository, call, "HEAD", reference, &response);
  if (answer)
    return answer;
  uint32_t status = response->status;
  if (status >= 400 && status != 405 && status != 501)
    return repository->client->http->fail(call, response);
  auto_free char *digest = NULL;
  auto_free char *type = response->media_type ? registry_format("%s", response->media_type) : NULL;
  uint64_t size = response->size == UINT64_MAX ? 0 : response->size;
  answer = answered_digest(repository, call, reference, response, &digest);
  artm_http_close(response);
  if (answer)
    return answer;
  if (status != 200 || !digest || !type || is_generic(type))
    return registry_get_manifest(repository, call, reference, sink);
  if (!strncmp(type, SCHEMA1_PREFIX, strlen(SCHEMA1_PREFIX))) {
    auto_free char *where = registry_where(repository, reference);
    return refuse_schema1(repository, call, where);
  }
  struct artm_descriptor descriptor = {
      .struct_size = sizeof descriptor, .size = size, .media_type = type, .digest = digest};
  return sink->add(sink, &descriptor);
}
