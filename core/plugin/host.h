/* SPDX-License-Identifier: Apache-2.0 */
/* The host table that a plugin gets, and what stands behind its extensions. */
#ifndef PLUGIN_HOST_H
#define PLUGIN_HOST_H
#include "http/client.h"
#include "plugin/plugin.h"

struct state_store; /* plugin/state.h */

struct host_services {       /* outlive every plugin instance */
  struct http_client *http;  /* NULL: no artmirror.http/1 and no docker-config/1 */
  struct state_store *state; /* NULL: no artmirror.state/1 */
  /* Gets what plugins log at NOTICE, from any thread, for the run report; or NULL. */
  void (*notice)(void *arg, const char *plugin, const char *text);
  void *notice_arg;
};
struct host {
  struct artm_host abi; /* first: a plugin's pointer is cast back */
  struct artm_http http;
  struct artm_process process;
  struct artm_state state;
  struct artm_docker_config docker_config;
  const char *plugin;
  const struct host_services *services;
  pthread_mutex_t lock;   /* of notices */
  struct strings notices; /* that were given: each counts once */
};
/* A table for one plugin; frees it only when no instance of the plugin is left. */
struct host *host_new(const struct host_services *, const char *plugin_id);
void host_free(struct host *);
#endif
