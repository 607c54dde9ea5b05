/* SPDX-License-Identifier: Apache-2.0 */
/* config.json for a tool that reads Docker's format: what lets it pull one repository, no more. */
#include "http/authfile.h"
#include "http/challenge.h"
#include "http/send.h"
#include "http/token.h"
#include <jansson.h>
#include <string.h>

#define TOOL_LEFT_MS (15u * 60 * 1000) /* a scan takes its time */

static char *document(const char *host, const char *key, const char *value) {
  if (!value)
    return str_copy("{}");
  auto_strings names = {0};
  strings_add(&names, host);
  json_t *json = json_pack("{s:{s:{s:s}}}", "auths", authfile_server(&names), key, value);
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  return text ? text : str_copy("{}");
}

/* Of the registry itself: a mirror's challenge, or that of where a redirect leads, must not learn
 * what is the registry's. */
int registry_ask(struct http_client *client, struct artm_call *call, const char *host,
                 const char *scope, struct url *ret) {
  auto_free char *url = str_format("//%s/v2/", host);
  const struct artm_http_request request = {.struct_size = (uint32_t)sizeof request,
                                            .flags = ARTM_HTTP_ANY_STATUS,
                                            .method = "GET",
                                            .url = url,
                                            .scope = scope};
  const struct destination to = {.text = url, .scope = scope};
  struct response *response = NULL;
  int rc = send_to(client, call, &request, &to, client->config.retries, &response);
  if (rc)
    return rc;
  response_close(response);
  return registry_home(client, registry_get(client, host), ret, &call->error);
}

static int pull_token(struct http_client *client, struct artm_call *call,
                      const struct token_request *request, const char *host, char **ret_json) {
  char *token = NULL;
  bool fresh;
  int rc = token_get(client, call, request, &token, &fresh);
  if (rc)
    return rc;
  *ret_json = document(host, "registrytoken", token);
  str_wipe(token);
  return 0;
}

static int write_for(struct http_client *client, struct artm_call *call, const char *host,
                     const struct url *home, const struct challenge *challenge,
                     const char *repository, const char *scope, char **ret_json) {
  const struct credential *credential = NULL;
  struct registry *registry = registry_get(client, host);
  int rc = credentials_get(client, call, registry, repository, home->origin, &credential);
  if (rc)
    return rc;
  if (credential && challenge->scheme == AUTH_BEARER && !credential->registry_token) {
    auto_scopes scopes = {0};
    scopes_add(&scopes, scope);
    const struct token_request request = {.registry = registry,
                                          .home = home,
                                          .credential = credential,
                                          .realm = challenge->realm,
                                          .service = challenge->service,
                                          .scopes = &scopes,
                                          .repository = repository,
                                          .left_ms = TOOL_LEFT_MS,
                                          .exact = true};
    return pull_token(client, call, &request, host, ret_json);
  }
  if (credential && credential->registry_token && challenge->scheme == AUTH_BEARER) {
    *ret_json = document(host, "registrytoken", credential->registry_token);
    return 0;
  }
  char *basic = credential && challenge->scheme == AUTH_BASIC ? credential_basic(credential) : NULL;
  *ret_json = document(host, "auth", basic ? basic + strlen("Basic ") : NULL);
  str_wipe(basic);
  return 0;
}

int http_docker_config(struct http_client *client, struct artm_call *call, const char *repository,
                       char **ret_json) {
  const char *slash = strchr(repository, '/');
  if (!slash || !slash[1])
    return call_fail(call, ARTM_E_INTERNAL, "'%s' is no host/name", repository);
  auto_free char *host = str_copy_n(repository, (size_t)(slash - repository));
  auto_free char *scope = str_format("repository:%s:pull", slash + 1);
  auto_url home = {0};
  struct challenge challenge = {0};
  int rc = registry_ask(client, call, host, scope, &home);
  if (rc)
    return rc;
  struct origin *origin = origin_get(client, &home);
  pthread_mutex_lock(&client->lock);
  if (origin->challenge)
    challenge = challenge_copy(origin->challenge);
  pthread_mutex_unlock(&client->lock);
  rc = write_for(client, call, host, &home, &challenge, slash + 1, scope, ret_json);
  challenge_done(&challenge);
  return rc;
}
