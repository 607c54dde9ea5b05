/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a plugin that is complete and does nothing, to break one thing in at a time. */
#ifndef TESTS_PLUGIN_KIT_H
#define TESTS_PLUGIN_KIT_H
#include <artmirror/plugin.h>

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)host, (void)call, (void)options, (void)self;
  return 0;
}

static void destroy(void *self) {
  (void)self;
}

static int32_t source_open_it(void *self, struct artm_call *call, const struct artm_config *entry,
                              const struct artm_version *version, struct artm_artefact **ret) {
  (void)self, (void)call, (void)entry, (void)version, (void)ret;
  return 0;
}

static void source_close(struct artm_artefact *artefact) {
  (void)artefact;
}

static int32_t source_sink(struct artm_artefact *artefact, struct artm_call *call,
                           struct artm_descriptor_sink *sink) {
  (void)artefact, (void)call, (void)sink;
  return 0;
}

static int32_t source_matches_it(struct artm_artefact *artefact, struct artm_call *call,
                                 const struct artm_descriptor *descriptor) {
  (void)artefact, (void)call, (void)descriptor;
  return 0;
}

static int32_t source_manifest_it(struct artm_artefact *artefact, struct artm_call *call,
                                  const char *reference, struct artm_descriptor_sink *sink) {
  (void)artefact, (void)call, (void)reference, (void)sink;
  return 0;
}

static int32_t source_blob(struct artm_artefact *artefact, struct artm_call *call,
                           const struct artm_descriptor *descriptor, uint64_t offset,
                           struct artm_stream **stream) {
  (void)artefact, (void)call, (void)descriptor, (void)offset, (void)stream;
  return 0;
}

static int32_t target_open_it(void *self, struct artm_call *call, const char *name,
                              struct artm_repository **ret) {
  (void)self, (void)call, (void)name, (void)ret;
  return 0;
}

static void target_close(struct artm_repository *repository, struct artm_call *call) {
  (void)repository, (void)call;
}

static int32_t target_manifest_it(struct artm_repository *repository, struct artm_call *call,
                                  const char *reference, struct artm_descriptor_sink *sink) {
  (void)repository, (void)call, (void)reference, (void)sink;
  return 0;
}

static int32_t target_blob(struct artm_repository *repository, struct artm_call *call,
                           const struct artm_descriptor *descriptor, uint64_t offset,
                           struct artm_stream **stream) {
  (void)repository, (void)call, (void)descriptor, (void)offset, (void)stream;
  return 0;
}

static int32_t target_has(struct artm_repository *repository, struct artm_call *call,
                          const struct artm_descriptor *descriptor) {
  (void)repository, (void)call, (void)descriptor;
  return 0;
}

static int32_t target_put(struct artm_repository *repository, struct artm_call *call,
                          const struct artm_descriptor *descriptor, struct artm_stream *content) {
  (void)repository, (void)call, (void)descriptor, (void)content;
  return 0;
}

static int32_t target_put_it(struct artm_repository *repository, struct artm_call *call,
                             const char *reference, const struct artm_descriptor *descriptor,
                             uint32_t *result) {
  (void)repository, (void)call, (void)reference, (void)descriptor, (void)result;
  return 0;
}

static const struct artm_field good_fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED, .doc = "What it is called."),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED, .matrix_key = "version",
               .doc = "Which of them."),
};
static const struct artm_field good_options[] = {
    ARTM_FIELD(.name = "value", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_VALUE,
               .doc = "Where to."),
};

/* One of everything, to break one thing at a time. */
struct kit {
  struct artm_source source;
  struct artm_target target;
  struct artm_plugin plugin;
  struct artm_entry entry;
  const char *keys;
  size_t keys_size;
};

#define KEYS "artmirror=1.0\0id=kit\0section=things\0noun=thing\0prefix=\0"

static void kit_init(struct kit *kit) {
  *kit = (struct kit){
      .source = {.struct_size = sizeof kit->source,
                 ARTM_FIELDS(fields, good_fields),
                 .destination = "{name}:{version}",
                 .create = create,
                 .destroy = destroy,
                 .open = source_open_it,
                 .close = source_close,
                 .resolve = source_sink,
                 .manifest = source_manifest_it,
                 .open_blob = source_blob},
      .target = {.struct_size = sizeof kit->target,
                 ARTM_FIELDS(options, good_options),
                 .create = create,
                 .destroy = destroy,
                 .open = target_open_it,
                 .close = target_close,
                 .resolve = target_manifest_it,
                 .manifest = target_manifest_it,
                 .open_blob = target_blob,
                 .has_blob = target_has,
                 .put_blob = target_put,
                 .put_manifest = target_put_it},
      .plugin = {.struct_size = sizeof kit->plugin},
      .entry = {.magic = ARTM_MAGIC,
                .struct_size = sizeof kit->entry,
                .abi_major = ARTM_ABI_MAJOR,
                .build = "by hand"},
      .keys = KEYS,
      .keys_size = sizeof KEYS,
  };
  kit->plugin.source = &kit->source;
  kit->plugin.target = &kit->target;
  kit->entry.plugin = &kit->plugin;
}
#endif
