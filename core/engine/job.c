/* SPDX-License-Identifier: Apache-2.0 */
/* What all phases of a job need: its calls, its failure, its record. */
#include "engine/job.h"
#include "base/clock.h"
#include "engine/backoff.h"
#include <stdlib.h>

struct artm_call job_call(const struct job *job) {
  return (struct artm_call){.cancel = job->run->input->cancel, .traffic = job->traffic};
}

int job_fail(struct job *job, struct error *error) {
  int code = error->code ? error->code : ARTM_E_INTERNAL;
  pthread_mutex_lock(&job->lock);
  if (!job->error.code)
    error_move(&job->error, error);
  pthread_mutex_unlock(&job->lock);
  atomic_store(&job->failed, true);
  return code;
}

void job_span(struct job *job, const char *phase, uint32_t worker, int64_t start_ms) {
  struct job_record *record = job->record;
  pthread_mutex_lock(&job->lock);
  record->spans =
      mem_grow(record->spans, record->span_count, &record->span_capacity, sizeof *record->spans);
  record->spans[record->span_count++] = (struct job_span){phase, worker, start_ms, clock_wall_ms()};
  pthread_mutex_unlock(&job->lock);
}

void job_note(struct job *job, char *text) {
  pthread_mutex_lock(&job->lock);
  if (strings_has(&job->record->notes, text))
    free(text);
  else
    strings_add_taken(&job->record->notes, text);
  pthread_mutex_unlock(&job->lock);
}

int job_target_manifest(struct job *job, struct artm_call *call, const char *reference,
                        struct descriptor *ret) {
  for (uint32_t attempt = 1;; attempt++) {
    int result = target_manifest(job->repository, call, reference, ret);
    if (result >= 0 || (result = backoff_retry(call, attempt, job->run->options->retries)) < 0)
      return result;
  }
}

bool row_is_sparse(const struct row *row) {
  const struct entry *entry = row->matrix->entry;
  return entry->platform_count && entry->index == INDEX_SPARSE;
}
