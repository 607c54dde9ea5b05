/* SPDX-License-Identifier: Apache-2.0 */
/* http_send: checks a plugin's request, finds its registry and scheme. */
#include "http/credentials.h"
#include "http/scheme.h"
#include "http/send.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHORT_BODY (256u * 1024)
#define KNOWN_FLAGS                                                                          \
  (ARTM_HTTP_MAY_MISS | ARTM_HTTP_ANY_STATUS | ARTM_HTTP_SAME_ORIGIN | ARTM_HTTP_NO_MIRROR | \
   ARTM_HTTP_BASIC)

static bool is_token_text(const char *s) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-.^_`|~";
  return s && *s && strspn(s, allowed) == strlen(s);
}

static bool has_control(const char *s) {
  for (; s && *s; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f)
      return true;
  return false;
}

/* What the core alone decides on. */
static bool is_reserved(const char *name) {
  static const char *const names[] = {"Authorization",
                                      "Proxy-Authorization",
                                      "Cookie",
                                      "Host",
                                      "Transfer-Encoding",
                                      "Range",
                                      "Connection",
                                      "Accept-Encoding",
                                      "Expect",
                                      "Upgrade",
                                      "TE",
                                      "Trailer"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(name, names[i]) == 0)
      return true;
  return strncasecmp(name, "Content-", 8) == 0;
}

static int check_request(struct artm_call *call, const struct artm_http_request *request) {
  if (request->flags & ~KNOWN_FLAGS)
    return call_fail(call, ARTM_E_UNSUPPORTED, "HTTP request with unknown flags %#x",
                     request->flags);
  if (!is_token_text(request->method) || !request->url || has_control(request->url))
    return call_fail(call, ARTM_E_INTERNAL, "HTTP request without a valid method and URL");
  if (request->body_size > INT64_MAX || request->offset > INT64_MAX)
    return call_fail(call, ARTM_E_INTERNAL, "HTTP request with an impossible size");
  if (request->body_size && !request->data == !request->body)
    return call_fail(call, ARTM_E_INTERNAL, "HTTP request needs its body in one form");
  if (has_control(request->media_type))
    return call_fail(call, ARTM_E_INTERNAL, "HTTP request with a control character in a header");
  for (const char *const *h = request->headers; h && h[0]; h += 2)
    if (!is_token_text(h[0]) || is_reserved(h[0]) || !h[1] || has_control(h[1])) {
      auto_free char *shown = text_escaped(h[0]);
      return call_fail(call, ARTM_E_INTERNAL, "HTTP header '%s' can't be set", shown);
    }
  return 0;
}

char *request_authority(const char *text) {
  const char *start = strstr(text, "//");
  start = start ? start + 2 : text;
  return str_copy_n(start, strcspn(start, "/?#"));
}

static int check_absolute(struct sending *s, const struct url *url) {
  if (url->tls || scheme_plain_allowed(s->client, url))
    return 0;
  call_fail(s->call, ARTM_E_UNSUPPORTED, "%s would be asked without TLS", url->origin);
  return error_hint(&s->call->error, "to allow it: registries: {'%s': {plain_http: true}}",
                    url->authority);
}

/* Parses "//host/path" (the registry's own server) or an absolute URL. */
static int locate(struct sending *s, const struct destination *to, struct url *url) {
  enum wire wire;
  auto_free char *authority = request_authority(to->text);
  auto_free char *text = NULL;
  if (text_starts(to->text, "//")) {
    auto_free char *served = text_lower(registry_served(s->client, authority));
    int rc = scheme_begin(s->client, s->call, served, &wire);
    if (rc)
      return rc;
    s->probe_held = wire == WIRE_PROBING;
    s->probe = s->probe_held ? str_copy(served) : NULL;
    text = str_format("%s://%s%s", wire == WIRE_PLAIN ? "http" : "https", served,
                      to->text + 2 + strlen(authority));
  }
  int rc = url_parse(text ? text : to->text, url, &s->call->error);
  return rc ? rc : check_absolute(s, url);
}

int registry_home(struct http_client *client, const struct registry *registry, struct url *ret,
                  struct error *err) {
  bool plain = scheme_known(client, registry->served) == WIRE_PLAIN;
  auto_free char *text = str_format("%s://%s/", plain ? "http" : "https", registry->served);
  return url_parse(text, ret, err);
}

/* A server named this URL, on another origin than its own: 1. */
static int find_foreign_home(struct sending *s, const struct url *url) {
  auto_url document = {0};
  if (!s->request->named_by)
    return 0;
  if (url_parse(s->request->named_by, &document, &s->call->error))
    return s->call->error.code;
  if (url_same_origin(&document, url))
    return 0;
  s->registry = registry_get(s->client, url->authority);
  s->home = url_copy(url);
  s->guide = origin_get(s->client, &document);
  s->stated_only = true;
  s->user_named = s->registry->settings != NULL;
  return 1;
}

/* The registry's own origin: credentials go there and nowhere else. */
static int find_home(struct sending *s, const struct destination *to, const struct url *url) {
  int foreign = find_foreign_home(s, url);
  if (foreign)
    return foreign < 0 ? foreign : 0;
  auto_free char *authority = request_authority(to->text);
  s->registry = registry_get(s->client, to->registry ? to->registry : authority);
  enum wire wire = scheme_known(s->client, s->registry->served);
  bool own = url_served_by(url, s->registry->served) && (url->tls || wire != WIRE_TLS);
  s->user_named = own || !to->registry;
  if (own || !to->registry) {
    s->home = url_copy(url);
    s->guide = origin_get(s->client, &s->home);
    return 0;
  }
  int rc = registry_home(s->client, s->registry, &s->home, &s->call->error);
  if (rc == 0)
    s->guide = origin_get(s->client, &s->home);
  return rc;
}

/* Short stream bodies are read ahead: they can then be sent twice, and need no 100-continue. */
static int read_short_body(struct sending *s) {
  const struct artm_http_request *request = s->request;
  if (!request->body || request->body_size >= SHORT_BODY)
    return 0;
  size_t size = (size_t)request->body_size, have = 0;
  s->short_body = mem_alloc(size + 1);
  while (have < size) {
    int64_t n = request->body->read(request->body, s->call, s->short_body + have, size - have);
    if (n < 0)
      return (int)n;
    if (n == 0 || (uint64_t)n > size - have)
      return call_fail(s->call, ARTM_E_DIGEST, "the body ended after %zu of %zu bytes", have, size);
    have += (size_t)n;
  }
  return 0;
}

bool request_reads(const struct artm_http_request *request) {
  return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

/* A pull that the environment's login is denied may still be open to all. */
static bool try_anonymous(struct sending *s, int rc, const struct response *response) {
  const struct credential *credential = NULL;
  auto_call quiet = {.cancel = s->call->cancel, .deadline_ms = s->call->deadline_ms};
  bool denied = rc == ARTM_E_AUTH || rc == ARTM_E_DENIED ||
                (response && (response->abi.status == 401 || response->abi.status == 403));
  if (!denied || s->anonymous || s->stated_only || !request_reads(s->request) ||
      credentials_get(s->client, &quiet, s->registry, s->repository, s->home.origin, &credential) ||
      !credential || !credential->implicit)
    return false;
  log_write(LOG_DEBUG, "http", "%s: denied with %s, trying without", s->registry->name,
            credential->source);
  s->anonymous = true;
  return true;
}

static int send_both_ways(struct sending *s, const struct url *url, struct response **ret) {
  struct response *response = NULL;
  int rc = send_retrying(s, url, &response);
  if (try_anonymous(s, rc, response)) {
    response_close(response);
    response = NULL;
    error_done(&s->call->error);
    rc = send_retrying(s, url, &response);
    if (rc == 0 && response->abi.status < 400)
      credentials_drop(s->client, s->registry, s->repository);
  }
  if (rc == 0)
    *ret = response;
  return rc;
}

int send_to(struct http_client *client, struct artm_call *call,
            const struct artm_http_request *request, const struct destination *to, uint32_t retries,
            struct response **ret) {
  auto_sending s = {.client = client,
                    .call = call,
                    .request = request,
                    .retries = retries,
                    .optional = to->optional};
  auto_url url = {0};
  scopes_add(&s.scopes, to->scope);
  s.repository = scopes_repository(&s.scopes);
  int rc = read_short_body(&s);
  if (rc == 0)
    rc = locate(&s, to, &url);
  if (rc == 0)
    rc = find_home(&s, to, &url);
  if (rc == 0)
    rc = send_both_ways(&s, &url, ret);
  if (s.probe_held) /* nothing was asked */
    scheme_end(client, s.probe, WIRE_UNKNOWN);
  if (rc == 0 || !s.no_tls)
    return rc;
  error_done(&call->error);
  url_done(&url);
  url_done(&s.home);
  s.no_tls = false;
  rc = locate(&s, to, &url);
  if (rc == 0)
    rc = find_home(&s, to, &url);
  return rc ? rc : send_both_ways(&s, &url, ret);
}

int http_send(struct http_client *client, struct artm_call *call,
              const struct artm_http_request *abi, struct artm_http_response **ret) {
  struct artm_http_request request = {0};
  memcpy(&request, abi, abi->struct_size < sizeof request ? abi->struct_size : sizeof request);
  int rc = check_request(call, &request);
  if (rc == 0)
    rc = call_check(call);
  if (rc)
    return rc;
  auto_free char *authority = request_authority(request.url);
  const struct registry *registry =
      registry_get(client, request.registry ? request.registry : authority);
  struct response *response = NULL;
  rc = send_to_mirrors(client, call, &request, registry->settings, &response);
  if (rc == ARTM_NO) {
    const struct destination to = {request.url, request.registry, request.scope, false};
    rc = send_to(client, call, &request, &to, client->config.retries, &response);
  }
  if (rc)
    return rc;
  uint32_t status = response->abi.status;
  if (request.flags & ARTM_HTTP_ANY_STATUS || status < 300 ||
      (status < 400 && request.flags & ARTM_HTTP_SAME_ORIGIN)) {
    if (status == 202 && response->location_error.code) {
      rc = error_move(&call->error, &response->location_error);
      response_close(response);
      return rc;
    }
    *ret = &response->abi;
    return 0;
  }
  if (status == 404 && request.flags & ARTM_HTTP_MAY_MISS) {
    response_close(response);
    return ARTM_NO;
  }
  return http_fail(call, &response->abi);
}
