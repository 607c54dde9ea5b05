/* SPDX-License-Identifier: Apache-2.0 */
/* Source "docker": images of any registry that speaks OCI distribution or Docker v2. */
#ifndef PLUGINS_DOCKER_DOCKER_H
#define PLUGINS_DOCKER_DOCKER_H
#include "common/registry.h"
#include <artmirror/source.h>

/* The instance. */
struct docker {
  struct registry_client client;
};

/* The registry and repository that a config's source_registry and name mean. Owned by the caller.
 * False: not a legal name. */
struct docker_name {
  char *registry;
  char *repository;
};
bool docker_name_make(const char *source_registry, const char *name, struct docker_name *ret);
void docker_name_done(struct docker_name *);

/* As artm_source.parse. */
int32_t docker_parse(void *self, struct artm_call *, const char *reference,
                     struct artm_pair_sink *);

extern const struct artm_source docker_source;
#endif
