/* SPDX-License-Identifier: Apache-2.0 */
/* The host table that a plugin gets, and what stands behind its extensions. */
#ifndef PLUGIN_HOST_H
#define PLUGIN_HOST_H
#include "http/client.h"
#include "plugin/plugin.h"

struct state_store; /* plugin/state.h */

struct host_services { /* outlive every plugin instance */
  struct http_client *http;
  struct state_store *state;
};
struct host {
  struct artm_host abi; /* first: a plugin's pointer is cast back */
  struct artm_http http;
  struct artm_process process;
  struct artm_state state;
  struct artm_docker_config docker_config;
  const char *plugin;
  const struct host_services *services;
};
/* A table for one plugin, never freed before exit. */
struct host *host_new(const struct host_services *, const char *plugin_id);
void host_free(struct host *);
#endif
