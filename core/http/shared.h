/* SPDX-License-Identifier: Apache-2.0 */
/* What all workers share: the client, its registries and origins. Everything that changes here is
 * guarded by http_client.lock; "changed" wakes whoever waits for any of it. */
#ifndef HTTP_SHARED_H
#define HTTP_SHARED_H
#include "base/buf.h"
#include "base/map.h"
#include "http/anchors.h"
#include "http/client.h"
#include "http/url.h"
#include "http/window.h"
#include <pthread.h>
#include <stdatomic.h>

struct lane;
struct token;
struct challenge;
struct credential;

/* A registry as the user names it. */
struct registry {
  char *name;                               /* "registry.example" */
  char *served;                             /* authority that answers for it: "served.example" */
  const struct registry_settings *settings; /* or NULL */
  char *budget_limit, *budget_remaining;    /* header names, or NULL */
  struct http_budget budget;
  bool has_budget;
  uint64_t budget_lowered_ms; /* when less was told than before */
};

/* What certs.d holds for an origin, once read. */
struct certificates {
  bool read;
  struct buf ca;
  char *ca_file; /* that ca was read from, if it is only one */
  char *cert, *key;
};

/* Scheme, host and port: what connections, limits and challenges belong to. */
struct origin {
  char *name; /* "https://served.example" */
  const struct registry_settings *settings;
  struct lane *idle, *busy;
  uint32_t active; /* requests under way, and places that were granted */
  struct window window;
  pthread_cond_t freed;      /* a place was granted */
  uint32_t waiting, granted; /* for a place; of these, who has one but didn't notice yet */
  double rate, allowance;    /* requests a second; 0: no limit */
  uint64_t allowance_ms;     /* when allowance was last brought up to date */
  uint64_t paused_until_ms;
  unsigned failures; /* attempts in a row */
  uint64_t open_until_ms;
  uint64_t avoided_until_ms; /* as a mirror */
  atomic_int address_class;  /* of the last address connected to */
  struct certificates certificates;
  struct challenge *challenge; /* what its last 401 asked for, or NULL */
};

struct identity { /* offered by a plugin */
  struct identity *next;
  char *origin, *ca, *cert, *key;
  struct credential *credential; /* or NULL: certificates only */
};

struct http_client {
  struct http_config config; /* defaults filled in */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct map registries;  /* name to struct registry */
  struct map origins;     /* name to struct origin */
  struct map schemes;     /* loopback authority to what it speaks (scheme.c) */
  struct map credentials; /* "registry repository" to struct slot */
  struct map helpers;     /* "helper server" to struct slot */
  struct credential *all_credentials;
  struct identity *identities;
  struct token *tokens;
  struct anchor_cache anchors;
  uint64_t connections;
};

/* These lock for themselves; what they return lives as long as the client. */
struct registry *registry_get(struct http_client *, const char *name);
struct origin *origin_get(struct http_client *, const struct url *);
/* Settings of the registry that this authority serves, or NULL. */
const struct registry_settings *registry_settings_at(const struct http_client *,
                                                     const char *authority);
/* The same for what a URL leads to: "host:80" is another server than "host", which means 443. */
const struct registry_settings *registry_settings_of(const struct http_client *,
                                                     const struct url *);
/* The authority that serves a registry's name. */
const char *registry_served(const struct http_client *, const char *name);
/* The right sides of the facts "left=right" whose left is key; next starts at 0. */
const char *fact_next(const struct strings *facts, const char *key, size_t *next);

/* Waits for a change, at most 250 ms; the lock is held. Answers like call_check. */
int shared_wait(struct http_client *, struct artm_call *);
/* The same for a condition of its own. */
int shared_wait_for(struct http_client *, pthread_cond_t *, struct artm_call *);
void shared_condition_init(pthread_cond_t *);
/* Credentials offered for an origin, or NULL; the lock is held. */
const struct identity *identity_find(const struct http_client *, const char *origin);
#endif
