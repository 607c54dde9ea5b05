/* SPDX-License-Identifier: Apache-2.0 */
/* Which credentials a registry gets: asked for once, remembered for the run. */
#include "http/credentials.h"
#include "base/clock.h"
#include "http/authfile.h"
#include "http/authplaces.h"
#include "http/helper.h"
#include "http/slot.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

struct search {
  struct http_client *client;
  struct artm_call *call;
  struct registry *registry;
  const char *repository;
};

void credential_free(struct credential *credential) {
  if (!credential)
    return;
  free(credential->source);
  free(credential->username);
  str_wipe(credential->password);
  str_wipe(credential->identity_token);
  str_wipe(credential->registry_token);
  free(credential);
}

const struct credential *credential_keep(struct http_client *client,
                                         struct credential *credential) {
  if (!credential)
    return NULL;
  credential->obtained_ms = clock_now_ms();
  const char *const secrets[] = {credential->password, credential->identity_token,
                                 credential->registry_token};
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    if (secrets[i])
      log_secret(secrets[i]);
  pthread_mutex_lock(&client->lock);
  credential->next = client->all_credentials;
  client->all_credentials = credential;
  pthread_mutex_unlock(&client->lock);
  return credential;
}

char *credential_basic(const struct credential *credential) {
  if (!credential->username || !credential->password)
    return NULL;
  char *plain = str_format("%s:%s", credential->username, credential->password);
  char *encoded = base64_encode(plain, strlen(plain));
  str_wipe(plain);
  if (!encoded)
    return NULL;
  log_secret(encoded);
  char *header = str_format("Basic %s", encoded);
  str_wipe(encoded);
  return header;
}

static int ask_helper(const struct search *search, const char *name, const char *server,
                      const struct credential **ret) {
  auto_free char *key = str_format("%s %s", name, server);
  struct http_client *client = search->client;
  struct slot *slot;
  bool mine;
  int rc = slot_begin(client, search->call, &client->helpers, key, &slot, &mine);
  if (rc)
    return rc;
  if (!mine)
    return slot_answer(client, search->call, slot, ret);
  struct credential *credential = NULL;
  rc = helper_get(search->call, name, server, &credential);
  if (rc == ARTM_NO)
    rc = 0;
  if (rc == 0 && credential) {
    credential->from_helper = true;
    *ret = credential_keep(client, credential);
  }
  return slot_end(client, search->call, &client->helpers, key, slot, rc, *ret);
}

/* All names of the registry: the user's first. */
static void registry_names(const struct search *search, struct strings *names) {
  const struct host_facts *facts = search->client->config.facts;
  strings_add(names, search->registry->name);
  if (!strings_has(names, search->registry->served))
    strings_add(names, search->registry->served);
  for (size_t i = 0; facts && i < facts->hosts.count; i++) {
    const char *fact = facts->hosts.items[i], *equals = strchr(fact, '=');
    if (!equals || strcmp(equals + 1, search->registry->served) != 0)
      continue;
    auto_free char *left = str_copy_n(fact, (size_t)(equals - fact));
    if (!strings_has(names, left))
      strings_add(names, left);
  }
}

static int from_config(const struct search *search, const struct credential **ret) {
  const struct registry_settings *settings = search->registry->settings;
  if (!settings)
    return 0;
  if (settings->helper) {
    auto_strings names = {0};
    registry_names(search, &names);
    return ask_helper(search, settings->helper, authfile_server(&names), ret);
  }
  if (!settings->password)
    return 0;
  struct credential *credential = mem_alloc(sizeof *credential);
  credential->source = str_copy("config");
  credential->username = str_copy(settings->username ? settings->username : "");
  credential->password = str_copy(settings->password);
  *ret = credential_keep(search->client, credential);
  return 0;
}

static int from_place(const struct search *search, const struct auth_place *place,
                      const struct strings *names, const struct credential **ret) {
  const struct authfile_query query = {names, search->repository, place->podman};
  struct authfile_answer answer = {0};
  auto_error problem = {0};
  int rc = authfile_read(place->text.data ? place->text.data : "", place->text.len, place->shown,
                         &query, &answer, &problem);
  if (rc)
    return error_move(&search->call->error, &problem);
  for (size_t i = 0; rc == 0 && !*ret && i < answer.helpers.count; i++)
    rc = ask_helper(search, answer.helpers.items[i], answer.server, ret);
  if (rc == 0 && !*ret && answer.credential)
    *ret = credential_keep(search->client, take(answer.credential));
  authfile_answer_done(&answer);
  return rc;
}

static int from_files(const struct search *search, const struct credential **ret) {
  auto_strings names = {0};
  registry_names(search, &names);
  struct auth_places places = {0};
  auto_error problem = {0};
  int rc = auth_places_read(&places, &problem);
  if (rc)
    error_move(&search->call->error, &problem);
  for (size_t i = 0; rc == 0 && !*ret && i < places.count; i++)
    rc = from_place(search, &places.items[i], &names, ret);
  auth_places_done(&places);
  return rc;
}

/* Facts "registry.example=USER:TOKEN". */
static const struct credential *from_environment(const struct search *search) {
  const struct host_facts *facts = search->client->config.facts;
  const char *variables;
  for (size_t next = 0;
       facts && (variables = fact_next(&facts->logins, search->registry->name, &next));) {
    const char *colon = strchr(variables, ':');
    if (!colon)
      continue;
    auto_free char *user_variable = str_copy_n(variables, (size_t)(colon - variables));
    const char *user = getenv(user_variable), *password = getenv(colon + 1);
    if (!user || !*user || !password || !*password)
      continue;
    struct credential *credential = mem_alloc(sizeof *credential);
    credential->source = str_copy(colon + 1);
    credential->username = str_copy(user);
    credential->password = str_copy(password);
    credential->implicit = true;
    return credential_keep(search->client, credential);
  }
  return NULL;
}

static const struct credential *offered(struct http_client *client, const char *origin) {
  pthread_mutex_lock(&client->lock);
  const struct identity *identity = identity_find(client, origin);
  const struct credential *credential = identity ? identity->credential : NULL;
  pthread_mutex_unlock(&client->lock);
  return credential;
}

static int resolve(const struct search *search, const struct credential **ret) {
  int rc = from_config(search, ret);
  if (rc == 0 && !*ret)
    rc = from_files(search, ret);
  if (rc == 0 && !*ret)
    *ret = from_environment(search);
  if (rc == 0)
    log_write(LOG_DEBUG, "http", "credentials of %s: %s", search->registry->name,
              *ret ? (*ret)->source : "none, anonymous");
  return rc;
}

static char *slot_key(const struct registry *registry, const char *repository) {
  return str_format("%s %s", registry->name, repository ? repository : "");
}

static bool has_own(const struct registry *registry) {
  const struct registry_settings *settings = registry->settings;
  return settings && (settings->password || settings->helper);
}

bool credentials_are_stated(struct http_client *client, const struct registry *registry,
                            const char *origin) {
  return has_own(registry) || offered(client, origin);
}

int credentials_get(struct http_client *client, struct artm_call *call, struct registry *registry,
                    const char *repository, const char *origin, const struct credential **ret) {
  const struct search search = {client, call, registry, repository};
  auto_free char *key = slot_key(registry, repository);
  const struct credential *found = offered(client, origin);
  if (found && !has_own(registry)) {
    *ret = found;
    return 0;
  }
  struct slot *slot;
  bool mine;
  int rc = slot_begin(client, call, &client->credentials, key, &slot, &mine);
  if (rc)
    return rc;
  if (!mine)
    return slot_answer(client, call, slot, ret);
  found = NULL;
  rc = resolve(&search, &found);
  rc = slot_end(client, call, &client->credentials, key, slot, rc, found);
  if (rc == 0)
    *ret = found;
  return rc;
}

void credentials_drop(struct http_client *client, const struct registry *registry,
                      const char *repository) {
  auto_free char *key = slot_key(registry, repository);
  pthread_mutex_lock(&client->lock);
  struct slot *slot = map_get(&client->credentials, key);
  if (slot && slot->ready)
    slot->credential = NULL;
  pthread_mutex_unlock(&client->lock);
}

char *credentials_describe(struct http_client *client, const struct registry *registry,
                           const char *repository, const char *origin) {
  auto_free char *key = slot_key(registry, repository);
  pthread_mutex_lock(&client->lock);
  const struct slot *slot = map_get(&client->credentials, key);
  const struct credential *found = slot && slot->ready ? slot->credential : NULL;
  pthread_mutex_unlock(&client->lock);
  if (!has_own(registry) && offered(client, origin))
    found = offered(client, origin);
  if (found && found->username)
    return str_format("sent as user '%s', credentials from %s", found->username, found->source);
  if (found)
    return str_format("sent with the token from %s", found->source);
  auto_free char *files = auth_places_names();
  return str_format("sent without credentials; looked for those of %s in: config (registries: "
                    "{%s: {username, password}}), %s",
                    registry->name, registry->name, files);
}

void credentials_done(struct http_client *client) {
  slots_done(&client->credentials);
  slots_done(&client->helpers);
  while (client->all_credentials) {
    struct credential *next = client->all_credentials->next;
    credential_free(client->all_credentials);
    client->all_credentials = next;
  }
}
