/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Hub's names: "nginx" there is library/nginx, and index.docker.io is docker.io. */
#include "common/cleanup.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "docker/docker.h"
#include <string.h>

bool docker_name_make(const char *source_registry, const char *name, struct docker_name *ret) {
  auto_free char *registry = registry_format("%s", source_registry);
  registry_lower(registry);
  if (!registry_is_host(registry) || !is_repository_name(name))
    return false;
  bool is_hub = registry_is_docker_hub(registry);
  ret->registry =
      strcmp(registry, "index.docker.io") ? registry_take(&registry) : registry_format("docker.io");
  ret->repository = registry_format("%s%s", is_hub && !strchr(name, '/') ? "library/" : "", name);
  return true;
}

void docker_name_done(struct docker_name *name) {
  free(name->registry);
  free(name->repository);
}
