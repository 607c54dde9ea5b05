/* SPDX-License-Identifier: Apache-2.0 */
/* The Authorization of one hop: what its origin last asked for, and what to do about a 401. */
#include "http/challenge.h"
#include "http/send.h"
#include "http/token.h"
#include <stdlib.h>
#include <string.h>

#define TOKEN_LEFT_MS 10000u  /* renewed this long before it expires */
#define UPLOAD_LEFT_MS 60000u /* and earlier before a body is sent */
#define ROUNDS_MAX 3
#define SCOPE_MAX 4096u /* of a challenge; longer ones are nobody's honest wish */

struct authorization {
  bool home;                  /* credentials may be sent here */
  struct challenge challenge; /* scheme OTHER: none known */
  struct scopes scopes;       /* what to ask a token for */
  char *header;
  char *token; /* what header holds, if it is one */
  bool fresh;
};

static void authorization_done(struct authorization *a) {
  challenge_done(&a->challenge);
  scopes_done(&a->scopes);
  str_wipe(a->header);
  str_wipe(a->token);
}
#define auto_authorization __attribute__((cleanup(authorization_done))) struct authorization

static void recall_challenge(struct sending *s, const struct url *url, struct authorization *a) {
  struct origin *origin = origin_get(s->client, url);
  pthread_mutex_lock(&s->client->lock);
  if (origin->challenge)
    a->challenge = challenge_copy(origin->challenge);
  pthread_mutex_unlock(&s->client->lock);
}

static void remember_challenge(struct sending *s, const struct url *url,
                               const struct challenge *found) {
  struct origin *origin = origin_get(s->client, url);
  pthread_mutex_lock(&s->client->lock);
  if (!origin->challenge)
    origin->challenge = mem_alloc(sizeof *origin->challenge);
  challenge_done(origin->challenge);
  *origin->challenge = challenge_copy(found);
  pthread_mutex_unlock(&s->client->lock);
}

static int find_credential(struct sending *s, const struct url *url, const struct authorization *a,
                           const struct credential **ret) {
  if (!a->home || s->anonymous || !s->registry)
    return 0;
  if (s->stated_only && !credentials_are_stated(s->client, s->registry, url->origin))
    return 0;
  return credentials_get(s->client, s->call, s->registry, s->repository, url->origin, ret);
}

static int bearer(struct sending *s, const struct url *url, struct authorization *a,
                  const struct credential *credential) {
  bool uploading = s->request->body != NULL;
  const struct token_request request = {
      .registry = a->home ? s->registry : NULL,
      .home = url,
      .guide = a->home && s->user_named ? NULL : s->guide,
      .credential = credential,
      .realm = a->challenge.realm,
      .service = a->challenge.service,
      .scopes = &a->scopes,
      .repository = s->repository,
      .left_ms = uploading ? UPLOAD_LEFT_MS : TOKEN_LEFT_MS,
  };
  if (credential && credential->registry_token) {
    if (strpbrk(credential->registry_token, "\r\n"))
      return call_fail(s->call, ARTM_E_AUTH, "the token from %s holds a line break",
                       credential->source);
    a->fresh = true;
    a->token = str_copy(credential->registry_token);
  } else {
    int rc = token_get(s->client, s->call, &request, &a->token, &a->fresh);
    if (rc)
      return rc;
  }
  a->header = str_format("Bearer %s", a->token);
  return 0;
}

static int prepare(struct sending *s, const struct url *url, struct authorization *a) {
  const struct credential *credential = NULL;
  str_wipe(take(a->header));
  str_wipe(take(a->token));
  if (a->challenge.scheme == AUTH_OTHER)
    return 0;
  int rc = find_credential(s, url, a, &credential);
  if (rc)
    return rc;
  if (a->challenge.scheme == AUTH_BEARER)
    return bearer(s, url, a, credential);
  a->header = credential ? credential_basic(credential) : NULL;
  return 0;
}

static void read_challenges(const struct response *response, struct challenges *all) {
  const char *value;
  for (size_t next = 0;
       (value = headers_next(&response->exchange->headers, "WWW-Authenticate", &next));)
    challenges_parse(all, value);
}

/* Some registries answer a real request with 401 and no challenge; GET /v2/ has one. */
static void ask_root(struct sending *s, const struct url *url, struct challenges *all) {
  if (!text_starts(url->path, "/v2/") || strcmp(url->path, "/v2/") == 0)
    return;
  auto_error ignored = {0};
  auto_url root = {0};
  const struct artm_http_request request = {
      .struct_size = (uint32_t)sizeof request, .flags = ARTM_HTTP_ANY_STATUS, .method = "GET"};
  auto_sending ping = {.client = s->client,
                       .call = s->call,
                       .request = &request,
                       .registry = s->registry,
                       .home = url_copy(&s->home),
                       .user_named = s->user_named,
                       .guide = s->guide};
  struct response *response = NULL;
  if (url_resolve(url, "/v2/", &root, &ignored))
    return;
  if (send_once(&ping, &root, NULL, &response))
    error_done(&s->call->error);
  else if (response->abi.status == 401)
    read_challenges(response, all);
  response_close(response);
}

/* Whether the 401 tells how to do better; then it is said in a. */
static bool learn(struct sending *s, const struct url *url, struct response *response,
                  struct authorization *a) {
  auto_challenges all = {0};
  read_challenges(response, &all);
  if (!all.count)
    ask_root(s, url, &all);
  const struct challenge *best = challenges_best(&all, a->home);
  if (!best) {
    free(response->offered);
    response->offered = challenges_names(&all);
    return false;
  }
  bool had_token = a->token != NULL, had_basic = a->header && !a->token;
  challenge_done(&a->challenge);
  a->challenge = challenge_copy(best);
  if (a->home)
    remember_challenge(s, url, best);
  if (best->scheme == AUTH_BASIC)
    return !had_basic;
  auto_scopes theirs = {0};
  if (best->scope && strlen(best->scope) <= SCOPE_MAX)
    scopes_add(&theirs, best->scope);
  bool more = !scopes_cover(&a->scopes, &theirs);
  if (had_token)
    token_forget(s->client, a->token);
  if (had_token && a->fresh && !more)
    return false;
  if (more && (had_token || !a->scopes.count)) { /* some servers look only at the first */
    scopes_add_all(&theirs, &a->scopes);
    scopes_done(&a->scopes);
    a->scopes = theirs;
    theirs = (struct scopes){0};
  }
  return true;
}

int send_authorized(struct sending *s, const struct url *url, struct response **ret) {
  auto_authorization a = {.home = url_same_origin(url, &s->home)};
  if (s->authorization) {
    const char *fixed = a.home && *s->authorization ? s->authorization : NULL;
    return send_once(s, url, fixed, ret);
  }
  if (a.home)
    recall_challenge(s, url, &a);
  if (a.home && a.challenge.scheme == AUTH_OTHER && s->request->flags & ARTM_HTTP_BASIC)
    a.challenge.scheme = AUTH_BASIC;
  scopes_add_all(&a.scopes, &s->scopes);
  for (int round = 1;; round++) {
    struct response *response = NULL;
    int rc = prepare(s, url, &a);
    if (rc == 0)
      rc = send_once(s, url, a.header, &response);
    if (rc)
      return rc;
    bool again = response->abi.status == 401 && round < ROUNDS_MAX && !s->taken &&
                 learn(s, url, response, &a);
    if (!again) {
      *ret = response;
      return 0;
    }
    response_close(response);
  }
}
