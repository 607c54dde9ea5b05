/* SPDX-License-Identifier: Apache-2.0 */
/* The client's life: configuration, offered credentials, what is freed at its end. */
#include "http/challenge.h"
#include "http/credentials.h"
#include "http/lane.h"
#include "http/token.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 15000u
#define STALL_MS 60000u
#define RETRY_AFTER_CAP_MS 60000u

struct http_client *http_client_new(const struct http_config *config) {
  struct http_client *client = mem_alloc(sizeof *client);
  client->config = *config;
  if (!client->config.connect_timeout_ms)
    client->config.connect_timeout_ms = CONNECT_MS;
  if (!client->config.stall_timeout_ms)
    client->config.stall_timeout_ms = STALL_MS;
  if (!client->config.retry_after_cap_ms)
    client->config.retry_after_cap_ms = RETRY_AFTER_CAP_MS;
  shared_condition_init(&client->changed);
  pthread_mutex_init(&client->lock, NULL);
  anchor_cache_init(&client->anchors);
  for (size_t i = 0; i < config->registry_count; i++)
    if (config->registries[i].password)
      log_secret(config->registries[i].password);
  return client;
}

static void origin_free(struct origin *origin) {
  while (origin->idle) {
    struct lane *next = origin->idle->next;
    lane_free(origin->idle);
    origin->idle = next;
  }
  if (origin->challenge) {
    challenge_done(origin->challenge);
    free(origin->challenge);
  }
  buf_done(&origin->certificates.ca);
  free(origin->certificates.ca_file);
  free(origin->certificates.cert);
  free(origin->certificates.key);
  pthread_cond_destroy(&origin->freed);
  free(origin->name);
  free(origin);
}

static void registry_free(struct registry *registry) {
  free(registry->name);
  free(registry->served);
  free(registry->budget_limit);
  free(registry->budget_remaining);
  free(registry);
}

static void identities_free(struct identity *list) {
  while (list) {
    struct identity *next = list->next;
    free(list->origin);
    free(list->ca);
    free(list->cert);
    free(list->key);
    free(list);
    list = next;
  }
}

void http_client_free(struct http_client *client) {
  if (!client)
    return;
  for (size_t i = 0; i < client->origins.count; i++)
    if (client->origins.items[i].key)
      origin_free(client->origins.items[i].value);
  for (size_t i = 0; i < client->registries.count; i++)
    if (client->registries.items[i].key)
      registry_free(client->registries.items[i].value);
  map_done(&client->origins);
  map_done(&client->registries);
  map_done(&client->schemes);
  identities_free(client->identities);
  tokens_done(client);
  credentials_done(client);
  pthread_cond_destroy(&client->changed);
  anchor_cache_done(&client->anchors);
  pthread_mutex_destroy(&client->lock);
  free(client);
}

static int check_identity(struct artm_call *call, const struct artm_http_identity *offer,
                          struct url *origin) {
  if (!offer->origin)
    return call_fail(call, ARTM_E_INTERNAL, "credentials without an origin");
  int rc = url_parse(offer->origin, origin, &call->error);
  if (rc)
    return error_wrap(&call->error, "credentials offered by %s",
                      call->plugin ? call->plugin : "a plugin");
  return 0;
}

int http_offer(struct http_client *client, struct artm_call *call,
               const struct artm_http_identity *abi) {
  struct artm_http_identity offer = {0};
  size_t size = abi->struct_size < sizeof offer ? abi->struct_size : sizeof offer;
  memcpy(&offer, abi, size);
  auto_url origin = {0};
  int rc = check_identity(call, &offer, &origin);
  if (rc)
    return rc;
  struct identity *identity = mem_alloc(sizeof *identity);
  identity->origin = str_copy(origin.origin);
  identity->ca = str_copy(offer.ca_file);
  identity->cert = str_copy(offer.certificate_file);
  identity->key = str_copy(offer.key_file);
  if (offer.username || offer.password) {
    struct credential *credential = mem_alloc(sizeof *credential);
    credential->source = str_format("plugin %s", call->plugin ? call->plugin : "of unknown name");
    credential->username = str_copy(offer.username ? offer.username : "");
    credential->password = str_copy(offer.password ? offer.password : "");
    credential_keep(client, credential);
    identity->credential = credential;
  }
  pthread_mutex_lock(&client->lock);
  identity->next = client->identities; /* the newest of an origin counts */
  client->identities = identity;
  pthread_mutex_unlock(&client->lock);
  return 0;
}

const struct registry_settings *http_registry_settings(struct http_client *client,
                                                       const char *name) {
  return registry_get(client, name)->settings;
}

uint64_t http_connections_opened(struct http_client *client) {
  pthread_mutex_lock(&client->lock);
  uint64_t count = client->connections;
  pthread_mutex_unlock(&client->lock);
  return count;
}
