/* SPDX-License-Identifier: Apache-2.0 */
/* One row of the matrix from beginning to end: resolve, compare, transfer, publish. */
#include "engine/row.h"
#include "base/clock.h"
#include "engine/budget.h"
#include "engine/manifests.h"
#include "engine/referrers.h"
#include "engine/scan.h"
#include "report/log.h"
#include "report/run_table.h"
#include <stdlib.h>

static bool is_stopping(const struct run *run) {
  return atomic_load(&run->input->cancel->level) > 0;
}

static void set_digest(char **field, const struct digest *digest) {
  free(*field);
  *field = digest_is_set(digest) ? str_copy(digest->text) : NULL;
}

static void record_platforms(struct job *job) {
  const struct graph *graph = job->row->graph;
  struct job_record *record = job->record;
  record->platforms = mem_array(graph->platform_count + 1, sizeof *record->platforms);
  for (size_t i = 0; i < graph->platform_count; i++)
    record->platforms[record->platform_count++] = (struct job_platform){
        str_copy(graph->platforms[i].platform), str_copy(graph->platforms[i].digest)};
  for (size_t i = 0; i < graph->notes.count; i++)
    job_note(job, str_copy(graph->notes.items[i]));
}

/* The reference of the job's tag, or of digest where it has none. */
static void name_target(struct job *job, const char *digest) {
  const char *tag = job->row->matrix->tag;
  free(job->record->target_reference);
  job->record->target_reference =
      str_format("%s%s%s", job->repository->reference, tag ? ":" : "@", tag ? tag : digest);
}

/* What a plan can't read without spending what is counted. */
static void plan_counted(struct job *job) {
  const struct entry *entry = job->row->matrix->entry;
  uint64_t pulls = 1 + (entry->platform_count ? entry->platform_count : 1);
  job->record->counted_pulls = pulls;
  budget_need(job->run->budgets, job->row->artefact, pulls);
  job_note(job,
           str_copy("its size is not known: reading its manifests would use up counted pulls"));
}

static int do_job(struct job *job, enum comparison comparison) {
  struct row *row = job->row;
  bool plan = job->run->options->plan_only;
  if (plan && row->artefact->counted && !row->graph) {
    plan_counted(job);
    return 0;
  }
  int result = row_graph(row, job);
  if (result < 0)
    return result;
  record_platforms(job);
  job_take_graph(job, row->graph);
  if (comparison == DIFFERENT)
    job_learn_from_target(job);
  result = job_transfer(job);
  if (result == 0 && !plan && job_is_gated(job))
    result = job_pass_gate(job);
  if (result == 0 && !plan)
    result = job_publish(job);
  if (result != 0)
    return result;
  if (!plan)
    manifest_cache_keep(row->run->manifests, row->graph);
  set_digest(&job->record->target_digest, &row->graph->root->digest);
  if (!row->matrix->tag)
    name_target(job, row->graph->root->digest.text);
  return 0;
}

/* A tag that has other content: 0 if it may be replaced. */
static int check_on_change(struct job *job) {
  struct job_record *record = job->record;
  uint32_t on_change = job->row->matrix->entry->on_change;
  if (on_change == ARTM_ON_CHANGE_UPDATE)
    return 0;
  if (on_change == ARTM_ON_CHANGE_KEEP) {
    record->status = JOB_KEPT;
    set_digest(&record->target_digest, &job->old.digest);
    int result = job_scan_at_target(job, &job->old.digest);
    return result < 0 ? result : ARTM_NO;
  }
  auto_error error = {0};
  error_set(&error, ARTM_E_POLICY, "the tag has %s, the source %s, and 'on_change' is fail",
            job->old.digest.text,
            digest_is_set(&job->row->root.digest) ? job->row->root.digest.text : "other content");
  error_where(&error, "%s", record->target_reference);
  error_hint(&error, "look why it changed; 'on_change: update' would replace it");
  return job_fail(job, &error);
}

/* The tag is there; what refers to it follows. */
static int end_with_referrers(struct job *job, enum job_status status) {
  struct job_record *record = job->record;
  bool is_old = status == JOB_UNCHANGED;
  record->status = status;
  int result = job_referrers(job);
  if (is_old && record->referrers_copied)
    record->status = job->run->options->plan_only ? JOB_WOULD_UPDATE : JOB_UPDATED;
  if (result == 0 && !job->run->options->plan_only)
    result = job_scan_at_target(job, is_old ? &job->old.digest : &job->row->graph->root->digest);
  return result;
}

static int job_steps(struct job *job) {
  struct job_record *record = job->record;
  enum comparison comparison;
  int result = job_compare(job, &comparison);
  set_digest(&record->source_digest, &job->row->root.digest);
  if (!record->source_digest)
    record->source_digest = str_copy(job->row->matrix->version->digest);
  if (result < 0)
    return result;
  set_digest(&record->old_digest, &job->old.digest);
  if (comparison == SAME) {
    set_digest(&record->target_digest, &job->old.digest);
    return end_with_referrers(job, JOB_UNCHANGED);
  }
  bool is_other = !digest_equal(&job->old.digest, &job->row->root.digest);
  if (comparison == DIFFERENT && is_other && (result = check_on_change(job)) != 0)
    return result < 0 ? result : 0;
  result = do_job(job, comparison);
  set_digest(&record->source_digest, &job->row->root.digest);
  if (result != 0)
    return result < 0 ? result : 0;
  bool plan = job->run->options->plan_only;
  if (comparison == ABSENT)
    return end_with_referrers(job, plan ? JOB_WOULD_CREATE : JOB_CREATED);
  return end_with_referrers(job, plan ? JOB_WOULD_UPDATE : JOB_UPDATED);
}

static int open_repository(struct job *job) {
  struct run *run = job->run;
  const struct matrix_row *matrix = job->row->matrix;
  auto_call call = job_call(job);
  int result = target_open(run->input->targets[job->target_index].target, &call, matrix->repository,
                           &job->repository);
  if (result < 0)
    return job_fail(job, &call.error);
  job->known_repository =
      known_repository(run->known[job->target_index], job->repository->reference);
  name_target(job, row_reference(job->row));
  return 0;
}

/* The first job of a row that has the content lends it to the later ones. */
static void choose_origin(struct job *job) {
  job->origin = (struct content_origin){.artefact = job->row->artefact};
  for (struct job *other = job->row->jobs; other < job; other++) {
    if (!other->repository || atomic_load(&other->failed) || job->run->options->plan_only)
      continue;
    if (other->record->status == JOB_CREATED || other->record->status == JOB_UPDATED) {
      job->origin = (struct content_origin){.repository = other->repository};
      return;
    }
  }
}

static void record_requests(struct job *job) {
  struct traffic_origin *origins = NULL;
  size_t count = traffic_list(job->traffic, &origins);
  struct job_record *record = job->record;
  record->requests = mem_array(count + 1, sizeof *record->requests);
  for (size_t i = 0; i < count; i++)
    record->requests[record->request_count++] =
        (struct job_requests){.origin = str_copy(origins[i].origin),
                              .requests = origins[i].requests,
                              .retries = origins[i].retries,
                              .sent = origins[i].sent,
                              .received = origins[i].received};
  traffic_free_list(origins, count);
}

static void end_failed(struct job *job) {
  struct job_record *record = job->record;
  record->status = job->error.code == ARTM_E_CANCELLED ? JOB_CANCELLED : JOB_FAILED;
  error_move(&record->error, &job->error);
  if (!record->error.where)
    error_where(&record->error, "%s",
                record->target_reference ? record->target_reference
                                         : job->row->matrix->entry->name);
}

/* --fail-fast: begun jobs end, no further one begins. */
static void stop_after_failure(const struct job *job) {
  int going_on = 0;
  const struct job_record *record = job->record;
  bool failed =
      record->status == JOB_FAILED || record->status == JOB_BLOCKED || record->policy.code;
  if (failed && job->run->options->fail_fast)
    atomic_compare_exchange_strong(&job->run->input->cancel->level, &going_on, 1);
}

static int run_steps(struct job *job) {
  if (!job->run->options->scan_only)
    choose_origin(job);
  int result = open_repository(job);
  if (result < 0)
    return result;
  return job->run->options->scan_only ? job_scan_only(job) : job_steps(job);
}

static void job_run(struct job *job) {
  struct job_record *record = job->record;
  job->log = log_group_new();
  struct log_group *before = log_group_enter(job->log);
  record->start_ms = clock_wall_ms();
  if (is_stopping(job->run))
    record->status = JOB_SKIPPED;
  else if (run_steps(job) < 0)
    end_failed(job);
  stop_after_failure(job);
  record_requests(job);
  record->end_ms = clock_wall_ms();
  if (job->run->progress)
    progress_job_done(job->run->progress, record);
  log_group_enter(before);
  auto_free char *label = job_label(record);
  log_group_end(job->log, label);
  job->log = NULL;
}

static int open_artefact(struct row *row) {
  const struct matrix_row *matrix = row->matrix;
  auto_call call = job_call(&row->jobs[0]);
  int result = source_open(row->source, &call, &matrix->entry->config, matrix->version->text,
                           matrix->version->digest, &row->artefact);
  if (result < 0)
    error_move(&row->error, &call.error);
  return result;
}

/* Nothing can be read: every job of the row has the same cause. */
static void fail_all(struct row *row) {
  for (size_t i = 0; i < row->job_count; i++) {
    struct job *job = &row->jobs[i];
    job->record->start_ms = job->record->end_ms = clock_wall_ms();
    struct error copy = {0};
    error_copy(&copy, &row->error);
    job_fail(job, &copy);
    end_failed(job);
    stop_after_failure(job);
    if (row->run->progress)
      progress_job_done(row->run->progress, job->record);
  }
}

void row_run(struct task *task, uint32_t worker) {
  struct row *row = (struct row *)task;
  bool reads = !row->run->options->scan_only;
  if (!is_stopping(row->run) && (row->error.code || (reads && open_artefact(row) < 0))) {
    fail_all(row);
    return;
  }
  for (size_t i = 0; i < row->job_count; i++) {
    struct job *job = &row->jobs[i];
    job->worker = worker;
    if (row->artefact && !job->record->source_reference)
      job->record->source_reference = str_copy(row->artefact->reference);
    job_run(job);
  }
  for (size_t i = 0; i < row->job_count; i++) {
    auto_call call = job_call(&row->jobs[i]);
    repository_close(row->jobs[i].repository, &call);
  }
  if (row->artefact)
    artefact_close(row->artefact);
  graph_free(row->graph);
  row->graph = NULL;
  referrer_lists_free(&row->referrers);
}
