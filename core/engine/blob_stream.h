/* SPDX-License-Identifier: Apache-2.0 */
/* A blob on its way: read from a source or from another target, every byte counted and hashed,
 * taken up again at its offset when the connection breaks. */
#ifndef ENGINE_BLOB_STREAM_H
#define ENGINE_BLOB_STREAM_H
#include "plugin/source.h"
#include "plugin/target.h"
#include "report/progress.h"

/* Where content is read: exactly one is set. */
struct content_origin {
  struct artefact *artefact;
  struct repository *repository;
};

struct blob_stream {
  struct artm_stream abi; /* first */
  const struct content_origin *origin;
  const struct descriptor *descriptor;
  struct artm_call call; /* of its own: what it is read inside of has another */
  struct artm_stream *inner;
  struct hasher *hasher;
  uint64_t offset;                 /* bytes delivered */
  uint64_t progress_at;            /* offset when it was last opened again */
  uint32_t attempts, attempts_max; /* reopenings without progress */
  struct progress *progress;       /* or NULL */
};
/* Nothing is opened before the first read. around: whose cancellation, limit and traffic apply.
 * The last byte is delivered only after size and digest were found right, else ARTM_E_DIGEST. */
void blob_stream_init(struct blob_stream *, const struct content_origin *,
                      const struct descriptor *, const struct artm_call *around, uint32_t retries,
                      struct progress *);
/* The error of the reading side, code 0 if it had none. */
const struct error *blob_stream_error(const struct blob_stream *);
void blob_stream_done(struct blob_stream *);

/* Reads a whole small blob (an image's config) of at most max bytes, verified. Caller frees. */
int origin_read_blob(const struct content_origin *, struct artm_call *, const struct descriptor *,
                     uint64_t max, uint32_t retries, void **ret);
#endif
