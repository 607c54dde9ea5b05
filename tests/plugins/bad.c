/* SPDX-License-Identifier: Apache-2.0 */
/* A source that is wrong in one way, chosen by -DNAME; with none it is good. ID and SECTION are
 * given too. */
#include <artmirror/plugin.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef BAD_MAGIC
#undef ARTM_MAGIC
#define ARTM_MAGIC 0x4c494146u
#endif
#ifdef OTHER_MAJOR
#undef ARTM_ABI_MAJOR
#define ARTM_ABI_MAJOR 2
#endif
#ifdef NEEDS_NEWER_HOST
#undef ARTM_ABI_MINOR
#define ARTM_ABI_MINOR 3
#undef ARTM_MIN_HOST_MINOR
#define ARTM_MIN_HOST_MINOR 3
#endif

static struct artm_artefact nothing = {sizeof nothing, 0, "nothing", NULL};

#ifdef CRASH_CONSTRUCTOR
__attribute__((constructor)) static void crash(void) {
  raise(SIGSEGV);
}
#endif
#ifdef EXIT_CONSTRUCTOR
__attribute__((constructor)) static void leave(void) {
  _exit(0);
}
#endif
#ifdef HANG_CONSTRUCTOR
__attribute__((constructor)) static void hang(void) {
  for (;;)
    pause();
}
#endif

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)host, (void)call, (void)options;
#ifdef CRASH_CREATE
  raise(SIGSEGV);
#endif
#ifdef EXIT_CREATE
  exit(0);
#endif
  *self = &nothing;
  return 0;
}

static void destroy(void *self) {
  (void)self;
#ifdef CRASH_DESTROY
  raise(SIGABRT);
#endif
}

static int32_t open_it(void *self, struct artm_call *call, const struct artm_config *entry,
                       const struct artm_version *version, struct artm_artefact **ret) {
  (void)self, (void)call, (void)entry, (void)version;
  *ret = &nothing;
  return 0;
}

static void close_it(struct artm_artefact *artefact) {
  (void)artefact;
}

static int32_t resolve(struct artm_artefact *artefact, struct artm_call *call,
                       struct artm_descriptor_sink *sink) {
  (void)artefact, (void)call, (void)sink;
#ifdef ODD_ANSWER
  return 77;
#else
  return ARTM_E_NOT_FOUND; /* without a word why */
#endif
}

static int32_t manifest(struct artm_artefact *artefact, struct artm_call *call,
                        const char *reference, struct artm_descriptor_sink *sink) {
  (void)artefact, (void)call, (void)reference, (void)sink;
  return ARTM_NO;
}

#ifndef NO_FUNCTION
static int32_t open_blob(struct artm_artefact *artefact, struct artm_call *call,
                         const struct artm_descriptor *blob, uint64_t offset,
                         struct artm_stream **ret) {
  (void)artefact, (void)call, (void)blob, (void)offset, (void)ret;
  return ARTM_E_NOT_FOUND;
}
#endif

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX, .doc = "Its name."),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .matrix_key = "version", .doc = "Its versions."),
};

static const struct artm_source source = {
#ifdef SHORT_SOURCE
    .struct_size = sizeof source - sizeof(void *),
#else
    .struct_size = sizeof source,
#endif
#ifdef NO_DEFERRED_FUNCTIONS
    .caps = ARTM_SOURCE_DEFERRED,
#endif
    ARTM_FIELDS(fields, fields),
    .destination = "{name}:{version}",
    .create = create,
    .destroy = destroy,
    .open = open_it,
    .close = close_it,
    .resolve = resolve,
    .manifest = manifest,
#ifndef NO_FUNCTION
    .open_blob = open_blob,
#endif
};
static const struct artm_plugin plugin = {.struct_size = sizeof plugin, .source = &source};

#define KEYS "id=" ID "\0version=1.0\0summary=For tests\0section=" SECTION "\0noun=thing\0"
#ifdef SHORT_ENTRY
__attribute__((used, section(".artmirror.meta"))) static const char metadata[] =
    "artmirror=1.0\0" KEYS;
__attribute__((visibility("default"))) extern const struct artm_entry artmirror_plugin;
const struct artm_entry artmirror_plugin = {.magic = ARTM_MAGIC,
                                            .struct_size = 16,
                                            .abi_major = ARTM_ABI_MAJOR,
                                            .metadata_size = sizeof metadata,
                                            .metadata = metadata,
                                            .plugin = &plugin};
#else
ARTM_PLUGIN(plugin, KEYS)
#endif
