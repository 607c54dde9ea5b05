/* SPDX-License-Identifier: Apache-2.0 */
/* Referrers where a registry does not list them itself (distribution-spec, Referrers Tag Schema):
 * an index under a tag made of the subject's digest. And the older tags of signatures. */
#ifndef OCI_REFERRERS_H
#define OCI_REFERRERS_H
#include "oci/manifest.h"

#define REFERRERS_TAG_MAX 128 /* longest tag, without the NUL */
#define REFERRERS_MAX 10000   /* in one index */

/* "sha256-<hex>", the hex cut to 64 characters. */
void referrers_tag(const struct digest *subject, char ret[REFERRERS_TAG_MAX + 1]);
/* "sha256-<hex>.sig" and the like; false past the last kind, or if it would be no tag. */
bool referrers_old_tag(const struct digest *subject, size_t kind, char ret[REFERRERS_TAG_MAX + 1]);

/* Is it a tag of either form, whatever digest it is about? */
bool referrers_is_tag(const char *tag);

struct referrers_index {
  struct descriptor *items; /* without json */
  size_t count;
  size_t malformed; /* entries that are left out */
};
/* ARTM_E_DIGEST: it is no OCI index, or too long. */
int referrers_index_read(const struct descriptor *manifest, struct referrers_index *ret,
                         struct error *err);
void referrers_index_done(struct referrers_index *);
bool referrers_index_has(const struct referrers_index *, const struct digest *);

/* The index with a descriptor added for each manifest; what is there stays byte for byte, unless it
 * is empty. index NULL: a new one. ret has data and digest. ARTM_E_DIGEST as above, or when it
 * would exceed MANIFEST_MAX. */
int referrers_index_add(const struct descriptor *index, struct manifest *const *manifests,
                        size_t count, struct descriptor *ret, struct error *err);

/* Calls use with each type that says what an artefact is, until it answers true: artifactType, else
 * the config's type unless it is an image's or empty, else the layers' types. */
bool manifest_is_type(const struct manifest *, bool (*use)(void *arg, const char *type), void *arg);
/* Does this type, as a list of referrers tells it, say what the artefact is? */
bool artifact_type_is_telling(const char *type);
#endif
