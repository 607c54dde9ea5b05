/* SPDX-License-Identifier: Apache-2.0 */
/* Brings every blob of a job's graph into its repository: each blob is a part that any worker
 * runs. A blob is uploaded once a run and target; other repositories mount it. */
#include "base/clock.h"
#include "engine/backoff.h"
#include "engine/job.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

struct blob_part {
  struct task task; /* first */
  struct job *job;
  size_t blob; /* of the graph */
};
#define SIZE_BITS ((UINT64_C(1) << 48) - 1)
enum how { BLOB_NOT_YET, BLOB_PRESENT, BLOB_MOUNTED, BLOB_SENT };

/* sign: 1, or -1 to take it back (unsigned arithmetic wraps as it should). */
static void add(struct job_record *record, enum how how, uint64_t size, uint64_t sign) {
  if (how == BLOB_SENT) {
    record->blobs_sent += sign;
    record->bytes_sent += sign * size;
  } else if (how == BLOB_MOUNTED) {
    record->blobs_mounted += sign;
    record->bytes_mounted += sign * size;
  } else if (how == BLOB_PRESENT) {
    record->blobs_present += sign;
    record->bytes_present += sign * size;
  }
}

/* A blob that is asked for again counts once, as what it took most. */
static void count(struct job *job, size_t blob, enum how how) {
  uint64_t size = job->graph->blobs[blob]->size;
  pthread_mutex_lock(&job->lock);
  enum how before = job->brought[blob];
  if (how > before) {
    add(job->record, before, size, UINT64_MAX);
    add(job->record, how, size, 1);
    job->brought[blob] = (unsigned char)how;
  }
  pthread_mutex_unlock(&job->lock);
}

/* One PUT of the blob from one origin. The reading side's error comes before the writing side's,
 * which only suffered from it. */
static int send_once(struct job *job, const struct descriptor *blob,
                     const struct content_origin *origin, struct artm_call *call,
                     bool *ret_source_failed) {
  struct blob_stream stream;
  blob_stream_init(&stream, origin, blob, call, job->run->options->retries, job->run->progress);
  int result = target_put_blob(job->repository, call, blob, &stream.abi);
  *ret_source_failed = result < 0 && blob_stream_error(&stream)->code < 0;
  if (*ret_source_failed)
    result = error_move(&call->error, &stream.call.error);
  blob_stream_done(&stream);
  return result;
}

/* Reads from the source again after another target could not give the blob. */
static bool fall_back(struct job *job, const struct descriptor *blob, struct content_origin *origin,
                      const struct error *why) {
  if (origin->artefact)
    return false;
  job_note(job, str_format("blob %s was read from the source again: %s did not give it: %s",
                           blob->digest.text, origin->repository->reference, why->message));
  *origin = (struct content_origin){.artefact = job->row->artefact};
  return true;
}

/* Uploads with further attempts; before each one it asks whether the last had arrived. */
static int send(struct job *job, const struct descriptor *blob, struct artm_call *call) {
  struct content_origin origin = job->origin;
  for (uint32_t attempt = 1;; attempt++) {
    bool source_failed;
    int result = send_once(job, blob, &origin, call, &source_failed);
    if (result == 0)
      return 0;
    if (call->error.code == ARTM_E_CANCELLED)
      return result;
    if (!source_failed && (result = backoff_retry(call, attempt, job->run->options->retries)) < 0)
      return result;
    if (source_failed && !fall_back(job, blob, &origin, &call->error))
      return result;
    result = target_has_blob(job->repository, call, blob);
    if (result <= 0)
      return result;
  }
}

/* Does one registry hold both the source and the target? */
static bool is_at_source(const struct job *job) {
  const char *source = job->row->artefact->repository;
  if (!source || !job->repository->registry)
    return false;
  size_t length = strcspn(source, "/") + 1;
  return strncmp(source, job->repository->reference, length) == 0;
}

/* A plan takes it that mounts are granted. */
static int mount(struct job *job, const struct descriptor *blob, struct artm_call *call,
                 const char *from) {
  if (job->run->options->plan_only)
    return 0;
  int result = target_mount(job->repository, call, blob, from);
  if (result < 0 && call->error.code != ARTM_E_CANCELLED) {
    error_done(&call->error); /* a refused mount is no failure: it is uploaded instead */
    result = ARTM_NO;
  }
  return result;
}

/* Is the blob there? Where its upload follows for sure, one request asks and opens it. */
static int ask(struct job *job, const struct descriptor *blob, struct artm_call *call,
               bool only_ask) {
  if (only_ask || job->ask_each)
    return target_has_blob(job->repository, call, blob);
  return target_begin_blob(job->repository, call, blob);
}

/* mount_from: a repository of this target that has the blob, or -1. */
static int bring(struct job *job, const struct descriptor *blob, int64_t mount_from,
                 struct artm_call *call, enum how *how) {
  bool plan = job->run->options->plan_only;
  int result = ARTM_NO;
  *how = BLOB_MOUNTED;
  if (mount_from >= 0 && !job->ask_each) {
    struct known *known = job->run->known[job->target_index];
    result = mount(job, blob, call, known_repository_reference(known, (uint32_t)mount_from));
    if (result != ARTM_NO)
      return result;
  }
  bool at_source = mount_from < 0 && is_at_source(job);
  result = ask(job, blob, call, plan || mount_from >= 0 || at_source);
  if (result != ARTM_NO) {
    *how = BLOB_PRESENT;
    return result;
  }
  if (at_source) {
    result = mount(job, blob, call, job->row->artefact->repository);
    if (result != ARTM_NO)
      return result;
  }
  *how = BLOB_SENT;
  if (plan)
    return 0;
  if (job->run->progress)
    progress_expect(job->run->progress, blob->size);
  return send(job, blob, call);
}

static void part_end(struct blob_part *part) {
  struct job *job = part->job;
  free(part);
  atomic_fetch_sub(&job->pending, 1);
  pool_wake(job->run->pool, job);
}

/* It is this part's turn: brings the blob and lets those go on that wait for it. */
static void part_bring(struct job *job, size_t index, int64_t mount_from, uint32_t worker) {
  const struct descriptor *blob = job->graph->blobs[index];
  int64_t start = clock_wall_ms();
  struct log_group *before = log_group_enter(job->log);
  auto_call call = job_call(job);
  enum how how;
  int result = bring(job, blob, mount_from, &call, &how);
  log_group_enter(before);
  known_finish(job->run->known[job->target_index], &blob->digest, job->known_repository,
               result == 0, job->run->pool);
  if (result == 0)
    count(job, index, how);
  else
    job_fail(job, &call.error);
  if (how == BLOB_SENT)
    job_span(job, "transfer", worker, start);
}

static void part_run(struct task *task, uint32_t worker) {
  struct blob_part *part = (struct blob_part *)task;
  struct job *job = part->job;
  if (!atomic_load(&job->failed)) {
    int64_t mount_from = -1;
    enum known_claim claim =
        known_claim_blob(job->run->known[job->target_index], &job->graph->blobs[part->blob]->digest,
                         job->known_repository, task, &mount_from);
    if (claim == CLAIM_WAIT)
      return;
    if (claim == CLAIM_PRESENT)
      count(job, part->blob, BLOB_PRESENT);
    else
      part_bring(job, part->blob, mount_from, worker);
  }
  part_end(part);
}

static bool all_through(void *arg) {
  struct job *job = arg;
  return atomic_load(&job->pending) == 0;
}

void job_take_graph(struct job *job, const struct graph *graph) {
  free_pointer(&job->brought);
  job->brought = mem_array(graph->blob_count + 1, sizeof *job->brought);
  job->graph = graph;
}

/* What most jobs wait for comes first, then the largest, which takes longest. */
static uint64_t priority(struct job *job, size_t blob) {
  const struct descriptor *wanted = job->graph->blobs[blob];
  uint64_t jobs = known_want(job->run->known[job->target_index], &wanted->digest);
  return (jobs < UINT16_MAX ? jobs : UINT16_MAX) << 48 |
         (wanted->size < SIZE_BITS ? wanted->size : SIZE_BITS);
}

int job_transfer(struct job *job) {
  const struct graph *graph = job->graph;
  atomic_store(&job->pending, graph->blob_count);
  for (size_t i = 0; i < graph->blob_count; i++) {
    struct blob_part *part = mem_alloc(sizeof *part);
    *part = (struct blob_part){
        .task = {.run = part_run, .priority = priority(job, i)}, .job = job, .blob = i};
    pool_add_part(job->run->pool, &part->task);
  }
  pool_help(job->run->pool, job->worker, all_through, job);
  return atomic_load(&job->failed) ? job->error.code : 0;
}
