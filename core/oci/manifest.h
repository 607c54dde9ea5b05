/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and indexes read from their bytes, which are kept and never written anew; and the cut
 * index, which is. Media types that we know: OCI index and manifest, Docker list and v2s2. */
#ifndef OCI_MANIFEST_H
#define OCI_MANIFEST_H
#include "base/error.h"
#include "oci/digest.h"
#include "oci/platform.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define MEDIA_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define MEDIA_OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define MEDIA_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_DOCKER_SCHEMA1 "application/vnd.docker.distribution.manifest.v1+json"
#define MEDIA_DOCKER_SCHEMA1_SIGNED "application/vnd.docker.distribution.manifest.v1+prettyjws"
#define MANIFEST_MAX (4u << 20) /* bytes of one manifest */

/* Copies of everything; also what the plugins' descriptor sinks fill. */
struct descriptor {
  char *media_type; /* may be NULL when a HEAD did not tell */
  struct digest digest;
  uint64_t size;
  char *artifact_type;
  struct platform platform;
  bool has_platform;
  bool foreign; /* non-distributable layer type, or has "urls" */
  void *data;   /* the content itself (a manifest), data_size bytes, NUL after it; or NULL */
  size_t data_size;
  const json_t *json;          /* in a parsed manifest: its descriptor as written (borrowed) */
  size_t raw_offset, raw_size; /* in an index: where the descriptor's own bytes stand */
};
void descriptor_copy(struct descriptor *to, const struct descriptor *from);
void descriptor_done(struct descriptor *);
#define auto_descriptor __attribute__((cleanup(descriptor_done))) struct descriptor

enum manifest_kind { MANIFEST_IMAGE, MANIFEST_INDEX };
struct manifest {
  enum manifest_kind kind;
  char *media_type;
  char *artifact_type;
  void *bytes; /* verbatim */
  size_t size;
  struct digest digest;
  struct descriptor config; /* IMAGE */
  struct descriptor *items; /* IMAGE: layers. INDEX: children. Duplicates kept */
  size_t item_count;
  bool has_subject;
  struct descriptor subject;
  json_t *json;
};
/* Parses bytes under the type that they were served with (NULL: unknown). Refuses by name, code
 * ARTM_E_DIGEST: no JSON, duplicate names, both "manifests" and "layers", mediaType that differs
 * from the served type, sizes below 0 or above 1 TiB, bad or unknown digests, over 1,000 children,
 * over 500 layers, above MANIFEST_MAX. Schema 1 is ARTM_E_UNSUPPORTED with a hint. */
int manifest_parse(const void *bytes, size_t size, const char *served_type, struct manifest **ret,
                   struct error *err);
void manifest_free(struct manifest *);
bool media_is_index(const char *media_type);    /* OCI index or Docker list */
bool media_is_manifest(const char *media_type); /* any of the four */
/* The child is an attestation of another child (platform unknown/unknown with
 * vnd.docker.reference.digest): returns that digest, else NULL. */
const char *attestation_subject(const struct descriptor *child);

/* Does an image manifest hold nothing but in-toto statements, whatever its platform is called? */
bool manifest_is_attestation(const struct manifest *);

#define ANNOTATION_SOURCE_DIGEST "io.artmirror.source.digest"
#define ANNOTATION_PLATFORMS "io.artmirror.platforms"
/* An OCI index with the chosen children, each descriptor byte for byte as in the source, and the
 * two annotations (source's digest; wanted platforms sorted, comma between). Other annotations of
 * the source's index are kept. Deterministic. Caller frees. */
char *index_cut(const struct manifest *index, const bool *keep, const char *platforms,
                size_t *size);
/* Value of an annotation of the manifest itself, or NULL. */
const char *manifest_annotation(const struct manifest *, const char *name);
#endif
