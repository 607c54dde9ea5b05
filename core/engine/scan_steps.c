/* SPDX-License-Identifier: Apache-2.0 */
/* Scans in the course of a job: before its tag, after it, or alone. */
#include "engine/scan.h"
#include <stdlib.h>

static void set_target(struct job_record *record, const struct digest *digest) {
  free(record->target_digest);
  record->target_digest = digest_is_set(digest) ? str_copy(digest->text) : NULL;
}

int job_scan_at_target(struct job *job, const struct digest *root) {
  struct job_record *record = job->record;
  auto_error why = {0};
  if (!job_is_scanned(job) || record->scan_count)
    return 0; /* or a gate that blocks had its say before the tag */
  int result = job_scan(job, root, &why);
  if (result != ARTM_E_CANCELLED)
    error_move(&record->policy, &why);
  else if (job->run->options->scan_only)
    return job_fail(job, &why);
  else
    job_skip_scans(job, &why); /* the artefact is there all the same */
  return 0;
}

int job_pass_gate(struct job *job) {
  struct job_record *record = job->record;
  auto_error why = {0};
  int result = job_publish_untagged(job);
  if (result < 0)
    return result;
  result = job_scan(job, &job->row->graph->root->digest, &why);
  if (result < 0)
    return job_fail(job, &why);
  if (result == ARTM_NO && job->row->matrix->tag) {
    record->status = JOB_BLOCKED;
    set_target(record, &job->old.digest);
    error_move(&record->error, &why);
    return ARTM_NO;
  }
  error_move(&record->policy, &why); /* by its digest it can be pulled: nothing is withheld */
  return 0;
}

int job_scan_only(struct job *job) {
  struct job_record *record = job->record;
  const struct matrix_row *row = job->row->matrix;
  auto_call call = job_call(job);
  int result = target_resolve(job->repository, &call, row->tag ? row->tag : row_reference(job->row),
                              &job->old);
  if (result == ARTM_NO) {
    call_fail(&call, ARTM_E_NOT_FOUND, "it is not at the target");
    error_where(&call.error, "%s", record->target_reference);
    error_hint(&call.error, "scan looks at what was mirrored before; 'artmirror mirror' brings it");
  }
  if (result != 0)
    return job_fail(job, &call.error);
  set_target(record, &job->old.digest);
  record->status = JOB_UNCHANGED;
  return job_scan_at_target(job, &job->old.digest);
}
