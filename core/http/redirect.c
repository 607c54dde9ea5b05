/* SPDX-License-Identifier: Apache-2.0 */
/* Redirects, hop by hop: credentials stay at their origin, TLS is never left. */
#include "http/send.h"
#include <string.h>

#define HOPS_MAX 10

static bool is_redirect(const struct sending *s, unsigned status) {
  const char *method = s->request->method;
  if (status == 307 || status == 308)
    return !s->taken;
  bool reading = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
  return reading && (status == 301 || status == 302 || status == 303);
}

/* 1: go on at *next. 0: this response is the answer. */
static int next_hop(struct sending *s, const struct url *at, struct response *response,
                    struct url *next) {
  if (!is_redirect(s, response->abi.status))
    return 0;
  const char *value = headers_get(&response->exchange->headers, "Location");
  bool any = s->request->flags & (ARTM_HTTP_ANY_STATUS | ARTM_HTTP_SAME_ORIGIN);
  if (!value && any)
    return 0;
  if (!value)
    return call_fail(s->call, ARTM_E_NETWORK, "%s: redirect without Location", at->origin);
  if (response->location_error.code)
    return error_move(&s->call->error, &response->location_error);
  if (url_resolve(at, value, next, &s->call->error))
    return s->call->error.code;
  if (s->request->flags & ARTM_HTTP_SAME_ORIGIN && !url_same_origin(at, next))
    return 0;
  return 1;
}

int send_following(struct sending *s, const struct url *first, struct response **ret) {
  auto_url at = url_copy(first);
  for (int hop = 0; hop <= HOPS_MAX; hop++) {
    struct response *response = NULL;
    auto_url next = {0};
    int rc = send_authorized(s, &at, &response);
    if (rc)
      return rc;
    rc = next_hop(s, &at, response, &next);
    if (rc == 0) {
      *ret = response;
      return 0;
    }
    response_close(response);
    if (rc < 0)
      return rc;
    url_done(&at);
    at = next;
    next = (struct url){0};
  }
  return call_fail(s->call, ARTM_E_NETWORK, "%s: more than %d redirects", first->origin, HOPS_MAX);
}
