/* SPDX-License-Identifier: Apache-2.0 */
/* The content graph of one artefact as it is to stand at a target: the root, the manifests below
 * it and the blobs at the leaves, after platforms were chosen. */
#ifndef ENGINE_GRAPH_H
#define ENGINE_GRAPH_H
#include "base/call.h"
#include "base/text.h"
#include "matrix/entry.h"
#include "oci/manifest.h"
#include "report/run.h"

#define GRAPH_DEPTH_MAX 4
#define GRAPH_MANIFESTS_MAX 1000

struct graph {
  struct digest source_digest;
  struct manifest *root;       /* what is published: verbatim, or the cut index */
  struct manifest **manifests; /* below the root, children before parents, each once */
  size_t manifest_count, manifest_capacity;
  const struct descriptor **blobs; /* each once, borrowed from the manifests */
  size_t blob_count, blob_capacity;
  struct job_platform *platforms; /* of what is kept */
  size_t platform_count;
  struct strings notes; /* foreign layers */
};

/* Reads one manifest by digest, for graph_build. data is set in ret. */
typedef int manifest_reader(void *arg, struct artm_call *, const struct descriptor *wanted,
                            struct descriptor *ret);
/* Reads a whole small blob; caller frees. */
typedef int config_reader(void *arg, struct artm_call *, const struct descriptor *config,
                          void **ret);

/* root has data. Errors are in the call. */
int graph_build(const struct entry *entry, const struct descriptor *root,
                manifest_reader *read_manifest, config_reader *read_config, void *arg,
                struct artm_call *call, struct graph **ret);
void graph_free(struct graph *);
uint64_t graph_blob_bytes(const struct graph *);
/* The entry's platforms, sorted, comma between: the value of the annotation. Caller frees. */
char *graph_wanted_platforms(const struct entry *);

/* engine/choose.c: which children of an index stay. ARTM_E_NOT_FOUND lists what there is when a
 * wanted platform is missing. keep has item_count places. */
int children_choose(const struct entry *, const struct manifest *index, bool *keep,
                    struct error *err);
/* What an image's config says; words that it lacks stay "". */
int config_platform_read(const void *config, size_t size, struct platform *ret, struct error *err);
/* ARTM_E_NOT_FOUND unless an image's config names a wanted platform; ret gets it. */
int config_platform_check(const struct entry *, const void *config, size_t size,
                          struct platform *ret, struct error *err);
#endif
