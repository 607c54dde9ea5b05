/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: parsed once by libcurl's own parser, compared by origin. */
#include "http/url.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void handle_done(CURLU **handle) {
  curl_url_cleanup(*handle);
}

static void part_done(char **part) {
  curl_free(*part);
}
#define auto_handle __attribute__((cleanup(handle_done))) CURLU
#define auto_part __attribute__((cleanup(part_done))) char

char *url_shown(const char *text) {
  size_t len = strcspn(text, "?#");
  const char *from = text;
  const char *authority = strstr(text, "//");
  if (authority && authority < text + len) {
    authority += 2;
    const char *end = authority + strcspn(authority, "/?#");
    for (const char *at = authority; at < end; at++)
      if (*at == '@')
        from = at + 1;
  }
  auto_buf out = {0};
  if (from != text && authority)
    text_escape(&out, text, authority - text, 512);
  text_escape(&out, from, (long)(len - (size_t)(from - text)), 512);
  return buf_take(&out);
}

bool host_is_loopback(const char *host) {
  unsigned char v4[4], v6[16];
  if (strcasecmp(host, "localhost") == 0)
    return true;
  if (inet_pton(AF_INET, host, v4) == 1)
    return v4[0] == 127;
  size_t len = strlen(host);
  if (host[0] == '[' && host[len - 1] == ']') {
    auto_free char *bare = str_copy_n(host + 1, len - 2);
    static const unsigned char one[16] = {[15] = 1};
    return inet_pton(AF_INET6, bare, v6) == 1 && memcmp(v6, one, 16) == 0;
  }
  return false;
}

bool url_served_by(const struct url *url, const char *authority) {
  auto_free char *with_port = str_format("%s:%u", url->host, url->port);
  return strcasecmp(url->authority, authority) == 0 || strcasecmp(with_port, authority) == 0;
}

static size_t length_without_default_port(const char *authority) {
  size_t len = strlen(authority);
  return text_ends(authority, ":443") ? len - 4 : len;
}

bool authority_equal(const char *a, const char *b) {
  size_t len = length_without_default_port(a);
  return len == length_without_default_port(b) && strncasecmp(a, b, len) == 0;
}

char *authority_host(const char *authority) {
  const char *end = authority[0] == '[' ? strchr(authority, ']') : NULL;
  if (end)
    return str_copy_n(authority, (size_t)(end + 1 - authority));
  return str_copy_n(authority, strcspn(authority, ":"));
}

static int refuse(struct error *err, const char *text, const char *why) {
  auto_free char *shown = url_shown(text);
  return error_set(err, ARTM_E_UNSUPPORTED, "URL '%s' is refused: %s", shown, why);
}

static int check_parts(CURLU *handle, const char *text, struct error *err) {
  auto_part *user = NULL, *password = NULL, *zone = NULL;
  if (curl_url_get(handle, CURLUPART_USER, &user, 0) == CURLUE_OK ||
      curl_url_get(handle, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
    return refuse(err, text, "it holds a user name");
  if (curl_url_get(handle, CURLUPART_ZONEID, &zone, 0) == CURLUE_OK) /* no part of the origin */
    return refuse(err, text, "its address has a zone");
  if (curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
    return refuse(err, text, "it cannot be read");
  return 0;
}

static int url_fill(CURLU *handle, const char *text, struct url *ret, struct error *err) {
  auto_part *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *whole = NULL;
  int rc = check_parts(handle, text, err);
  if (rc)
    return rc;
  if (curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
      (strcasecmp(scheme, "https") != 0 && strcasecmp(scheme, "http") != 0))
    return refuse(err, text, "only https and http are known");
  if (curl_url_get(handle, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host ||
      curl_url_get(handle, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
      curl_url_get(handle, CURLUPART_PATH, &path, 0) != CURLUE_OK ||
      curl_url_get(handle, CURLUPART_URL, &whole, 0) != CURLUE_OK)
    return refuse(err, text, "it cannot be read");
  bool tls = strcasecmp(scheme, "https") == 0;
  unsigned number = (unsigned)strtoul(port, NULL, 10);
  char *lower = text_lower(host);
  bool standard = number == (tls ? 443u : 80u);
  char *authority = standard ? str_copy(lower) : str_format("%s:%u", lower, number);
  *ret = (struct url){
      .text = str_copy(whole),
      .origin = str_format("%s://%s", tls ? "https" : "http", authority),
      .authority = authority,
      .host = lower,
      .path = str_copy(path),
      .port = number,
      .tls = tls,
  };
  return 0;
}

/* libcurl forgives "https:/host" and "https:///host", which others read otherwise. */
static bool odd_slashes(const char *text) {
  size_t scheme = strcspn(text, ":/?#");
  return text[scheme] == ':' && strspn(text + scheme + 1, "/\\") != 2;
}

int url_parse(const char *text, struct url *ret, struct error *err) {
  auto_handle *handle = curl_url();
  if (!handle || odd_slashes(text) || curl_url_set(handle, CURLUPART_URL, text, 0) != CURLUE_OK)
    return refuse(err, text, "it cannot be read");
  return url_fill(handle, text, ret, err);
}

int url_resolve(const struct url *base, const char *reference, struct url *ret, struct error *err) {
  auto_handle *handle = curl_url();
  if (!handle || odd_slashes(reference) ||
      curl_url_set(handle, CURLUPART_URL, base->text, 0) != CURLUE_OK ||
      curl_url_set(handle, CURLUPART_URL, reference, CURLU_URLENCODE) != CURLUE_OK)
    return refuse(err, reference, "it cannot be read");
  return url_fill(handle, reference, ret, err);
}

struct url url_copy(const struct url *url) {
  return (struct url){
      .text = str_copy(url->text),
      .origin = str_copy(url->origin),
      .authority = str_copy(url->authority),
      .host = str_copy(url->host),
      .path = str_copy(url->path),
      .port = url->port,
      .tls = url->tls,
  };
}

bool url_same_origin(const struct url *a, const struct url *b) {
  return strcmp(a->origin, b->origin) == 0;
}

void url_done(struct url *url) {
  free(url->text);
  free(url->origin);
  free(url->authority);
  free(url->host);
  free(url->path);
  *url = (struct url){0};
}
