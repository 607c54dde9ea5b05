/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into a target plugin, with its thread model kept and its results copied and checked.
 * Functions as in include/artmirror/target.h; a negative answer has its error in the call. */
#ifndef PLUGIN_TARGET_H
#define PLUGIN_TARGET_H
#include "oci/manifest.h"
#include "plugin/host.h"
#include "plugin/lists.h"

struct target {
  struct plugin *plugin;
  struct host *host;
  void *self;
  pthread_mutex_t lock;
  struct artm_config options;
};
struct repository {
  struct target *target;
  struct artm_repository *abi;
  const char *reference; /* "registry.example/owner/name" */
  bool validates;        /* refuses a manifest whose blobs it lacks */
  bool sparse;           /* an index there may name children that are missing */
  bool registry;         /* reference is readable by OCI clients */
};

/* Creates the instance, after one create and destroy in a child process. Single-threaded only. */
int target_new(struct plugin *, const struct host_services *, const struct artm_config *options,
               struct target **ret, struct error *err);
void target_free(struct target *);
int target_open(struct target *, struct artm_call *, const char *name, struct repository **ret);
void repository_close(struct repository *, struct artm_call *);
int target_resolve(struct repository *, struct artm_call *, const char *reference,
                   struct descriptor *ret);
/* With data, digest verified. ARTM_NO: absent. */
int target_manifest(struct repository *, struct artm_call *, const char *reference,
                    struct descriptor *ret);
int target_open_blob(struct repository *, struct artm_call *, const struct descriptor *,
                     uint64_t offset, struct artm_stream **ret);
int target_has_blob(struct repository *, struct artm_call *, const struct descriptor *);
/* As target_has_blob, where target_put_blob follows at once after ARTM_NO. */
int target_begin_blob(struct repository *, struct artm_call *, const struct descriptor *);
/* ARTM_NO also if the plugin has no mount. */
int target_mount(struct repository *, struct artm_call *, const struct descriptor *,
                 const char *from);
/* A serial plugin's lock is held meanwhile: what content does on this thread (read or open the same
 * plugin's blob) enters the lock once more. */
int target_put_blob(struct repository *, struct artm_call *, const struct descriptor *,
                    struct artm_stream *content);
/* descriptor has data. reference: digest or tag. */
int target_put_manifest(struct repository *, struct artm_call *, const char *reference,
                        const struct descriptor *, uint32_t *result);
/* What refers to a digest, each once. ARTM_E_UNSUPPORTED: the target has no such list. */
int target_referrers(struct repository *, struct artm_call *, const struct digest *of,
                     struct descriptor_list *ret);
/* Writes a layout whose index names this one manifest into an empty folder. ARTM_E_UNSUPPORTED: the
 * target can't. */
int target_export_layout(struct repository *, struct artm_call *, const struct descriptor *,
                         const char *folder);
#endif
