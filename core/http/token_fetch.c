/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a token server: GET with Basic or without, POST for an identity token. */
#include "base/clock.h"
#include "base/json.h"
#include "http/send.h"
#include "http/token.h"
#include "report/log.h"
#include <openssl/crypto.h>
#include <string.h>

#define REPLY_MAX (128u * 1024)
#define TOKEN_MS 30000u
#define LIFE_FLOOR_S 60
#define LIFE_MAX_S (24 * 3600)
#define CLIENT_ID "artmirror"

static void add_parameter(struct buf *out, const char *name, const char *value) {
  char *escaped = curl_easy_escape(NULL, value, 0);
  buf_printf(out, "%s%s=%s", out->len ? "&" : "", name, escaped ? escaped : "");
  curl_free(escaped);
}

static char *query_url(const struct url *realm, const struct token_request *request) {
  auto_buf query = {0};
  if (request->service)
    add_parameter(&query, "service", request->service);
  for (size_t i = 0; i < request->scopes->count; i++) {
    auto_free char *scope = scope_text(&request->scopes->items[i]);
    add_parameter(&query, "scope", scope);
  }
  if (request->credential && request->credential->username)
    add_parameter(&query, "account", request->credential->username);
  if (!query.len)
    return str_copy(realm->text);
  return str_format("%s%s%s", realm->text, strchr(realm->text, '?') ? "&" : "?", query.data);
}

static char *form(const struct token_request *request) {
  auto_buf out = {0};
  auto_buf scopes = {0};
  for (size_t i = 0; i < request->scopes->count; i++) {
    auto_free char *scope = scope_text(&request->scopes->items[i]);
    buf_printf(&scopes, "%s%s", i ? " " : "", scope);
  }
  add_parameter(&out, "grant_type", "refresh_token");
  add_parameter(&out, "client_id", CLIENT_ID);
  if (request->service)
    add_parameter(&out, "service", request->service);
  if (scopes.len)
    add_parameter(&out, "scope", scopes.data);
  add_parameter(&out, "refresh_token", request->credential->identity_token);
  return buf_take(&out);
}

/* One request to the realm, at most 30 s in all. */
static int ask(struct http_client *client, struct artm_call *call,
               const struct token_request *request, const struct url *url,
               const struct artm_http_request *http, const char *authorization,
               struct artm_http_response **ret) {
  uint64_t until = clock_now_ms() + TOKEN_MS;
  auto_call limited = {.cancel = call->cancel, .deadline_ms = until, .traffic = call->traffic};
  bool ours = call->deadline_ms && call->deadline_ms < until;
  if (ours)
    limited.deadline_ms = call->deadline_ms;
  auto_sending s = {
      .client = client,
      .call = &limited,
      .request = http,
      .registry = request->registry,
      .home = url_copy(url),
      .user_named = !request->guide && strcmp(url->host, request->home->host) == 0,
      .guide = request->guide ? request->guide : origin_get(client, request->home),
      .authorization = authorization ? authorization : "",
      .repository = str_copy(request->repository),
      .retries = client->config.retries,
  };
  struct response *response = NULL;
  int rc = send_retrying(&s, url, &response);
  if (rc == 0) {
    *ret = &response->abi;
    return 0;
  }
  if (rc == ARTM_E_TIMEOUT && !ours)
    return call_fail(call, ARTM_E_NETWORK, "the token server %s did not answer within %u s",
                     url->origin, TOKEN_MS / 1000);
  return error_move(&call->error, &limited.error);
}

static int read_reply(struct artm_call *call, struct artm_http_response *response, char **ret,
                      uint64_t *life_ms) {
  auto_call lent = {.cancel = call->cancel, .deadline_ms = call->deadline_ms};
  auto_free char *where = str_copy(response->url);
  const void *data = NULL;
  uint64_t size = 0;
  auto_json json = NULL;
  auto_error problem = {0};
  if (response->status != 200)
    return http_fail(call, response);
  int rc = http_collect(&lent, response, REPLY_MAX, &data, &size);
  if (rc)
    return error_move(&call->error, &lent.error);
  if (json_parse(data, size, &json, &problem))
    return call_fail(call, ARTM_E_AUTH, "%s: the reply is no token: %s", where, problem.message);
  OPENSSL_cleanse((void *)(uintptr_t)data, size);
  const char *token = json_text(json, "token"), *access = json_text(json, "access_token");
  if (token && access && *token && *access && strcmp(token, access) != 0)
    return call_fail(call, ARTM_E_AUTH, "%s: the reply holds two different tokens", where);
  if (!token || !*token)
    token = access;
  if (!token || !*token || strpbrk(token, "\r\n"))
    return call_fail(call, ARTM_E_AUTH, "%s: the reply holds no token", where);
  json_int_t life = json_number(json, "expires_in", LIFE_FLOOR_S);
  life = life < LIFE_FLOOR_S ? LIFE_FLOOR_S : life > LIFE_MAX_S ? LIFE_MAX_S : life;
  log_secret(token);
  *ret = str_copy(token);
  *life_ms = (uint64_t)life * 1000;
  return 0;
}

/* ARTM_NO: this server knows GET only. */
static int by_post(struct http_client *client, struct artm_call *call,
                   const struct token_request *request, const struct url *realm, char **ret,
                   uint64_t *life_ms) {
  char *body = form(request);
  const struct artm_http_request http = {
      .struct_size = (uint32_t)sizeof http,
      .flags = ARTM_HTTP_ANY_STATUS | ARTM_HTTP_SAME_ORIGIN,
      .method = "POST",
      .media_type = "application/x-www-form-urlencoded",
      .data = body,
      .body_size = strlen(body),
  };
  struct artm_http_response *response = NULL;
  int rc = ask(client, call, request, realm, &http, NULL, &response);
  str_wipe(body);
  if (rc)
    return rc;
  unsigned status = response->status;
  if (status == 400 || status == 401 || status == 404 || status == 405) {
    artm_http_close(response);
    return ARTM_NO;
  }
  return read_reply(call, response, ret, life_ms);
}

static char *get_authorization(const struct credential *credential) {
  if (!credential || !credential->identity_token)
    return credential ? credential_basic(credential) : NULL;
  struct credential as_password = {
      .username = credential->username ? credential->username : (char *)(uintptr_t) "<token>",
      .password = credential->identity_token,
  };
  return credential_basic(&as_password);
}

int token_fetch(struct http_client *client, struct artm_call *call,
                const struct token_request *request, char **ret, uint64_t *life_ms) {
  auto_url realm = {0}, url = {0};
  int rc = realm_check(client, call, request, &realm);
  if (rc)
    return rc;
  if (request->credential && request->credential->identity_token) {
    rc = by_post(client, call, request, &realm, ret, life_ms);
    if (rc != ARTM_NO)
      return rc;
  }
  auto_free char *text = query_url(&realm, request);
  rc = url_parse(text, &url, &call->error);
  if (rc)
    return rc;
  char *authorization = get_authorization(request->credential);
  const struct artm_http_request http = {
      .struct_size = (uint32_t)sizeof http,
      .flags = ARTM_HTTP_ANY_STATUS | (authorization ? ARTM_HTTP_SAME_ORIGIN : 0),
      .method = "GET",
  };
  struct artm_http_response *response = NULL;
  rc = ask(client, call, request, &url, &http, authorization, &response);
  str_wipe(authorization);
  return rc ? rc : read_reply(call, response, ret, life_ms);
}
