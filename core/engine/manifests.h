/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests by digest: those read in this run, within a limit, as several tags often share them;
 * and those that earlier runs kept (manifest_store.h). */
#ifndef ENGINE_MANIFESTS_H
#define ENGINE_MANIFESTS_H
#include "engine/graph.h"

struct manifest_cache;
/* folder: of caches, or NULL. */
struct manifest_cache *manifest_cache_new(const char *folder);
void manifest_cache_free(struct manifest_cache *);
/* Read in this run. False: not there. ret is a copy. */
bool manifest_cache_get(struct manifest_cache *, const struct digest *, struct descriptor *ret);
/* The same, or kept by an earlier run: the bytes are right, but who has them is not known. */
bool manifest_cache_recall(struct manifest_cache *, const struct digest *, struct descriptor *ret);
void manifest_cache_put(struct manifest_cache *, const struct descriptor *);
/* What was published: the next change of its tag has most of it again. */
void manifest_cache_keep(struct manifest_cache *, const struct graph *);
#endif
