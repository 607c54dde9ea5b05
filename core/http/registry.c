/* SPDX-License-Identifier: Apache-2.0 */
/* Registries by the user's name and origins by their URL: found, or made on first use. */
#include "base/clock.h"
#include "http/shared.h"
#include <string.h>
#include <strings.h>
#include <time.h>

#define WORKERS_MAX 256u /* no origin can have more requests under way */

const char *fact_next(const struct strings *facts, const char *key, size_t *next) {
  size_t len = strlen(key);
  for (; *next < facts->count; ++*next) {
    const char *fact = facts->items[*next];
    if (strncasecmp(fact, key, len) == 0 && fact[len] == '=') {
      ++*next;
      return fact + len + 1;
    }
  }
  return NULL;
}

const char *registry_served(const struct http_client *client, const char *name) {
  size_t next = 0;
  const struct host_facts *facts = client->config.facts;
  const char *served = facts ? fact_next(&facts->hosts, name, &next) : NULL;
  return served ? served : name;
}

const struct registry_settings *registry_settings_at(const struct http_client *client,
                                                     const char *authority) {
  const struct registry_settings *all = client->config.registries;
  for (size_t i = 0; i < client->config.registry_count; i++)
    if (authority_equal(all[i].host, authority))
      return &all[i];
  for (size_t i = 0; i < client->config.registry_count; i++)
    if (authority_equal(registry_served(client, all[i].host), authority))
      return &all[i];
  return NULL;
}

const struct registry_settings *registry_settings_of(const struct http_client *client,
                                                     const struct url *url) {
  auto_free char *with_port = str_format("%s:%u", url->host, url->port);
  const struct registry_settings *found = registry_settings_at(client, with_port);
  return found ? found : registry_settings_at(client, url->authority);
}

static void budget_headers(const struct http_client *client, struct registry *registry) {
  size_t next = 0;
  const struct host_facts *facts = client->config.facts;
  const char *names = facts ? fact_next(&facts->budgets, registry->served, &next) : NULL;
  const char *comma = names ? strchr(names, ',') : NULL;
  if (!comma)
    return;
  registry->budget_limit = str_copy_n(names, (size_t)(comma - names));
  registry->budget_remaining = str_copy(comma + 1);
}

struct registry *registry_get(struct http_client *client, const char *name) {
  auto_free char *lower = text_lower(name);
  pthread_mutex_lock(&client->lock);
  struct registry *registry = map_get(&client->registries, lower);
  if (!registry) {
    registry = mem_alloc(sizeof *registry);
    registry->name = str_copy(lower);
    registry->served = text_lower(registry_served(client, lower));
    registry->settings = registry_settings_at(client, lower);
    if (!registry->settings)
      registry->settings = registry_settings_at(client, registry->served);
    budget_headers(client, registry);
    map_put(&client->registries, lower, registry);
  }
  pthread_mutex_unlock(&client->lock);
  return registry;
}

struct origin *origin_get(struct http_client *client, const struct url *url) {
  pthread_mutex_lock(&client->lock);
  struct origin *origin = map_get(&client->origins, url->origin);
  if (!origin) {
    origin = mem_alloc(sizeof *origin);
    origin->name = str_copy(url->origin);
    origin->settings = registry_settings_of(client, url);
    if (origin->settings)
      origin->rate = origin->settings->requests_per_second;
    origin->allowance = 1;
    origin->allowance_ms = clock_now_ms();
    window_init(&origin->window, WORKERS_MAX, origin->allowance_ms);
    shared_condition_init(&origin->freed);
    map_put(&client->origins, url->origin, origin);
  }
  pthread_mutex_unlock(&client->lock);
  return origin;
}

void shared_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

int shared_wait_for(struct http_client *client, pthread_cond_t *condition, struct artm_call *call) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += 250 * 1000 * 1000;
  if (until.tv_nsec >= 1000 * 1000 * 1000) {
    until.tv_nsec -= 1000 * 1000 * 1000;
    until.tv_sec++;
  }
  pthread_cond_timedwait(condition, &client->lock, &until);
  return call_check(call);
}

int shared_wait(struct http_client *client, struct artm_call *call) {
  return shared_wait_for(client, &client->changed, call);
}

const struct identity *identity_find(const struct http_client *client, const char *origin) {
  for (const struct identity *i = client->identities; i; i = i->next)
    if (strcmp(i->origin, origin) == 0)
      return i;
  return NULL;
}
