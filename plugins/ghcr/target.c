/* SPDX-License-Identifier: Apache-2.0 */
/* The target's repositories: opening, and what is read of them. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include "ghcr/options.h"
#include <string.h>

static const struct artm_field option_fields[] = {
    ARTM_FIELD(.name = "registry", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_VALUE,
               .flags = ARTM_FIELD_REQUIRED,
               .doc = "Registry and folder of all repositories: host[:port][/prefix]"),
    ARTM_FIELD(.name = "flavor", .type = ARTM_TYPE_ENUM, .default_value = "auto",
               .constraint = "auto|ghcr|generic",
               .doc = "Whose rules apply: ghcr for GHCR behind another name; auto goes by the "
                      "host"),
};

#define REFERENCE_MAX 255 /* host and name together; more is refused by clients */

static int32_t refuse_name(const struct ghcr *ghcr, struct artm_call *call, const char *where,
                           const char *hint, const char *message) {
  struct artm_error error = {.struct_size = sizeof error,
                             .code = ARTM_E_CONFIG,
                             .message = message,
                             .hint = hint,
                             .where = where,
                             .field = "destination"};
  return ghcr->client.host->fail(call, &error);
}

static int32_t check_name(const struct ghcr *ghcr, struct artm_call *call, const char *name) {
  auto_free char *where = registry_format("%s/%s", ghcr->host, name);
  if (!is_repository_name(name))
    return refuse_name(ghcr, call, where,
                       "names are components of lower-case letters and digits, with '.', '_', '__' "
                       "or '-' inside and '/' between",
                       "not a legal repository name");
  if (strlen(where) > REFERENCE_MAX)
    return refuse_name(ghcr, call, where, "shorten the destination",
                       "registry and repository have more than 255 characters");
  if (ghcr->is_ghcr && !strchr(name, '/'))
    return refuse_name(ghcr, call, where, "write the target as ghcr.io/OWNER",
                       "a package needs an owner before its name");
  return 0;
}

/* Says once that the target is spelled in another way than the user did. */
static void tell_lowering(struct ghcr *ghcr, struct artm_call *call) {
  if (atomic_exchange(&ghcr->is_lowering_told, true))
    return;
  const struct artm_host *host = ghcr->client.host;
  auto_free char *text =
      registry_format("names are lower-case at this registry: the target is %s%s%s", ghcr->host,
                      *ghcr->prefix ? "/" : "", ghcr->prefix);
  host->log(host, call, ARTM_LOG_NOTICE, text);
}

static int32_t open_repository(void *self, struct artm_call *call, const char *name,
                               struct artm_repository **ret) {
  struct ghcr *ghcr = self;
  auto_free char *full = registry_format("%s%s%s", ghcr->prefix, *ghcr->prefix ? "/" : "", name);
  bool is_lowered = ghcr->is_ghcr && registry_lower(full);
  int32_t answer = check_name(ghcr, call, full);
  if (answer)
    return answer;
  if (is_lowered || ghcr->is_lowered)
    tell_lowering(ghcr, call);
  struct repository *repository = registry_zalloc(sizeof *repository);
  registry_repository_init(&repository->registry, &ghcr->client, ghcr->host, full);
  repository->ghcr = ghcr;
  pthread_mutex_init(&repository->lock, NULL);
  repository->abi =
      (struct artm_repository){.struct_size = sizeof repository->abi,
                               .flags = ARTM_REPOSITORY_REGISTRY | ARTM_REPOSITORY_VALIDATES,
                               .reference = repository->registry.reference};
  *ret = &repository->abi;
  return 0;
}

static void close_repository(struct artm_repository *abi, struct artm_call *call) {
  struct repository *repository = (struct repository *)abi;
  ghcr_sessions_cancel(repository, call);
  pthread_mutex_destroy(&repository->lock);
  registry_repository_done(&repository->registry);
  free(repository);
}

/* GHCR denies access to a package that does not exist yet; a real lack of rights shows when the
 * first byte is to be written. */
static int32_t absent_if_denied(const struct repository *repository, int32_t answer) {
  return answer == ARTM_E_DENIED && repository->ghcr->is_ghcr ? ARTM_NO : answer;
}

static int32_t resolve(struct artm_repository *abi, struct artm_call *call, const char *reference,
                       struct artm_descriptor_sink *sink) {
  struct repository *repository = (struct repository *)abi;
  int32_t answer = registry_head_manifest(&repository->registry, call, reference, sink);
  if (!answer)
    ghcr_package_exists(repository);
  return absent_if_denied(repository, answer);
}

static int32_t manifest(struct artm_repository *abi, struct artm_call *call, const char *reference,
                        struct artm_descriptor_sink *sink) {
  struct repository *repository = (struct repository *)abi;
  int32_t answer = registry_get_manifest(&repository->registry, call, reference, sink);
  if (!answer)
    ghcr_package_exists(repository);
  return absent_if_denied(repository, answer);
}

static int32_t open_blob(struct artm_repository *abi, struct artm_call *call,
                         const struct artm_descriptor *descriptor, uint64_t offset,
                         struct artm_stream **ret) {
  const struct repository *repository = (const struct repository *)abi;
  return registry_open_blob(&repository->registry, call, descriptor, offset, ret);
}

static int32_t referrers(struct artm_repository *abi, struct artm_call *call, const char *digest,
                         struct artm_descriptor_sink *sink) {
  const struct repository *repository = (const struct repository *)abi;
  return registry_list_referrers(&repository->registry, call, digest, sink);
}

static int32_t tags(struct artm_repository *abi, struct artm_call *call,
                    struct artm_version_sink *sink) {
  const struct repository *repository = (const struct repository *)abi;
  return absent_if_denied(repository, registry_list_tags(&repository->registry, call, sink));
}

const struct artm_target ghcr_target = {
    .struct_size = sizeof ghcr_target,
    ARTM_FIELDS(options, option_fields),
    .create = ghcr_create,
    .destroy = ghcr_destroy,
    .open = open_repository,
    .close = close_repository,
    .resolve = resolve,
    .manifest = manifest,
    .open_blob = open_blob,
    .referrers = referrers,
    .has_blob = ghcr_has_blob,
    .mount = ghcr_mount,
    .begin_blob = ghcr_begin_blob,
    .put_blob = ghcr_put_blob,
    .put_manifest = ghcr_put_manifest,
    .tags = tags,
    .delete_tag = ghcr_delete_tag,
};
