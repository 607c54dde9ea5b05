/* SPDX-License-Identifier: Apache-2.0 */
/* The source's artefacts: a repository at a tag or digest. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "docker/docker.h"
#include <string.h>

struct artefact {
  struct artm_artefact abi; /* first */
  struct registry_repository repository;
  char *reference; /* for people */
  char *root;      /* tag or digest to ask for */
};

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .constraint = "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)"
                             "[a-z0-9]+)*)*$",
               .doc = "Repository of the image in its registry, such as hashicorp/vault"),
    ARTM_FIELD(.name = "source_registry", .type = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .constraint = "^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])"
                             "(:[0-9]{1,5})?$",
               .doc = "Registry that has the image: host[:port], such as docker.io"),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .doc = "Tags or digests to mirror", .matrix_key = "version"),
    ARTM_FIELD(.name = "platforms", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_PLATFORMS, .flags = ARTM_FIELD_MATRIX,
               .doc = "Platforms to keep, as os/architecture[/variant]; all if not given",
               .matrix_default = "[\"linux/amd64\",\"linux/arm64\"]"),
};

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)options;
  struct registry_client client;
  int32_t answer = registry_client_init(&client, host, call);
  if (answer)
    return answer;
  struct docker *docker = registry_zalloc(sizeof *docker);
  docker->client = client;
  *self = docker;
  return 0;
}

static void destroy(void *self) {
  free(self);
}

static int32_t make_name(const struct docker *docker, struct artm_call *call,
                         const struct artm_config *entry, struct docker_name *ret) {
  const struct artm_host *host = docker->client.host;
  const char *registry = host->config_text(entry, "source_registry", 0);
  const char *name = host->config_text(entry, "name", 0);
  if (registry && name && docker_name_make(registry, name, ret))
    return 0;
  struct artm_error error = {.struct_size = sizeof error,
                             .code = ARTM_E_CONFIG,
                             .message = "name and source_registry are no legal repository",
                             .field = "name"};
  return host->fail(call, &error);
}

/* "registry/name:tag@digest", with what the version has. */
static char *full_reference(const struct registry_repository *repository, const char *tag,
                            const char *digest) {
  return registry_format("%s%s%s%s%s", repository->reference, tag ? ":" : "", tag ? tag : "",
                         digest ? "@" : "", digest ? digest : "");
}

static int32_t open_artefact(void *self, struct artm_call *call, const struct artm_config *entry,
                             const struct artm_version *version, struct artm_artefact **ret) {
  const struct docker *docker = self;
  const char *tag = version->version, *digest = version->digest;
  if (tag && is_digest(tag)) {
    digest = digest ? digest : tag;
    tag = NULL;
  }
  struct docker_name name = {0};
  int32_t answer = make_name(docker, call, entry, &name);
  if (answer)
    return answer;
  if ((!tag && !digest) || (tag && !is_tag(tag)) || (digest && !is_digest(digest))) {
    docker_name_done(&name);
    return fail(docker->client.host, call, ARTM_E_CONFIG, NULL, NULL,
                "'%.140s' is neither a tag nor a digest",
                tag      ? tag
                : digest ? digest
                         : "");
  }
  struct artefact *artefact = registry_zalloc(sizeof *artefact);
  registry_repository_init(&artefact->repository, &docker->client, name.registry, name.repository);
  docker_name_done(&name);
  artefact->reference = full_reference(&artefact->repository, tag, digest);
  artefact->root = registry_format("%s", digest ? digest : tag);
  artefact->abi = (struct artm_artefact){
      .struct_size = sizeof artefact->abi,
      .flags = registry_is_docker_hub(artefact->repository.registry) ? ARTM_ARTEFACT_COUNTED : 0,
      .reference = artefact->reference,
      .repository = artefact->repository.reference};
  *ret = &artefact->abi;
  return 0;
}

static void close_artefact(struct artm_artefact *abi) {
  struct artefact *artefact = (struct artefact *)abi;
  registry_repository_done(&artefact->repository);
  free(artefact->reference);
  free(artefact->root);
  free(artefact);
}

static int32_t resolve(struct artm_artefact *abi, struct artm_call *call,
                       struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (const struct artefact *)abi;
  const struct registry_repository *repository = &artefact->repository;
  int32_t answer = registry_head_manifest(repository, call, artefact->root, sink);
  if (answer != ARTM_NO)
    return answer;
  return fail(repository->client->host, call, ARTM_E_NOT_FOUND, artefact->reference,
              "check name, version and source_registry; registries answer the same for what "
              "credentials may not see",
              "not found, or not visible with these credentials");
}

static int32_t manifest(struct artm_artefact *abi, struct artm_call *call, const char *reference,
                        struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (const struct artefact *)abi;
  return registry_get_manifest(&artefact->repository, call, reference, sink);
}

static int32_t open_blob(struct artm_artefact *abi, struct artm_call *call,
                         const struct artm_descriptor *descriptor, uint64_t offset,
                         struct artm_stream **ret) {
  const struct artefact *artefact = (const struct artefact *)abi;
  return registry_open_blob(&artefact->repository, call, descriptor, offset, ret);
}

static int32_t referrers(struct artm_artefact *abi, struct artm_call *call, const char *digest,
                         struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (const struct artefact *)abi;
  return registry_list_referrers(&artefact->repository, call, digest, sink);
}

static int32_t list_versions(void *self, struct artm_call *call, const struct artm_config *entry,
                             struct artm_version_sink *sink) {
  const struct docker *docker = self;
  struct docker_name name = {0};
  int32_t answer = make_name(docker, call, entry, &name);
  if (answer)
    return answer;
  struct registry_repository repository;
  registry_repository_init(&repository, &docker->client, name.registry, name.repository);
  docker_name_done(&name);
  answer = registry_list_tags(&repository, call, sink);
  if (answer == ARTM_NO)
    answer = fail(docker->client.host, call, ARTM_E_NOT_FOUND, repository.reference,
                  "check name and source_registry",
                  "the repository was not found, or is not visible with these credentials");
  registry_repository_done(&repository);
  return answer;
}

const struct artm_source docker_source = {
    .struct_size = sizeof docker_source,
    .on_change = ARTM_ON_CHANGE_UPDATE,
    ARTM_FIELDS(fields, fields),
    .destination = "{name}:{version}",
    .create = create,
    .destroy = destroy,
    .parse = docker_parse,
    .list_versions = list_versions,
    .open = open_artefact,
    .close = close_artefact,
    .resolve = resolve,
    .manifest = manifest,
    .open_blob = open_blob,
    .referrers = referrers,
};
