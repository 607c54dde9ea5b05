/* SPDX-License-Identifier: Apache-2.0 */
/* Reading manifests and blobs of a layout; what the source and the target share. */
#ifndef LAYOUT_READ_H
#define LAYOUT_READ_H
#include "index.h"
#include <pthread.h>

enum read_flags {
  READ_DATA = 1,  /* the descriptor comes with its data */
  READ_LOOSE = 2, /* a tag may stand at the end of a full reference */
};
/* Adds the manifest of a tag or digest. ARTM_NO: not named, or its blob is missing or cut. */
int32_t read_manifest(const struct place *, struct artm_call *, const char *reference,
                      unsigned flags, struct artm_descriptor_sink *);
/* As artm_source.open_blob. */
int32_t read_blob(const struct place *, struct artm_call *, const struct artm_descriptor *,
                  uint64_t offset, struct artm_stream **);
/* Adds every tag of index.json; with short_names a full reference gives its last part. ARTM_NO: no
 * index.json. */
int32_t read_tags(const struct place *, struct artm_call *, bool short_names,
                  struct artm_version_sink *);
/* What index.json names that refers to something, read when it is first asked for. */
struct named_referrers {
  pthread_mutex_t lock;
  json_t *by_subject; /* NULL: not read yet */
};
/* Adds every manifest that refers to a digest (a source's referrers). */
int32_t read_referrers(const struct place *, struct artm_call *, struct named_referrers *,
                       const char *subject, struct artm_descriptor_sink *);
#endif
