/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange of a sending: lane, limits, headers, offset. */
#include "http/budget.h"
#include "http/limit.h"
#include "http/scheme.h"
#include "http/send.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define EXPECT_FROM (256u * 1024) /* shorter stream bodies were read ahead */

void sending_done(struct sending *s) {
  url_done(&s->home);
  scopes_done(&s->scopes);
  free(s->repository);
  free(s->probe);
  free(s->short_body);
  free(s->text);
}

static void add_header(struct curl_slist **list, const char *name, const char *value) {
  auto_free char *line = *value ? str_format("%s: %s", name, value) : str_format("%s;", name);
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer)
    *list = longer;
}

static struct curl_slist *build_headers(const struct sending *s, const char *authorization) {
  const struct artm_http_request *request = s->request;
  struct curl_slist *list = NULL;
  add_header(&list, "User-Agent", "artmirror/" PACKAGE_VERSION);
  add_header(&list, "Accept-Encoding", "identity");
  for (const char *const *h = request->headers; h && h[0]; h += 2)
    add_header(&list, h[0], h[1]);
  if (request->media_type)
    add_header(&list, "Content-Type", request->media_type);
  else if (request->body_size)
    add_header(&list, "Content-Type", "application/octet-stream");
  if (authorization)
    add_header(&list, "Authorization", authorization);
  if (request->offset && !s->no_range) {
    auto_free char *range = str_format("bytes=%llu-", (unsigned long long)request->offset);
    add_header(&list, "Range", range);
  }
  if (request->body && !s->short_body && request->body_size >= EXPECT_FROM)
    add_header(&list, "Expect", "100-continue");
  return list;
}

/* Whom the user named may be anywhere; whom a server names, nowhere nearer than that server. */
static enum address_class allowed_class(const struct sending *s, const struct url *url) {
  if (strcmp(url->host, s->home.host) == 0 && s->user_named)
    return ADDRESS_SPECIAL;
  return s->guide ? (enum address_class)atomic_load(&s->guide->address_class) : ADDRESS_PUBLIC;
}

static void learn_scheme(struct sending *s, const struct exchange *x, bool answered) {
  if (!s->probe)
    return;
  const char *text = x->error_text ? x->error_text : "";
  enum wire wire = answered ? WIRE_TLS : scheme_of_failure(x->result, text);
  s->no_tls = wire == WIRE_PLAIN;
  if (s->probe_held || wire != WIRE_UNKNOWN)
    scheme_end(s->client, s->probe, wire);
  s->probe_held = false;
  if (wire != WIRE_UNKNOWN)
    free(take(s->probe));
}

static void note_failure(struct sending *s, const struct exchange *x, int rc) {
  bool refused = rc == ARTM_E_AUTH || rc == ARTM_E_DENIED; /* by us, or by a proxy */
  s->transport = x->done && !x->source_code && !x->broken_headers && !refused;
  s->stalled = x->stalled;
  s->code = x->result;
  free(s->text);
  s->text = str_copy(x->error_text ? x->error_text : "");
}

/* A dead connection from the pool is no failure of the origin: once more, on a new one. */
static bool was_stale(const struct sending *s, const struct exchange *x) {
  bool quiet = x->reused && x->headers.bytes == 0 && x->done;
  bool broke = x->result == CURLE_GOT_NOTHING || x->result == CURLE_RECV_ERROR ||
               x->result == CURLE_SEND_ERROR;
  return quiet && broke && !s->request->body && strcmp(s->request->method, "PATCH") != 0;
}

/* Only what takes a server about the same each time says how much it has to do. */
static enum lane_sample sample_of(const struct sending *s, const struct url *url) {
  const char *method = s->request->method;
  if (strcmp(method, "HEAD") == 0)
    return LANE_SAMPLE_HEAD;
  if (strcmp(method, "GET") == 0 && strstr(url->path, "/manifests/"))
    return LANE_SAMPLE_GET;
  return strcmp(method, "POST") == 0 && !s->request->body_size ? LANE_SAMPLE_POST
                                                               : LANE_SAMPLE_NONE;
}

/* Nobody keeps a lane while the origin has asked for a pause: after it there are fewer. */
static int take_lane(struct sending *s, const struct lane_request *wish, struct lane **ret) {
  for (;;) {
    struct lane *lane;
    int rc = limit_enter(s->client, s->origin, s->call);
    if (rc == 0)
      rc = lane_take(s->client, s->origin, s->call, wish, &lane);
    if (rc)
      return rc;
    rc = limit_turn(s->client, s->origin, s->call);
    if (rc == 0)
      *ret = lane;
    else
      lane_give(lane, true);
    if (rc != ARTM_NO)
      return rc;
  }
}

static int exchange_on_lane(struct sending *s, const struct url *url, const char *authorization,
                            bool fresh, struct exchange **ret) {
  const struct lane_request wish = {url, s->registry, allowed_class(s, url), fresh};
  struct lane *lane;
  int rc = take_lane(s, &wish, &lane);
  if (rc)
    return rc;
  const struct exchange_request request = {
      .method = s->request->method,
      .url = url,
      .headers = build_headers(s, authorization),
      .body_size = s->request->body_size,
      .data = s->short_body ? s->short_body : s->request->data,
      .body = s->short_body ? NULL : s->request->body,
  };
  lane->sample = sample_of(s, url);
  return exchange_start(lane, s->call, &request, ret);
}

/* Makes the body begin at the offset asked for. 1: ask again, without Range. */
static int place_offset(struct sending *s, struct response *response) {
  uint64_t offset = s->request->offset, first, last, total;
  struct artm_http_response *abi = &response->abi;
  if (!offset)
    return 0;
  if (abi->status == 206) {
    bool right = headers_range(&response->exchange->headers, &first, &last, &total);
    if (right && first == offset)
      return 0;
    return !s->no_range ? 1
                        : call_fail(s->call, ARTM_E_NETWORK, "%s: a part that nobody asked for",
                                    response->url.origin);
  }
  if (abi->status == 416 && !s->no_range)
    return 1;
  if (abi->status != 200)
    return 0;
  exchange_skip(response->exchange, offset);
  if (abi->size != UINT64_MAX)
    abi->size = abi->size > offset ? abi->size - offset : 0;
  return 0;
}

static void log_exchange(const struct sending *s, const struct url *url, const struct exchange *x) {
  if (!log_enabled(LOG_DEBUG))
    return;
  auto_free char *shown = url_shown(url->text);
  log_write(LOG_DEBUG, "http", "%s %s: %u%s", s->request->method, shown, x->status,
            x->reused ? "" : " (new connection)");
}

int send_once(struct sending *s, const struct url *url, const char *authorization,
              struct response **ret) {
  struct exchange *x = NULL;
  s->origin = origin_get(s->client, url);
  s->transport = s->stalled = false;
  if (s->optional && limit_avoids(s->client, s->origin))
    return call_fail(s->call, ARTM_E_NETWORK, "%s: left alone for a while", s->origin->name);
  int rc = exchange_on_lane(s, url, authorization, false, &x);
  if (rc && x && was_stale(s, x)) {
    exchange_free(take(x));
    error_done(&s->call->error);
    rc = exchange_on_lane(s, url, authorization, true, &x);
  }
  if (!x)
    return rc;
  s->taken = s->taken || x->taken > 0;
  learn_scheme(s, x, rc == 0);
  if (rc) {
    note_failure(s, x, rc);
    if (rc == ARTM_E_NETWORK && !x->source_code && !s->no_tls)
      limit_result(s->client, s->origin, true);
    if (s->stalled || (s->transport && s->code == CURLE_OPERATION_TIMEDOUT)) {
      limit_avoid(s->client, s->origin);
      limit_stalled(s->client, s->origin);
    }
    exchange_free(x);
    return rc;
  }
  log_exchange(s, url, x);
  limit_result(s->client, s->origin, x->status >= 500);
  struct response *response = NULL;
  rc = response_new(x, s->call, s->request->method, url, s->registry, &response);
  if (rc)
    return rc;
  response->repository = str_copy(s->repository);
  response->mirror = s->optional ? s->origin : NULL;
  if (s->registry && url_same_origin(url, &s->home))
    budget_note(s->client, s->registry, &response->exchange->headers);
  rc = place_offset(s, response);
  if (rc == 0) {
    *ret = response;
    return 0;
  }
  response_close(response);
  if (rc < 0)
    return rc;
  s->no_range = true;
  return send_once(s, url, authorization, ret);
}
