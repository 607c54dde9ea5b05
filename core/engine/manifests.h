/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests read in this run, by digest, within a limit: several tags often share them. */
#ifndef ENGINE_MANIFESTS_H
#define ENGINE_MANIFESTS_H
#include "oci/manifest.h"

struct manifest_cache;
struct manifest_cache *manifest_cache_new(void);
void manifest_cache_free(struct manifest_cache *);
/* False: not there. ret is a copy. */
bool manifest_cache_get(struct manifest_cache *, const struct digest *, struct descriptor *ret);
void manifest_cache_put(struct manifest_cache *, const struct descriptor *);
#endif
