/* SPDX-License-Identifier: Apache-2.0 */
/* The host's extensions, each a table inside struct host (so that its functions find the host). */
#ifndef PLUGIN_EXTENSIONS_H
#define PLUGIN_EXTENSIONS_H
#include "plugin/host.h"

void extension_http(struct artm_http *);
void extension_process(struct artm_process *);
void extension_state(struct artm_state *);
void extension_docker_config(struct artm_docker_config *);

/* A private folder (0700) that is removed when the call ends; lent by the call. */
int call_private_folder(struct artm_call *, const char **ret_path);
#define HOST_OF(table, member) \
  ((const struct host *)(const void *)((const char *)(table)-offsetof(struct host, member)))
#endif
