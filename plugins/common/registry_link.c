/* SPDX-License-Identifier: Apache-2.0 */
/* Link headers of paged lists (RFC 8288): only the query of the next page is taken from one, after
 * the rest of its address proved to be that of the list itself. */
#include "common/cleanup.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include <string.h>
#include <strings.h>

#define QUERY_MAX 4096u

struct span {
  const char *at;
  size_t length;
};

static bool has_word(struct span text, const char *word) {
  size_t length = strlen(word);
  for (size_t i = 0; i + length <= text.length; i++)
    if (!strncasecmp(text.at + i, word, length) && (i == 0 || text.at[i - 1] == ' ') &&
        (i + length == text.length || text.at[i + length] == ' '))
      return true;
  return false;
}

/* Value of one parameter ("rel") in the text between ">" and the end of a link. */
static bool is_next(struct span parameters) {
  const char *at = parameters.at, *end = at + parameters.length;
  while (at < end) {
    at += strspn(at, "; \t");
    if (at + 4 > end || strncasecmp(at, "rel", 3)) {
      while (at < end && *at != ';')
        at++;
      continue;
    }
    at += 3;
    at += strspn(at, " \t");
    if (*at != '=')
      continue;
    at++;
    at += strspn(at, " \t");
    size_t length = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t,");
    if (at + length > end)
      return false;
    return has_word((struct span){at, length}, "next");
  }
  return false;
}

/* End of a link: the next comma outside quotes. */
static const char *link_end(const char *at) {
  bool quoted = false;
  for (; *at && (quoted || *at != ','); at++)
    if (*at == '"')
      quoted = !quoted;
  return at;
}

/* The address of rel=next, or length 0. */
static struct span find_next(const char *header) {
  const char *at = header;
  while ((at = strchr(at, '<'))) {
    const char *close = strchr(at, '>');
    if (!close)
      break;
    const char *end = link_end(close + 1);
    if (is_next((struct span){close + 1, (size_t)(end - close - 1)}))
      return (struct span){at + 1, (size_t)(close - at - 1)};
    at = end;
  }
  return (struct span){header, 0};
}

/* Length of "scheme://authority", or 0. */
static size_t origin_length(struct span url) {
  const char *slashes = memmem(url.at, url.length, "://", 3);
  const char *query = memchr(url.at, '?', url.length);
  if (!slashes || (query && query < slashes))
    return 0;
  const char *at = slashes + 3;
  while (at < url.at + url.length && *at != '/' && *at != '?')
    at++;
  return (size_t)(at - url.at);
}

/* Without a default port. */
static struct span plain_origin(struct span origin) {
  bool secure = !strncasecmp(origin.at, "https:", 6);
  const char *port = secure ? ":443" : ":80";
  size_t length = strlen(port);
  if (origin.length > length && !memcmp(origin.at + origin.length - length, port, length))
    origin.length -= length;
  return origin;
}

static bool is_same_origin(struct span one, struct span other) {
  one = plain_origin(one);
  other = plain_origin(other);
  return one.length == other.length && !strncasecmp(one.at, other.at, one.length);
}

static bool is_clean(struct span query) {
  if (!query.length || query.length > QUERY_MAX)
    return false;
  for (size_t i = 0; i < query.length; i++)
    if (query.at[i] <= ' ' || query.at[i] >= 0x7f || strchr("\"#<>\\", query.at[i]))
      return false;
  return true;
}

static bool is_path(struct span path, const char *text) {
  return path.length == strlen(text) && !memcmp(path.at, text, path.length);
}

char *registry_next_query(const struct registry_repository *repository,
                          const struct artm_http_response *response, const char *list) {
  const char *header = repository->client->http->header(response, "Link");
  struct span next = header ? find_next(header) : (struct span){NULL, 0};
  if (!next.length)
    return NULL;
  const char *base = response->url ? response->url : "";
  size_t base_origin = origin_length((struct span){base, strlen(base)});
  size_t origin = origin_length(next);
  if (origin && !is_same_origin((struct span){next.at, origin}, (struct span){base, base_origin}))
    return NULL;
  if (!origin && next.length > 1 && !memcmp(next.at, "//", 2))
    return NULL;
  next.at += origin;
  next.length -= origin;
  const char *mark = memchr(next.at, '?', next.length);
  if (!mark)
    return NULL;
  struct span path = {next.at, (size_t)(mark - next.at)};
  struct span query = {mark + 1, next.length - path.length - 1};
  auto_free char *own = registry_format("/v2/%s/%s", repository->name, list);
  bool is_own =
      is_path(path, own) || (!origin && !path.length) || is_path(path, base + base_origin);
  return is_own && is_clean(query) ? registry_copy(query.at, query.length) : NULL;
}
