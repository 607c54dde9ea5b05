/* SPDX-License-Identifier: Apache-2.0 */
/* What this run knows of the blobs and manifests at one target, shared by all jobs: which
 * repository surely has a blob, and who is bringing it just now. design.md section 5 says when a
 * blob counts as confirmed. */
#ifndef ENGINE_KNOWN_H
#define ENGINE_KNOWN_H
#include "engine/pool.h"
#include "oci/digest.h"
#include <stdbool.h>

struct known;
struct known *known_new(void);
void known_free(struct known *);

/* Repositories are small integers, from their reference. */
uint32_t known_repository(struct known *, const char *reference);
const char *known_repository_reference(struct known *, uint32_t repository);

/* One more job wants the blob; how many did so far. */
uint32_t known_want(struct known *, const struct digest *);

enum known_claim {
  CLAIM_PRESENT, /* confirmed in this repository */
  CLAIM_BRING,   /* the caller brings it now and must call known_finish */
  CLAIM_WAIT     /* somebody is at it: waiter was queued and comes back as a part */
};
/* *ret_mount (BRING): a repository that surely has the blob, to mount it from; or -1. */
enum known_claim known_claim_blob(struct known *, const struct digest *, uint32_t repository,
                                  struct task *waiter, int64_t *ret_mount);
/* Ends what CLAIM_BRING began; waiters go to the pool. */
void known_finish(struct known *, const struct digest *, uint32_t repository, bool present,
                  struct pool *);
/* Seen in a manifest or index of a target that validates references. */
void known_confirm(struct known *, const struct digest *, uint32_t repository);
bool known_is_confirmed(struct known *, const struct digest *, uint32_t repository);
/* Forgets everything about a repository: the registry disagreed. From now on it is doubted: what
 * its manifests list tells nothing any more. */
void known_forget(struct known *, uint32_t repository);
bool known_is_doubted(struct known *, uint32_t repository);
#endif
