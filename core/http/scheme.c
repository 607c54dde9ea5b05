/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an origin is asked by TLS or plain HTTP. */
#include "http/scheme.h"
#include "http/send.h"
#include "report/log.h"
#include <string.h>

static bool plain_by_config(const struct http_client *client, const char *authority) {
  const struct registry_settings *settings = registry_settings_at(client, authority);
  return settings && settings->plain_http;
}

bool scheme_plain_allowed(const struct http_client *client, const struct url *url) {
  const struct registry_settings *settings = registry_settings_of(client, url);
  return (settings && settings->plain_http) || host_is_loopback(url->host);
}

static enum wire state_get(const struct http_client *client, const char *authority) {
  return (enum wire)(uintptr_t)map_get(&client->schemes, authority);
}

enum wire scheme_known(struct http_client *client, const char *authority) {
  auto_free char *host = authority_host(authority);
  if (plain_by_config(client, authority))
    return WIRE_PLAIN;
  if (!host_is_loopback(host))
    return WIRE_TLS;
  pthread_mutex_lock(&client->lock);
  enum wire wire = state_get(client, authority);
  pthread_mutex_unlock(&client->lock);
  return wire == WIRE_PROBING ? WIRE_UNKNOWN : wire;
}

int scheme_begin(struct http_client *client, struct artm_call *call, const char *authority,
                 enum wire *ret) {
  int rc = 0;
  *ret = scheme_known(client, authority);
  if (*ret != WIRE_UNKNOWN)
    return 0;
  pthread_mutex_lock(&client->lock);
  while (rc == 0 && state_get(client, authority) == WIRE_PROBING)
    rc = shared_wait(client, call);
  if (rc == 0) {
    *ret = state_get(client, authority);
    if (*ret == WIRE_UNKNOWN) {
      *ret = WIRE_PROBING;
      map_put(&client->schemes, authority, (void *)(uintptr_t)WIRE_PROBING);
    }
  }
  pthread_mutex_unlock(&client->lock);
  return rc;
}

void scheme_end(struct http_client *client, const char *authority, enum wire found) {
  pthread_mutex_lock(&client->lock);
  map_put(&client->schemes, authority, (void *)(uintptr_t)found);
  pthread_cond_broadcast(&client->changed);
  pthread_mutex_unlock(&client->lock);
  if (found == WIRE_PLAIN)
    log_write(LOG_DEBUG, "http", "%s does not speak TLS: plain http, as it is on loopback",
              authority);
}

int http_registry_is_plain(struct http_client *client, struct artm_call *call, const char *name,
                           bool *ret) {
  const struct registry *registry = registry_get(client, name);
  auto_url home = {0};
  int rc = 0;
  if (scheme_known(client, registry->served) == WIRE_UNKNOWN)
    rc = registry_ask(client, call, name, NULL, &home);
  if (rc == 0)
    *ret = scheme_known(client, registry->served) == WIRE_PLAIN;
  return rc;
}

enum wire scheme_of_failure(CURLcode code, const char *text) {
  switch (code) {
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
    return WIRE_TLS;
  case CURLE_SSL_CONNECT_ERROR:
    return strstr(text, "wrong version number") || strstr(text, "packet length too long") ||
                   strstr(text, "http request") || strstr(text, "SSL_ERROR_SYSCALL") ||
                   strstr(text, "unexpected eof") || strstr(text, "reset by peer")
               ? WIRE_PLAIN
               : WIRE_UNKNOWN;
  default:
    return WIRE_UNKNOWN;
  }
}
