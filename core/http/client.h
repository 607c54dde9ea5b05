/* SPDX-License-Identifier: Apache-2.0 */
/* The core's HTTP for registries and other repositories: what the extension artmirror.http/1
 * promises (include/artmirror/http.h), for callers inside the core. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H
#include "base/call.h"
#include "base/text.h"
#include <artmirror/http.h>
#include <stdbool.h>

/* What the config says of one registry (registries: HOST: ...). Strings are borrowed from the
 * config and outlive the client; NULL or 0: not set. */
struct registry_settings {
  const char *host; /* "registry.example:5000", as the user writes it */
  const char *username;
  const char *password; /* already resolved; registered with log_secret by the client */
  const char *helper;   /* docker-credential-<helper> */
  const char *ca, *cert, *key;
  bool plain_http;
  const char *const *trusted_realms;
  size_t trusted_realm_count;
  const char *const *mirrors; /* "mirror.example/prefix", tried first for GET and HEAD */
  size_t mirror_count;
  uint32_t max_connections;   /* 0: no limit but the window's */
  double requests_per_second; /* 0: none */
  uint64_t min_remaining;     /* stop below this many counted pulls */
  bool has_min_remaining;
};

/* Peculiarities of hosts, from the metadata of the plugins. "left=right" strings as in plugin.h. */
struct host_facts {
  struct strings hosts, realms, logins, budgets;
};

struct http_config {
  const struct registry_settings *registries;
  size_t registry_count;
  const struct host_facts *facts;
  uint64_t connect_timeout_ms; /* 0: 15 s */
  uint64_t stall_timeout_ms;   /* 0: 60 s */
  uint32_t retries;            /* further attempts after the first */
  uint64_t retry_after_cap_ms; /* 0: 60 s */
};

struct http_client;
/* config is copied, what its pointers name is borrowed. curl_global_init was called. */
struct http_client *http_client_new(const struct http_config *);
void http_client_free(struct http_client *);

/* As artm_http. Any number of threads; a response is used by one thread at a time. */
int http_send(struct http_client *, struct artm_call *, const struct artm_http_request *,
              struct artm_http_response **ret);
const char *http_header(const struct artm_http_response *, const char *name);
int http_collect(struct artm_call *, struct artm_http_response *, uint64_t max, const void **data,
                 uint64_t *size);
int http_fail(struct artm_call *, struct artm_http_response *);
int http_offer(struct http_client *, struct artm_call *, const struct artm_http_identity *);

/* What a registry last said of its pull budget (facts->budgets), by the user's host name.
 * False: nothing said so far. reset_seconds is the window's length. */
struct http_budget {
  uint64_t limit, remaining, window_seconds;
};
bool http_budget(struct http_client *, const char *registry, struct http_budget *ret);
const struct registry_settings *http_registry_settings(struct http_client *, const char *registry);
/* Connections opened so far to an origin; for tests and the debug log. */
uint64_t http_connections_opened(struct http_client *);
/* For a tool that reads from a registry itself: is it spoken to in plain HTTP? By the config, or,
 * on loopback, as was found out; if that is not known yet, by a request. */
int http_registry_is_plain(struct http_client *, struct artm_call *, const char *registry,
                           bool *ret);
/* The file of the registry's own CA: the config's, CURL_CA_BUNDLE, the one of certs.d, in this
 * order. NULL: the system's, or what SSL_CERT_FILE and SSL_CERT_DIR name. Lives as long as the
 * client. */
const char *http_registry_ca(struct http_client *, const char *registry);
/* docker-config/1: the document for config.json that lets its reader pull this repository
 * ("host[:port]/name"); caller wipes. "{}" form without credentials. */
int http_docker_config(struct http_client *, struct artm_call *, const char *repository,
                       char **ret_json);
#endif
