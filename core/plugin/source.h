/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into a source plugin, with its thread model kept and its results copied and checked: a
 * manifest's bytes have the digest that was asked for. Functions as in include/artmirror/source.h;
 * a negative answer has its error in the call. */
#ifndef PLUGIN_SOURCE_H
#define PLUGIN_SOURCE_H
#include "oci/manifest.h"
#include "plugin/host.h"
#include "plugin/lists.h"

struct source {
  struct plugin *plugin;
  struct host *host;
  void *self;
  pthread_mutex_t lock; /* serial-instance thread model */
  struct artm_config options;
  bool begun;               /* told which entries there are */
  struct error begin_error; /* why that failed: nothing can be read from it */
};
struct artefact {
  struct source *source;
  struct artm_artefact *abi;
  const char *reference;  /* for people */
  const char *repository; /* or NULL */
  bool counted;
};

/* Creates the instance, after one create and destroy in a child process. Single-threaded only. */
int source_new(struct plugin *, const struct host_services *, const struct artm_config *options,
               struct source **ret, struct error *err);
void source_free(struct source *);
int source_begin(struct source *, struct artm_call *, const struct artm_config *const *entries,
                 uint32_t count);
/* Fields of an entry for a reference of the command line, as a YAML map node in memory. */
int source_parse(struct source *, struct artm_call *, const char *reference, struct arena *memory,
                 struct node **ret);
/* pin: the user's digest, or NULL. */
int source_open(struct source *, struct artm_call *, const struct artm_config *entry,
                const char *version, const char *pin, struct artefact **ret);
void artefact_close(struct artefact *);
/* Hands every version that the entry offers to add, page by page, on this thread; a serial plugin's
 * lock is held meanwhile. What add answers, if negative, is the answer. */
int source_list_versions(struct source *, struct artm_call *, const struct artm_config *entry,
                         version_taker *add, void *arg);
/* The root. ARTM_DEFERRED: only fetch can tell. If the plugin had to GET, ret has data. */
int source_resolve(struct artefact *, struct artm_call *, struct descriptor *ret);
int source_matches(struct artefact *, struct artm_call *, const struct descriptor *at_target);
int source_fetch(struct artefact *, struct artm_call *, struct descriptor *ret);
/* With data, digest verified. ARTM_NO: not there. */
int source_manifest(struct artefact *, struct artm_call *, const char *reference,
                    struct descriptor *ret);
/* The plugin's stream, unhashed; ARTM_E_UNSUPPORTED for an offset it can't start from. */
int source_open_blob(struct artefact *, struct artm_call *, const struct descriptor *,
                     uint64_t offset, struct artm_stream **ret);
/* What refers to a digest, each once. ARTM_E_UNSUPPORTED: the source has no such list. */
int source_referrers(struct artefact *, struct artm_call *, const struct digest *of,
                     struct descriptor_list *ret);
#endif
