/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests after all their blobs, children before parents, the tag last and in one PUT; then a
 * look whether the tag has what it should. */
#include "base/clock.h"
#include "engine/backoff.h"
#include "engine/job.h"
#include "report/log.h"
#include <inttypes.h>

#define BLOB_UNKNOWN_TRIES 3

/* One root on its way to the target. */
struct publication {
  const char *reference; /* its digest, or a tag */
  bool is_referrer;
  bool at_root;   /* everything below it is there */
  uint32_t flags; /* ARTM_PUT_*, of the root */
};

static void span(struct job *job, const struct publication *publication, const char *phase,
                 int64_t start) {
  if (!publication->is_referrer)
    job_span(job, phase, job->worker, start);
}

static int put(struct job *job, struct artm_call *call, const struct manifest *manifest,
               const char *reference, uint32_t *flags) {
  struct descriptor descriptor = {.media_type = manifest->media_type,
                                  .digest = manifest->digest,
                                  .size = manifest->size,
                                  .artifact_type = manifest->artifact_type,
                                  .data = manifest->bytes,
                                  .data_size = manifest->size};
  int result = target_put_manifest(job->repository, call, reference, &descriptor, flags);
  if (result == 0)
    job->record->manifests_sent++;
  return result;
}

static int put_children(struct job *job, struct artm_call *call) {
  struct known *known = job->run->known[job->target_index];
  const struct graph *graph = job->graph;
  for (size_t i = 0; i < graph->manifest_count; i++) {
    const struct manifest *manifest = graph->manifests[i];
    uint32_t flags;
    if (known_is_confirmed(known, &manifest->digest, job->known_repository))
      continue;
    int result = put(job, call, manifest, manifest->digest.text, &flags);
    if (result < 0)
      return error_wrap(&call->error, "manifest %s", manifest->digest.text);
    known_confirm(known, &manifest->digest, job->known_repository);
  }
  return 0;
}

/* 0 if the reference has the root's digest now. */
static int verify(struct job *job, struct artm_call *call, const char *reference) {
  const struct digest *wanted = &job->graph->root->digest;
  auto_descriptor seen = {0};
  int result = target_resolve(job->repository, call, reference, &seen);
  if (result < 0)
    return error_wrap(&call->error, "verifying %s", reference);
  if (result == ARTM_NO)
    return call_fail(call, ARTM_E_CONFLICT, "%s is not there right after it was written",
                     reference);
  if (!digest_equal(&seen.digest, wanted))
    return call_fail(call, ARTM_E_CONFLICT,
                     "%s has %s right after %s was written: somebody else writes it too", reference,
                     seen.digest.text, wanted->text);
  return 0;
}

/* The last PUT. One whose answer was lost may have worked: what the tag has decides. */
static int put_root(struct job *job, struct artm_call *call, struct publication *publication) {
  int64_t start = clock_wall_ms();
  int result = put(job, call, job->graph->root, publication->reference, &publication->flags);
  span(job, publication, "tag", start);
  int code = result == 0 ? 0 : call->error.code;
  if (code == 0 || code == ARTM_E_BLOB_UNKNOWN || code == ARTM_E_CANCELLED || code == ARTM_E_LOCAL)
    return result;
  auto_call question = job_call(job);
  if (verify(job, &question, publication->reference) < 0)
    return result;
  error_done(&call->error);
  return 0;
}

/* Another job found meanwhile that the repository lacks what its manifests list. What this job
 * only inferred may be missing too, below children that were not put anew. */
static int ask_if_doubted(struct job *job, struct artm_call *call) {
  if (job->ask_each || !known_is_doubted(job->run->known[job->target_index], job->known_repository))
    return 0;
  job->ask_each = true;
  int result = job_transfer(job);
  return result == 0 ? put_children(job, call) : result;
}

static int publish_once(struct job *job, struct artm_call *call, struct publication *publication) {
  int64_t start = clock_wall_ms();
  int result = put_children(job, call);
  if (result == 0)
    result = ask_if_doubted(job, call);
  span(job, publication, "manifests", start);
  publication->at_root = result == 0;
  if (result == 0)
    result = put_root(job, call, publication);
  return result;
}

/* The registry misses a blob that we thought it had: everything about the repository is asked
 * again, and what is missing is brought. */
static int ask_each(struct job *job, struct artm_call *call, uint32_t attempt) {
  log_write(LOG_DEBUG, "publish", "%s: %s; asking for each blob", job->repository->reference,
            call->error.message);
  auto_error why = {0};
  error_move(&why, &call->error);
  int result = backoff_sleep(call, &why, attempt);
  if (result < 0)
    return result;
  known_forget(job->run->known[job->target_index], job->known_repository);
  job->ask_each = true;
  return job_transfer(job);
}

/* Was it the index that was refused because children are missing as they should? */
static bool is_sparse_refused(const struct job *job, const struct artm_call *call,
                              const struct publication *publication) {
  return publication->at_root && !publication->is_referrer && row_is_sparse(job->row) &&
         (call->error.code == ARTM_E_BLOB_UNKNOWN || call->error.code == ARTM_E_UNSUPPORTED ||
          call->error.code == ARTM_E_NOT_FOUND);
}

static int publish(struct job *job, struct artm_call *call, struct publication *publication) {
  int result = publish_once(job, call, publication);
  for (uint32_t i = 1; result == ARTM_E_BLOB_UNKNOWN && i <= BLOB_UNKNOWN_TRIES; i++) {
    if (is_sparse_refused(job, call, publication))
      break;
    result = ask_each(job, call, i);
    if (result == 0)
      result = publish_once(job, call, publication);
  }
  return result;
}

static int fail(struct job *job, struct artm_call *call, const struct publication *publication) {
  int code = call->error.code;
  if (atomic_load(&job->failed))
    return code ? code : job->error.code;
  if (is_sparse_refused(job, call, publication))
    error_hint(&call->error, "this target takes no index whose other platforms are missing; use "
                             "'index: filtered' for this entry");
  return job_fail(job, &call->error);
}

int job_publish_untagged(struct job *job) {
  struct publication publication = {.reference = job->graph->root->digest.text};
  auto_call call = job_call(job);
  int result = publish(job, &call, &publication);
  return result < 0 ? fail(job, &call, &publication) : result;
}

int job_publish(struct job *job) {
  const char *tag = job->row->matrix->tag;
  struct publication publication = {.reference = tag ? tag : job->graph->root->digest.text};
  auto_call call = job_call(job);
  int result = publish(job, &call, &publication);
  if (result == 0) {
    int64_t start = clock_wall_ms();
    result = verify(job, &call, publication.reference);
    job_span(job, "verify", job->worker, start);
  }
  return result < 0 ? fail(job, &call, &publication) : result;
}

int job_publish_referrer(struct job *job, struct artm_call *call, const char *reference,
                         uint32_t *result) {
  struct publication publication = {.reference = reference, .is_referrer = true};
  int answer = publish(job, call, &publication);
  if (answer == 0)
    *result = publication.flags;
  return answer;
}
