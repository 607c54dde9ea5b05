/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens, remembered by realm, service, credential and scopes. */
#include "http/token.h"
#include "base/clock.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

struct token {
  struct token *next;
  char *issuer;         /* realm, service, credential */
  char *key;            /* scopes asked for */
  struct scopes scopes; /* it is good for */
  char *text;           /* NULL: being fetched */
  uint64_t expires_ms, life_ms;
};

static void token_free(struct token *token) {
  free(token->issuer);
  free(token->key);
  scopes_done(&token->scopes);
  str_wipe(token->text);
  free(token);
}

static void unlink_token(struct http_client *client, struct token *token) {
  for (struct token **at = &client->tokens; *at; at = &(*at)->next)
    if (*at == token) {
      *at = token->next;
      token_free(token);
      return;
    }
}

static void drop_expired(struct http_client *client, uint64_t now) {
  for (struct token **at = &client->tokens; *at;) {
    struct token *token = *at;
    if (!token->text || token->expires_ms > now) {
      at = &token->next;
      continue;
    }
    *at = token->next;
    token_free(token);
  }
}

static char *issuer_name(const struct token_request *request) {
  const struct credential *c = request->credential;
  return str_format("%s\n%s\n%s\n%s\n%s", request->realm, request->service ? request->service : "",
                    request->registry ? request->registry->name : "", c ? c->source : "",
                    c && c->username ? c->username : "");
}

/* Short-lived ones are used for half their life at least. */
static bool lasts(const struct token *token, uint64_t now, uint64_t left_ms) {
  uint64_t half = token->life_ms / 2;
  return token->expires_ms > now + (left_ms < half ? left_ms : half);
}

static struct token *find_ready(const struct http_client *client, const char *issuer,
                                const char *key, const struct token_request *request,
                                uint64_t now) {
  for (struct token *t = client->tokens; t; t = t->next)
    if (t->text && lasts(t, now, request->left_ms) && strcmp(t->issuer, issuer) == 0 &&
        (strcmp(t->key, key) == 0 ||
         (!request->exact && scopes_cover(&t->scopes, request->scopes))))
      return t;
  return NULL;
}

static struct token *find_pending(const struct http_client *client, const char *issuer,
                                  const char *key) {
  for (struct token *t = client->tokens; t; t = t->next)
    if (!t->text && strcmp(t->issuer, issuer) == 0 && strcmp(t->key, key) == 0)
      return t;
  return NULL;
}

/* A token from the cache in *ret, or an entry of ours to fill in *mine. */
static int look_up(struct http_client *client, struct artm_call *call,
                   const struct token_request *request, char **ret, struct token **mine) {
  auto_free char *issuer = issuer_name(request), *key = scopes_key(request->scopes);
  int rc = 0;
  pthread_mutex_lock(&client->lock);
  while (rc == 0) {
    uint64_t now = clock_now_ms();
    drop_expired(client, now);
    struct token *token = find_ready(client, issuer, key, request, now);
    if (token) {
      *ret = str_copy(token->text);
      break;
    }
    if (find_pending(client, issuer, key)) {
      rc = shared_wait(client, call);
      continue;
    }
    token = mem_alloc(sizeof *token);
    token->issuer = take(issuer);
    token->key = take(key);
    scopes_add_all(&token->scopes, request->scopes);
    token->next = client->tokens;
    client->tokens = token;
    *mine = token;
    break;
  }
  pthread_mutex_unlock(&client->lock);
  return rc;
}

/* A mount asks for two repositories; where that is refused, the first one alone will do. */
static int fetch(struct http_client *client, struct artm_call *call,
                 const struct token_request *request, char **ret, uint64_t *life_ms,
                 bool *first_alone) {
  int rc = token_fetch(client, call, request, ret, life_ms);
  bool refused = rc == ARTM_E_AUTH || rc == ARTM_E_DENIED || rc == ARTM_E_NOT_FOUND ||
                 rc == ARTM_E_UNSUPPORTED;
  if (!refused || request->scopes->count < 2)
    return rc;
  log_write(LOG_DEBUG, "http", "%s; asking for the first scope alone", call->error.message);
  error_done(&call->error);
  struct scopes first = {.items = request->scopes->items, .count = 1};
  struct token_request smaller = *request;
  smaller.scopes = &first;
  *first_alone = true;
  return token_fetch(client, call, &smaller, ret, life_ms);
}

int token_get(struct http_client *client, struct artm_call *call,
              const struct token_request *request, char **ret, bool *fresh) {
  struct token *mine = NULL;
  char *text = NULL;
  uint64_t life_ms = 0;
  bool first_alone = false;
  *fresh = false;
  int rc = look_up(client, call, request, ret, &mine);
  if (rc || !mine)
    return rc;
  rc = fetch(client, call, request, &text, &life_ms, &first_alone);
  pthread_mutex_lock(&client->lock);
  if (rc) {
    unlink_token(client, mine);
  } else {
    if (first_alone)
      scopes_keep_first(&mine->scopes);
    mine->text = text;
    mine->life_ms = life_ms;
    mine->expires_ms = clock_now_ms() + life_ms;
    *ret = str_copy(text);
    *fresh = true;
  }
  pthread_cond_broadcast(&client->changed);
  pthread_mutex_unlock(&client->lock);
  return rc;
}

void token_forget(struct http_client *client, const char *text) {
  pthread_mutex_lock(&client->lock);
  for (struct token *t = client->tokens; t; t = t->next)
    if (t->text && strcmp(t->text, text) == 0) {
      unlink_token(client, t);
      break;
    }
  pthread_mutex_unlock(&client->lock);
}

void tokens_done(struct http_client *client) {
  while (client->tokens)
    unlink_token(client, client->tokens);
}
