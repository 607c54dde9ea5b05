/* SPDX-License-Identifier: Apache-2.0 */
/* The referrers API: only an OCI index under status 200 counts; everything else that servers answer
 * (a web page, a redirect to one, 401, 404, 405) means that they do not have it. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include <stdlib.h>
#include <string.h>

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define PAGES_MAX 100u

static int32_t refuse(const struct registry_repository *repository, struct artm_call *call) {
  return fail(repository->client->host, call, ARTM_E_UNSUPPORTED, repository->reference, NULL,
              "the registry has no referrers API");
}

static bool is_missing_api(const struct artm_http_response *response) {
  if (response->status == 200)
    return !response->media_type || strcmp(response->media_type, OCI_INDEX);
  return response->status < 500 ? response->status != 429
                                : response->status == 501 || response->status == 505;
}

/* Adds one; a broken descriptor is left out, and a broken artifactType counts as none. */
static int32_t add_referrer(struct artm_descriptor_sink *sink, const json_t *item) {
  const char *digest = json_string_value(json_object_get(item, "digest"));
  const char *type = json_string_value(json_object_get(item, "mediaType"));
  const json_t *size = json_object_get(item, "size");
  const char *artifact_type = json_string_value(json_object_get(item, "artifactType"));
  if (!digest || !is_digest(digest) || !type || !is_media_type(type) || !json_is_integer(size) ||
      json_integer_value(size) < 0)
    return 0;
  struct artm_descriptor descriptor = {
      .struct_size = sizeof descriptor,
      .size = (uint64_t)json_integer_value(size),
      .media_type = type,
      .digest = digest,
      .artifact_type = artifact_type && is_media_type(artifact_type) ? artifact_type : NULL};
  return sink->add(sink, &descriptor);
}

static int32_t read_index(const struct registry_repository *repository, struct artm_call *call,
                          struct artm_http_response *response, struct artm_descriptor_sink *sink) {
  const void *data = NULL;
  uint64_t size = 0;
  int32_t answer =
      repository->client->http->collect(call, response, REGISTRY_MANIFEST_MAX, &data, &size);
  if (answer)
    return answer;
  auto_json *document = registry_parse_json(data, size);
  const json_t *items = json_object_get(document, "manifests");
  if (!json_is_array(items))
    return refuse(repository, call);
  size_t i;
  const json_t *item;
  json_array_foreach(items, i, item) {
    answer = add_referrer(sink, item);
    if (answer)
      return answer;
  }
  return 0;
}

/* Reads one page; *query becomes the next one's, NULL at the end. */
static int32_t read_page(const struct registry_repository *repository, struct artm_call *call,
                         const char *list, char **query, struct artm_descriptor_sink *sink) {
  static const char *const headers[] = {"Accept", OCI_INDEX, NULL};
  auto_free char *url =
      registry_url(repository, "%s%s%s", list, *query ? "?" : "", *query ? *query : "");
  struct artm_http_request request = {.method = "GET",
                                      .url = url,
                                      .headers = headers,
                                      .flags = ARTM_HTTP_ANY_STATUS | ARTM_HTTP_SAME_ORIGIN};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(repository, call, &request, &response);
  if (answer == ARTM_E_AUTH || answer == ARTM_E_DENIED)
    return refuse(repository, call);
  if (answer)
    return answer;
  if (is_missing_api(response)) {
    artm_http_close(response);
    return refuse(repository, call);
  }
  if (response->status != 200)
    return repository->client->http->fail(call, response);
  free(registry_take(query));
  *query = registry_next_query(repository, response, list);
  return read_index(repository, call, response, sink);
}

int32_t registry_list_referrers(const struct registry_repository *repository,
                                struct artm_call *call, const char *digest,
                                struct artm_descriptor_sink *sink) {
  if (!is_digest(digest))
    return fail(repository->client->host, call, ARTM_E_UNSUPPORTED, repository->reference, NULL,
                "referrers of something without a digest");
  auto_free char *list = registry_format("referrers/%s", digest);
  auto_free char *query = NULL;
  for (uint32_t page = 0; page < PAGES_MAX; page++) {
    auto_free char *before = query ? registry_format("%s", query) : NULL;
    int32_t answer = read_page(repository, call, list, &query, sink);
    if (answer || !query)
      return answer;
    if (before && !strcmp(before, query))
      return 0;
  }
  return fail(repository->client->host, call, ARTM_E_DIGEST, repository->reference, NULL,
              "the list of referrers has more than %u pages", PAGES_MAX);
}
