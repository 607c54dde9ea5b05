/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests by digest, kept between runs in the cache folder. What they say is content, which never
 * changes under its digest; it tells nothing of who has it. Safe for threads and processes;
 * deleting it costs requests only, and so does every failure here. */
#ifndef ENGINE_MANIFEST_STORE_H
#define ENGINE_MANIFEST_STORE_H
#include "oci/manifest.h"

struct manifest_store;
/* folder: of caches; NULL: nothing is kept. Opened on first use. */
struct manifest_store *manifest_store_new(const char *folder);
/* Writes what is not written yet. */
void manifest_store_free(struct manifest_store *);
/* False: not there, or not with the right bytes. ret is a copy. */
bool manifest_store_get(struct manifest_store *, const struct digest *, struct descriptor *ret);
/* A manifest with data. Forgets what no run used for 30 days, and the oldest above 64 MiB. */
void manifest_store_put(struct manifest_store *, const struct descriptor *);
#endif
