/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into a target. */
#include "plugin/target.h"
#include "base/memory.h"
#include "plugin/sink.h"
#include "plugin/visit.h"
#include <stdlib.h>
#include <string.h>

int target_new(struct plugin *plugin, const struct host_services *services,
               const struct artm_config *options, struct target **ret, struct error *err) {
  int rc = plugin_open(plugin, err);
  if (rc)
    return rc;
  if (!plugin->has_target)
    return error_set(err, ARTM_E_CONFIG, "the plugin %s is no target", plugin->id);
  struct target *target = mem_alloc(sizeof *target);
  target->plugin = plugin;
  target->host = host_new(services, plugin->id);
  target->options = options ? *options : (struct artm_config){.table = &plugin->target_options};
  instance_lock_init(&target->lock);
  const struct instance_kind kind = {plugin->target.create, plugin->target.destroy};
  rc = instance_create(plugin, &kind, &target->host->abi, &target->options, &target->self, err);
  if (rc) {
    pthread_mutex_destroy(&target->lock);
    host_free(target->host);
    free(target);
    return rc;
  }
  *ret = target;
  return 0;
}

void target_free(struct target *target) {
  if (!target)
    return;
  target->plugin->target.destroy(target->self);
  pthread_mutex_destroy(&target->lock);
  host_free(target->host);
  free(target);
}

static struct visit enter(struct target *target, struct artm_call *call) {
  return visit_begin(target->plugin, &target->lock, call);
}

int target_open(struct target *target, struct artm_call *call, const char *name,
                struct repository **ret) {
  struct artm_repository *abi = NULL;
  struct visit visit = enter(target, call);
  int rc = visit_answer(&visit, "target.open",
                        target->plugin->target.open(target->self, call, name, &abi), 0);
  if (rc)
    return rc;
  if (!abi || abi->struct_size < SIZE_THROUGH(struct artm_repository, reference) || !abi->reference)
    return visit_misbehaved(target->plugin, call, "target.open made no repository");
  struct repository *repository = mem_alloc(sizeof *repository);
  *repository = (struct repository){.target = target,
                                    .abi = abi,
                                    .reference = abi->reference,
                                    .validates = (abi->flags & ARTM_REPOSITORY_VALIDATES) != 0,
                                    .sparse = (abi->flags & ARTM_REPOSITORY_SPARSE) != 0,
                                    .registry = (abi->flags & ARTM_REPOSITORY_REGISTRY) != 0};
  *ret = repository;
  return 0;
}

void repository_close(struct repository *repository, struct artm_call *call) {
  if (!repository)
    return;
  struct visit visit = enter(repository->target, call);
  repository->target->plugin->target.close(repository->abi, call);
  visit_end(&visit);
  free(repository);
}

int target_resolve(struct repository *repository, struct artm_call *call, const char *reference,
                   struct descriptor *ret) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct descriptor_slot slot;
  slot_init(&slot, repository->target->plugin, call, reference, false);
  struct visit visit = enter(repository->target, call);
  int rc = visit_answer(&visit, "target.resolve",
                        table->resolve(repository->abi, call, reference, &slot.abi), ANSWER_NO);
  return slot_result(&slot, "target.resolve", rc, ret);
}

int target_manifest(struct repository *repository, struct artm_call *call, const char *reference,
                    struct descriptor *ret) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct descriptor_slot slot;
  slot_init(&slot, repository->target->plugin, call, reference, true);
  struct visit visit = enter(repository->target, call);
  int rc = visit_answer(&visit, "target.manifest",
                        table->manifest(repository->abi, call, reference, &slot.abi), ANSWER_NO);
  return slot_result(&slot, "target.manifest", rc, ret);
}

int target_open_blob(struct repository *repository, struct artm_call *call,
                     const struct descriptor *blob, uint64_t offset, struct artm_stream **ret) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct artm_descriptor wanted = descriptor_for_plugin(blob);
  struct artm_stream *stream = NULL;
  struct visit visit = enter(repository->target, call);
  int rc = visit_answer(&visit, "target.open_blob",
                        table->open_blob(repository->abi, call, &wanted, offset, &stream), 0);
  return rc ? rc
            : visit_stream(repository->target->plugin, &repository->target->lock, call,
                           "target.open_blob", stream, ret);
}

int target_has_blob(struct repository *repository, struct artm_call *call,
                    const struct descriptor *blob) {
  struct artm_descriptor wanted = descriptor_for_plugin(blob);
  struct visit visit = enter(repository->target, call);
  return visit_answer(&visit, "target.has_blob",
                      repository->target->plugin->target.has_blob(repository->abi, call, &wanted),
                      ANSWER_NO);
}

int target_begin_blob(struct repository *repository, struct artm_call *call,
                      const struct descriptor *blob) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct artm_descriptor wanted = descriptor_for_plugin(blob);
  struct visit visit = enter(repository->target, call);
  return visit_answer(&visit, "target.begin_blob",
                      table->begin_blob(repository->abi, call, &wanted), ANSWER_NO);
}

int target_mount(struct repository *repository, struct artm_call *call,
                 const struct descriptor *blob, const char *from) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct artm_descriptor wanted = descriptor_for_plugin(blob);
  struct visit visit = enter(repository->target, call);
  return visit_answer(&visit, "target.mount", table->mount(repository->abi, call, &wanted, from),
                      ANSWER_NO);
}

int target_put_blob(struct repository *repository, struct artm_call *call,
                    const struct descriptor *blob, struct artm_stream *content) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct artm_descriptor wanted = descriptor_for_plugin(blob);
  struct visit visit = enter(repository->target, call);
  return visit_answer(&visit, "target.put_blob",
                      table->put_blob(repository->abi, call, &wanted, content), 0);
}

int target_put_manifest(struct repository *repository, struct artm_call *call,
                        const char *reference, const struct descriptor *manifest,
                        uint32_t *result) {
  const struct artm_target *table = &repository->target->plugin->target;
  struct artm_descriptor wanted = descriptor_for_plugin(manifest);
  uint32_t flags = 0;
  struct visit visit = enter(repository->target, call);
  int rc = visit_answer(&visit, "target.put_manifest",
                        table->put_manifest(repository->abi, call, reference, &wanted, &flags), 0);
  if (!rc && result)
    *result = flags;
  return rc;
}
