/* SPDX-License-Identifier: Apache-2.0 */
/* index.json and the oci-layout file (image-spec, image-layout.md). */
#ifndef LAYOUT_INDEX_H
#define LAYOUT_INDEX_H
#include "place.h"

#define REF_NAME "org.opencontainers.image.ref.name"
#define TYPE_INDEX "application/vnd.oci.image.index.v1+json"
#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define LAYOUT_FILE "oci-layout"
#define INDEX_FILE "index.json"
#define LAYOUT_TEXT "{\"imageLayoutVersion\":\"1.0.0\"}"

/* One descriptor; borrows from the JSON it was read from. */
struct item {
  const char *media_type;
  const char *digest;
  uint64_t size;
  const char *tag; /* REF_NAME, or NULL */
};
/* Reads a descriptor; false if it is none (no type, digest unknown to us, no size). */
bool item_read(const json_t *descriptor, struct item *ret);

/* Parses text; NULL unless it is a JSON object without duplicate keys. */
json_t *object_parse(const void *data, size_t size);
/* Is the folder a layout of a version we know? 0, ARTM_NO: no oci-layout file. */
int32_t layout_check(const struct place *, struct artm_call *);
/* Reads index.json. ARTM_NO: absent. */
int32_t index_read(const struct place *, struct artm_call *, json_t **ret);
/* Finds a tag. With loose, a full reference that ends in ":tag" counts if there is no exact one.
 * 0, ARTM_NO, or ARTM_E_CONFLICT when several such references differ. */
int32_t index_find(const struct place *, struct artm_call *, const json_t *index, const char *tag,
                   bool loose, struct item *ret);
/* Finds any descriptor with a digest. */
bool index_find_digest(const json_t *index, const char *digest, struct item *ret);
/* Puts a tag onto a descriptor, or off everything (item NULL). All others are kept. 0 changed,
 * ARTM_NO: nothing to change, -ENOMEM. */
int index_set(json_t *index, const char *tag, const struct item *item);
json_t *index_new(void);
#endif
