/* SPDX-License-Identifier: Apache-2.0 */
/* The tag list, page by page. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE 1000u /* more is refused by some */
#define PAGES_MAX 10000u
#define TAGS_MAX 1000000u
#define PAGE_BYTES_MAX (16u << 20)
#define LIST_BYTES_MAX (128u << 20) /* of all pages: they live until the call ends */

struct listing {
  const struct registry_repository *repository;
  struct artm_call *call;
  struct artm_version_sink *sink;
  uint64_t *seen; /* a fingerprint of every page, as a cycle may be long */
  uint32_t pages;
  uint64_t tags, bytes;
};

/* FNV-1a over the texts and their order. */
static uint64_t fingerprint(const json_t *tags) {
  uint64_t hash = 0xcbf29ce484222325u;
  size_t i;
  const json_t *tag;
  json_array_foreach(tags, i, tag) {
    const char *text = json_string_value(tag);
    for (; text && *text; text++)
      hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;
  }
  return hash;
}

static bool is_repeated(struct listing *listing, const json_t *tags) {
  uint64_t hash = fingerprint(tags);
  for (uint32_t i = 0; i < listing->pages; i++)
    if (listing->seen[i] == hash)
      return true;
  listing->seen[listing->pages++] = hash;
  return false;
}

static int32_t add_tags(struct listing *listing, const json_t *tags) {
  size_t i;
  const json_t *tag;
  json_array_foreach(tags, i, tag) {
    const char *text = json_string_value(tag);
    if (!text)
      continue;
    if (++listing->tags > TAGS_MAX)
      return fail(listing->repository->client->host, listing->call, ARTM_E_UNSUPPORTED,
                  listing->repository->reference, NULL, "the tag list has more than %u tags",
                  TAGS_MAX);
    struct artm_version version = {.struct_size = sizeof version, .version = text};
    int32_t answer = listing->sink->add(listing->sink, &version);
    if (answer)
      return answer;
  }
  return 0;
}

/* Query of the page that follows: the Link's, else made from the last tag where a page was full or
 * its Link can't be used. NULL: this was the last page. */
static char *next_page(const json_t *tags, char **link_query, bool has_link) {
  if (*link_query)
    return registry_take(link_query);
  size_t count = json_array_size(tags);
  const char *last = count ? json_string_value(json_array_get(tags, count - 1)) : NULL;
  if (!last || (!has_link && count < PAGE_SIZE))
    return NULL;
  auto_free char *encoded = registry_encode(last);
  return registry_format("n=%u&last=%s", PAGE_SIZE, encoded);
}

static void warn_repeated(const struct listing *listing) {
  const struct artm_host *host = listing->repository->client->host;
  auto_free char *text =
      registry_format("%s: the registry sends one page of tags again and again; the %llu tags so "
                      "far may not be all",
                      listing->repository->reference, (unsigned long long)listing->tags);
  host->log(host, listing->call, ARTM_LOG_WARNING, text);
}

/* Reads one page; *query becomes the next one's, NULL at the end. */
static int32_t read_page(struct listing *listing, char **query) {
  const struct registry_repository *repository = listing->repository;
  const struct artm_http *http = repository->client->http;
  auto_free char *url = registry_url(repository, "tags/list?%s", *query);
  struct artm_http_request request = {.method = "GET", .url = url, .flags = ARTM_HTTP_MAY_MISS};
  struct artm_http_response *response = NULL;
  int32_t answer = registry_send(repository, listing->call, &request, &response);
  if (answer)
    return answer;
  bool has_link = http->header(response, "Link") != NULL;
  auto_free char *link_query = registry_next_query(repository, response, "tags/list");
  const void *data = NULL;
  uint64_t size = 0;
  answer = http->collect(listing->call, response, PAGE_BYTES_MAX, &data, &size);
  if (answer)
    return answer;
  listing->bytes += size;
  if (listing->bytes > LIST_BYTES_MAX)
    return fail(repository->client->host, listing->call, ARTM_E_UNSUPPORTED, repository->reference,
                NULL, "the tag list has more than %u MiB", LIST_BYTES_MAX >> 20);
  auto_json *document = registry_parse_json(data, size);
  if (!json_is_object(document))
    return fail(repository->client->host, listing->call, ARTM_E_UNSUPPORTED, repository->reference,
                NULL, "the tag list is no JSON object");
  const json_t *tags = json_object_get(document, "tags");
  free(registry_take(query));
  if (is_repeated(listing, tags)) {
    if (has_link)
      warn_repeated(listing);
    return 0;
  }
  answer = add_tags(listing, tags);
  if (!answer)
    *query = next_page(tags, &link_query, has_link);
  return answer;
}

int32_t registry_list_tags(const struct registry_repository *repository, struct artm_call *call,
                           struct artm_version_sink *sink) {
  auto_free uint64_t *seen = registry_zalloc(PAGES_MAX * sizeof *seen);
  struct listing listing = {.repository = repository, .call = call, .sink = sink, .seen = seen};
  auto_free char *query = registry_format("n=%u", PAGE_SIZE);
  while (query) {
    if (listing.pages == PAGES_MAX)
      return fail(repository->client->host, call, ARTM_E_UNSUPPORTED, repository->reference, NULL,
                  "the tag list has more than %u pages", PAGES_MAX);
    int32_t answer = read_page(&listing, &query);
    if (answer == ARTM_NO && listing.pages)
      return 0;
    if (answer)
      return answer;
  }
  return 0;
}
