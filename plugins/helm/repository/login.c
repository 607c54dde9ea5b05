/* SPDX-License-Identifier: Apache-2.0 */
/* Offers what Helm's own files have for the servers of a run. */
#include "helm/repository/login.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/repository/local.h"
#include "helm/repository/login_part.h"
#include "helm/repository/urls.h"
#include <pthread.h>
#include <string.h>

#define FILE_MAX (1u << 20)
#define REPOSITORY_VARIABLE "HELM_REPOSITORY_CONFIG"
#define REGISTRY_VARIABLE "HELM_REGISTRY_CONFIG"

struct login_host {
  struct login_host *next;
  char *name;
};

struct login {
  const struct helm *helm;
  pthread_mutex_t lock; /* also held while a file is read, so that nobody goes on without it */
  bool is_read;
  struct login_entry *entries;
  struct login_host *hosts, *elsewhere; /* done with */
};

struct login *login_new(const struct helm *helm) {
  struct login *login = registry_zalloc(sizeof *login);
  login->helm = helm;
  pthread_mutex_init(&login->lock, NULL);
  return login;
}

static void hosts_free(struct login_host *hosts) {
  while (hosts) {
    struct login_host *next = hosts->next;
    free(hosts->name);
    free(hosts);
    hosts = next;
  }
}

void login_free(struct login *login) {
  if (!login)
    return;
  login_entries_free(login->entries);
  hosts_free(login->hosts);
  hosts_free(login->elsewhere);
  pthread_mutex_destroy(&login->lock);
  free(login);
}

static const char *path_of(const char *variable) {
  const char *path = getenv(variable);
  return path && *path ? path : NULL;
}

/* ARTM_NO: no such file, as Helm has none before the first login. */
static int32_t read_login_file(const struct login *login, struct artm_call *call, const char *path,
                               char **text, size_t *size) {
  return path ? local_read(login->helm->client.host, call, path, FILE_MAX, text, size) : ARTM_NO;
}

static void wipe(char *text, size_t size) {
  if (text)
    explicit_bzero(text, size);
  free(text);
}

/* These run with the lock held. */

static int32_t read_entries(struct login *login, struct artm_call *call) {
  const char *path = path_of(REPOSITORY_VARIABLE);
  char *text = NULL;
  auto_free char *why = NULL;
  size_t size = 0;
  if (login->is_read)
    return 0;
  int32_t rc = read_login_file(login, call, path, &text, &size);
  if (rc == 0 && !login_read_repositories(text, size, &login->entries, &why))
    rc = fail(login->helm->client.host, call, ARTM_E_CONFIG, path,
              REPOSITORY_VARIABLE " names this file; it should be Helm's repositories.yaml", "%s",
              why);
  wipe(text, size);
  login->is_read = rc >= 0;
  return rc < 0 ? rc : 0;
}

static struct login_entry *find_entry(const struct login *login, const char *repo_url) {
  auto_free char *wanted = url_without_slash(repo_url);
  for (struct login_entry *entry = login->entries; entry; entry = entry->next) {
    auto_free char *url = entry->url ? url_without_slash(entry->url) : NULL;
    if (url && strcmp(url, wanted) == 0)
      return entry;
  }
  return NULL;
}

static bool same_text(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The host knows one login an origin. */
static const struct login_entry *find_rival(const struct login *login,
                                            const struct login_entry *entry, const char *origin) {
  for (const struct login_entry *other = login->entries; other; other = other->next) {
    auto_free char *theirs = other->offered ? url_origin(other->url) : NULL;
    if (theirs && strcmp(theirs, origin) == 0 &&
        !(same_text(other->username, entry->username) &&
          same_text(other->password, entry->password)))
      return other;
  }
  return NULL;
}

static void note_login(const struct login *login, struct artm_call *call, uint32_t level,
                       char *text) {
  login->helm->client.host->log(login->helm->client.host, call, level, text);
  free(text);
}

static int32_t offer_identity(const struct login *login, struct artm_call *call, const char *origin,
                              const struct login_entry *entry) {
  const struct artm_http *http = login->helm->client.http;
  bool whole = entry->username && entry->password; /* Helm sends both or neither */
  const struct artm_http_identity identity = {.struct_size = (uint32_t)sizeof identity,
                                              .origin = origin,
                                              .username = whole ? entry->username : NULL,
                                              .password = whole ? entry->password : NULL,
                                              .ca_file = entry->ca_file,
                                              .certificate_file = entry->certificate_file,
                                              .key_file = entry->key_file};
  bool any = whole || entry->ca_file || entry->certificate_file;
  return any ? http->offer(http, call, &identity) : 0;
}

static int32_t offer_entry(struct login *login, struct artm_call *call, struct login_entry *entry) {
  auto_free char *origin = url_origin(entry->url);
  if (!origin)
    return 0;
  const struct login_entry *rival = find_rival(login, entry, origin);
  auto_free char *shown = url_shown(entry->url);
  if (entry->insecure)
    note_login(login, call, ARTM_LOG_NOTICE,
               registry_format("%s: insecure_skip_tls_verify is not honoured; give its CA instead: "
                               "registries: {'%s': {ca: FILE}}",
                               shown, strstr(origin, "//") + 2));
  entry->offered = true;
  if (!rival)
    return offer_identity(login, call, origin, entry);
  auto_free char *first = url_shown(rival->url);
  note_login(
      login, call, ARTM_LOG_WARNING,
      registry_format("%s and %s are of one server and have different logins: that of the first "
                      "is used for both",
                      first, shown));
  return 0;
}

static bool is_known(const struct login_host *hosts, const char *name) {
  for (; hosts; hosts = hosts->next)
    if (strcmp(hosts->name, name) == 0)
      return true;
  return false;
}

static void add_known(struct login_host **hosts, const char *name) {
  struct login_host *host = registry_zalloc(sizeof *host);
  *host = (struct login_host){*hosts, registry_format("%s", name)};
  *hosts = host;
}

/* Where the host insists on TLS, nothing is ever sent to the second. */
static int32_t offer_pair(const struct login *login, struct artm_call *call, const char *host,
                          const struct login_pair *pair) {
  const char *served = registry_is_docker_hub(host) ? "registry-1.docker.io" : host;
  struct login_entry entry = {.username = pair->username, .password = pair->password};
  auto_free char *tls = registry_format("https://%s", served);
  auto_free char *plain = registry_format("http://%s", served);
  int32_t rc = offer_identity(login, call, tls, &entry);
  return rc ? rc : offer_identity(login, call, plain, &entry);
}

static int32_t offer_host(struct login *login, struct artm_call *call, const char *host) {
  const char *path = path_of(REGISTRY_VARIABLE);
  struct login_pair pair = {0};
  char *text = NULL;
  auto_free char *why = NULL;
  auto_free char *helper = NULL;
  size_t size = 0;
  int32_t rc = read_login_file(login, call, path, &text, &size);
  if (rc == 0)
    rc = login_read_registry(text, size, host, &pair, &helper, &why);
  if (why)
    rc = fail(login->helm->client.host, call, ARTM_E_CONFIG, path,
              REGISTRY_VARIABLE " names this file; it should be Helm's registry config", "%s", why);
  if (helper)
    note_login(login, call, ARTM_LOG_NOTICE,
               registry_format("the login of %s is kept by the credential helper %s: to use it, "
                               "registries: {'%s': {helper: '%s'}}",
                               host, helper, host, helper));
  if (rc == 0)
    rc = offer_pair(login, call, host, &pair);
  wipe(text, size);
  free(pair.username);
  login_wipe(pair.password);
  return rc < 0 ? rc : 0;
}

int32_t login_offer_repository(struct login *login, struct artm_call *call, const char *repo_url) {
  pthread_mutex_lock(&login->lock);
  int32_t rc = read_entries(login, call);
  struct login_entry *entry = rc == 0 ? find_entry(login, repo_url) : NULL;
  if (entry && !entry->offered)
    rc = offer_entry(login, call, entry);
  pthread_mutex_unlock(&login->lock);
  return rc;
}

int32_t login_offer_elsewhere(struct login *login, struct artm_call *call, const char *repo_url,
                              const char *url) {
  auto_free char *home = url_origin(repo_url);
  auto_free char *origin = url_origin(url);
  bool weaker = url_has_scheme(repo_url, "https") && !url_has_scheme(url, "https");
  if (!home || !origin || weaker || strcmp(home, origin) == 0)
    return 0;
  pthread_mutex_lock(&login->lock);
  int32_t rc = read_entries(login, call);
  const struct login_entry *entry = rc == 0 ? find_entry(login, repo_url) : NULL;
  if (entry && entry->pass_everywhere && !is_known(login->elsewhere, origin)) {
    const struct login_entry only = {.username = entry->username, .password = entry->password};
    if (!find_rival(login, &only, origin)) /* whose own login counts */
      rc = offer_identity(login, call, origin, &only);
    if (rc == 0)
      add_known(&login->elsewhere, origin);
  }
  pthread_mutex_unlock(&login->lock);
  return rc;
}

int32_t login_offer_registry(struct login *login, struct artm_call *call, const char *host) {
  int32_t rc = 0;
  auto_free char *lower = registry_format("%s", host);
  registry_lower(lower);
  pthread_mutex_lock(&login->lock);
  if (!is_known(login->hosts, lower)) {
    rc = offer_host(login, call, lower);
    if (rc == 0)
      add_known(&login->hosts, lower);
  }
  pthread_mutex_unlock(&login->lock);
  return rc;
}
