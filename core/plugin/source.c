/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into a source. */
#include "plugin/source.h"
#include "base/memory.h"
#include "plugin/sink.h"
#include "plugin/visit.h"
#include <stdlib.h>
#include <string.h>

int source_new(struct plugin *plugin, const struct host_services *services,
               const struct artm_config *options, struct source **ret, struct error *err) {
  int rc = plugin_open(plugin, err);
  if (rc)
    return rc;
  if (!plugin->has_source)
    return error_set(err, ARTM_E_CONFIG, "the plugin %s is no source", plugin->id);
  struct source *source = mem_alloc(sizeof *source);
  source->plugin = plugin;
  source->host = host_new(services, plugin->id);
  source->options = options ? *options : (struct artm_config){.table = &plugin->source_options};
  instance_lock_init(&source->lock);
  const struct instance_kind kind = {plugin->source.create, plugin->source.destroy};
  rc = instance_create(plugin, &kind, &source->host->abi, &source->options, &source->self, err);
  if (rc) {
    pthread_mutex_destroy(&source->lock);
    host_free(source->host);
    free(source);
    return rc;
  }
  *ret = source;
  return 0;
}

void source_free(struct source *source) {
  if (!source)
    return;
  source->plugin->source.destroy(source->self);
  error_done(&source->begin_error);
  pthread_mutex_destroy(&source->lock);
  host_free(source->host);
  free(source);
}

static struct visit enter(struct source *source, struct artm_call *call) {
  return visit_begin(source->plugin, &source->lock, call);
}

int source_begin(struct source *source, struct artm_call *call,
                 const struct artm_config *const *entries, uint32_t count) {
  struct visit visit = enter(source, call);
  return visit_answer(&visit, "source.begin",
                      source->plugin->source.begin(source->self, call, entries, count), 0);
}

int source_parse(struct source *source, struct artm_call *call, const char *reference,
                 struct arena *memory, struct node **ret) {
  struct pair_list pairs;
  pair_list_init(&pairs, source->plugin, call);
  struct visit visit = enter(source, call);
  int rc = visit_answer(&visit, "source.parse",
                        source->plugin->source.parse(source->self, call, reference, &pairs.abi),
                        ANSWER_NO);
  if (!rc)
    rc = pair_list_node(&pairs, reference, memory, ret);
  buf_done(&pairs.yaml);
  return rc;
}

int source_open(struct source *source, struct artm_call *call, const struct artm_config *entry,
                const char *version, const char *pin, struct artefact **ret) {
  const struct artm_version wanted = {
      .struct_size = sizeof wanted, .version = version, .digest = pin};
  struct artm_artefact *abi = NULL;
  struct visit visit = enter(source, call);
  int rc = visit_answer(&visit, "source.open",
                        source->plugin->source.open(source->self, call, entry, &wanted, &abi), 0);
  if (rc) {
    error_place(&call->error, entry);
    return rc;
  }
  if (!abi || abi->struct_size < SIZE_THROUGH(struct artm_artefact, repository) || !abi->reference)
    return visit_misbehaved(source->plugin, call, "source.open made no artefact");
  struct artefact *artefact = mem_alloc(sizeof *artefact);
  *artefact = (struct artefact){.source = source,
                                .abi = abi,
                                .reference = abi->reference,
                                .repository = abi->repository,
                                .counted = (abi->flags & ARTM_ARTEFACT_COUNTED) != 0};
  *ret = artefact;
  return 0;
}

void artefact_close(struct artefact *artefact) {
  if (!artefact)
    return;
  struct visit visit = enter(artefact->source, NULL);
  artefact->source->plugin->source.close(artefact->abi);
  visit_end(&visit);
  free(artefact);
}

int source_resolve(struct artefact *artefact, struct artm_call *call, struct descriptor *ret) {
  const struct artm_source *table = &artefact->source->plugin->source;
  struct descriptor_slot slot;
  slot_init(&slot, artefact->source->plugin, call, NULL, false);
  struct visit visit = enter(artefact->source, call);
  int rc = visit_answer(&visit, "source.resolve", table->resolve(artefact->abi, call, &slot.abi),
                        table->caps & ARTM_SOURCE_DEFERRED ? ANSWER_DEFERRED : 0);
  return slot_result(&slot, "source.resolve", rc, ret);
}

int source_matches(struct artefact *artefact, struct artm_call *call,
                   const struct descriptor *at_target) {
  struct artm_descriptor there = descriptor_for_plugin(at_target);
  struct visit visit = enter(artefact->source, call);
  return visit_answer(&visit, "source.matches",
                      artefact->source->plugin->source.matches(artefact->abi, call, &there),
                      ANSWER_NO | ANSWER_DEFERRED);
}

int source_fetch(struct artefact *artefact, struct artm_call *call, struct descriptor *ret) {
  struct descriptor_slot slot;
  slot_init(&slot, artefact->source->plugin, call, NULL, true);
  struct visit visit = enter(artefact->source, call);
  int rc = visit_answer(&visit, "source.fetch",
                        artefact->source->plugin->source.fetch(artefact->abi, call, &slot.abi), 0);
  return slot_result(&slot, "source.fetch", rc, ret);
}

int source_manifest(struct artefact *artefact, struct artm_call *call, const char *reference,
                    struct descriptor *ret) {
  const struct artm_source *table = &artefact->source->plugin->source;
  struct descriptor_slot slot;
  slot_init(&slot, artefact->source->plugin, call, reference, true);
  struct visit visit = enter(artefact->source, call);
  int rc = visit_answer(&visit, "source.manifest",
                        table->manifest(artefact->abi, call, reference, &slot.abi), ANSWER_NO);
  return slot_result(&slot, "source.manifest", rc, ret);
}

int source_open_blob(struct artefact *artefact, struct artm_call *call,
                     const struct descriptor *blob, uint64_t offset, struct artm_stream **ret) {
  const struct artm_source *table = &artefact->source->plugin->source;
  struct artm_descriptor wanted = descriptor_for_plugin(blob);
  struct artm_stream *stream = NULL;
  struct visit visit = enter(artefact->source, call);
  int rc = visit_answer(&visit, "source.open_blob",
                        table->open_blob(artefact->abi, call, &wanted, offset, &stream), 0);
  return rc ? rc
            : visit_stream(artefact->source->plugin, &artefact->source->lock, call,
                           "source.open_blob", stream, ret);
}
