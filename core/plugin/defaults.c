/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in for a plugin's missing optional functions. */
#include "base/call.h"
#include "plugin/adopt.h"

static int32_t unsupported(struct artm_call *call, const char *what) {
  return call_fail(call, ARTM_E_UNSUPPORTED, "the plugin %s can't %s",
                   call->plugin ? call->plugin : "(unknown)", what);
}

static int32_t no_begin(void *self, struct artm_call *call,
                        const struct artm_config *const *entries, uint32_t count) {
  (void)self, (void)call, (void)entries, (void)count;
  return 0;
}

static int32_t no_parse(void *self, struct artm_call *call, const char *reference,
                        struct artm_pair_sink *sink) {
  (void)self, (void)call, (void)reference, (void)sink;
  return ARTM_NO;
}

static int32_t no_versions(void *self, struct artm_call *call, const struct artm_config *entry,
                           struct artm_version_sink *sink) {
  (void)self, (void)entry, (void)sink;
  return unsupported(call, "list versions");
}

static int32_t no_matches(struct artm_artefact *artefact, struct artm_call *call,
                          const struct artm_descriptor *at_target) {
  (void)artefact, (void)at_target;
  return unsupported(call, "compare an artefact before a download");
}

static int32_t no_fetch(struct artm_artefact *artefact, struct artm_call *call,
                        struct artm_descriptor_sink *sink) {
  (void)artefact, (void)sink;
  return unsupported(call, "fetch an artefact as a whole");
}

static int32_t no_source_referrers(struct artm_artefact *artefact, struct artm_call *call,
                                   const char *digest, struct artm_descriptor_sink *sink) {
  (void)artefact, (void)digest, (void)sink;
  return unsupported(call, "list referrers");
}

static int32_t no_target_referrers(struct artm_repository *repository, struct artm_call *call,
                                   const char *digest, struct artm_descriptor_sink *sink) {
  (void)repository, (void)digest, (void)sink;
  return unsupported(call, "list referrers");
}

static int32_t no_mount(struct artm_repository *repository, struct artm_call *call,
                        const struct artm_descriptor *blob, const char *from) {
  (void)repository, (void)call, (void)blob, (void)from;
  return ARTM_NO;
}

static int32_t no_tags(struct artm_repository *repository, struct artm_call *call,
                       struct artm_version_sink *sink) {
  (void)repository, (void)sink;
  return unsupported(call, "list tags");
}

static int32_t no_delete_tag(struct artm_repository *repository, struct artm_call *call,
                             const char *tag) {
  (void)repository, (void)tag;
  return unsupported(call, "delete tags");
}

static int32_t no_export(struct artm_repository *repository, struct artm_call *call,
                         const struct artm_descriptor *manifest, const char *folder) {
  (void)repository, (void)manifest, (void)folder;
  return unsupported(call, "export a layout");
}

void adopt_defaults(struct plugin *plugin) {
  struct artm_source *source = &plugin->source;
  struct artm_target *target = &plugin->target;
  source->begin = source->begin ? source->begin : no_begin;
  source->parse = source->parse ? source->parse : no_parse;
  source->list_versions = source->list_versions ? source->list_versions : no_versions;
  source->matches = source->matches ? source->matches : no_matches;
  source->fetch = source->fetch ? source->fetch : no_fetch;
  source->referrers = source->referrers ? source->referrers : no_source_referrers;
  target->referrers = target->referrers ? target->referrers : no_target_referrers;
  target->mount = target->mount ? target->mount : no_mount;
  target->begin_blob = target->begin_blob ? target->begin_blob : target->has_blob;
  target->tags = target->tags ? target->tags : no_tags;
  target->delete_tag = target->delete_tag ? target->delete_tag : no_delete_tag;
  target->export_layout = target->export_layout ? target->export_layout : no_export;
}
