/* SPDX-License-Identifier: Apache-2.0 */
/* Has the target what the source has? */
#include "base/clock.h"
#include "engine/budget.h"
#include "engine/job.h"
#include <string.h>

static bool is_filtered(const struct row *row) {
  const struct entry *entry = row->matrix->entry;
  return entry->platform_count && entry->index == INDEX_FILTERED;
}

/* Was the index at the target cut from this root for these platforms? */
static bool is_cut_from(const struct descriptor *at_target, const struct digest *root,
                        const struct entry *entry) {
  if (!at_target->data || !media_is_index(at_target->media_type))
    return false;
  auto_error ignored = {0};
  struct manifest *index = NULL;
  if (manifest_parse(at_target->data, at_target->data_size, at_target->media_type, &index,
                     &ignored) < 0)
    return false;
  auto_free char *wanted = graph_wanted_platforms(entry);
  const char *source = manifest_annotation(index, ANNOTATION_SOURCE_DIGEST);
  const char *platforms = manifest_annotation(index, ANNOTATION_PLATFORMS);
  bool same =
      source && platforms && strcmp(source, root->text) == 0 && strcmp(platforms, wanted) == 0;
  manifest_free(index);
  return same;
}

static enum comparison compare_with(const struct job *job, const struct digest *root) {
  if (digest_equal(&job->old.digest, root))
    return SAME;
  if (is_filtered(job->row) && is_cut_from(&job->old, root, job->row->matrix->entry))
    return SAME;
  return DIFFERENT;
}

/* SAME if the target has every child that is to be there, else DIFFERENT. */
static int look_for_children(struct job *job, struct artm_call *call, const struct manifest *index,
                             enum comparison *ret) {
  auto_free bool *keep = mem_array(index->item_count + 1, sizeof *keep);
  int result = children_choose(job->row->matrix->entry, index, keep, &call->error);
  for (size_t i = 0; result == 0 && i < index->item_count; i++) {
    auto_descriptor child = {0};
    if (keep[i])
      result = target_resolve(job->repository, call, index->items[i].digest.text, &child);
  }
  if (result < 0)
    return result;
  *ret = result == 0 ? SAME : DIFFERENT;
  return 0;
}

/* A sparse index tells nothing of its children: it may have been made for other platforms. */
static int compare_sparse(struct job *job, struct artm_call *call, enum comparison *ret) {
  auto_descriptor read = {0};
  int result = job_target_manifest(job, call, job->old.digest.text, &read);
  if (result != 0 || !media_is_index(read.media_type))
    return result < 0 ? result : 0;
  struct manifest *index = NULL;
  result = manifest_parse(read.data, read.data_size, read.media_type, &index, &call->error);
  if (result < 0)
    return result;
  result = look_for_children(job, call, index, ret);
  manifest_free(index);
  if (result == 0 && *ret == DIFFERENT)
    result = row_resolve(job->row, job, false); /* so that it shows to be the same root */
  return result;
}

/* Asks the target first: 0 with job->old filled, or ARTM_NO. */
static int ask_target(struct job *job, struct artm_call *call) {
  const struct row *row = job->row;
  const char *tag = row->matrix->tag;
  bool deferred = row->source->plugin->source.caps & ARTM_SOURCE_DEFERRED;
  if (tag && (is_filtered(row) || deferred))
    return job_target_manifest(job, call, tag, &job->old);
  return target_resolve(job->repository, call, tag ? tag : row_reference(row), &job->old);
}

/* A root that is only known after a download. */
static int compare_deferred(struct job *job, struct artm_call *call, enum comparison *ret) {
  struct row *row = job->row;
  int result = source_matches(row->artefact, call, &job->old);
  if (result == ARTM_DEFERRED) {
    result = row_resolve(row, job, true);
    if (result == 0)
      result = source_matches(row->artefact, call, &job->old);
  }
  if (result < 0)
    return result;
  *ret = result == 0 ? SAME : DIFFERENT;
  if (result == ARTM_DEFERRED)
    *ret = compare_with(job, &row->root.digest);
  return 0;
}

/* A cut index that is pushed without a tag: its digest is known once it is made. */
static int compare_untagged(struct job *job, struct artm_call *call, enum comparison *ret) {
  int result = row_graph(job->row, job);
  if (result < 0)
    return result;
  result = target_resolve(job->repository, call, job->row->graph->root->digest.text, &job->old);
  if (result < 0)
    return result;
  *ret = result == 0 ? SAME : ABSENT;
  return 0;
}

static int compare_absent(struct job *job, struct artm_call *call, enum comparison *ret) {
  struct row *row = job->row;
  bool plan = job->run->options->plan_only;
  if (!row->matrix->tag && is_filtered(row) && !(plan && row->artefact->counted))
    return compare_untagged(job, call, ret);
  /* A plan spares counted pulls; otherwise the root's bytes are needed in any case. */
  int result = row_resolve(row, job, !(plan && row->artefact->counted));
  if (result < 0)
    return result;
  *ret = ABSENT;
  return 0;
}

static int compare(struct job *job, struct artm_call *call, enum comparison *ret) {
  struct row *row = job->row;
  int result = ask_target(job, call);
  if (result < 0)
    return error_wrap(&call->error, "asking the target");
  if (result == ARTM_NO)
    return compare_absent(job, call, ret);
  struct digest pin;
  if (row->matrix->version->digest && digest_parse(row->matrix->version->digest, &pin)) {
    *ret = compare_with(job, &pin);
    if (*ret == SAME)
      return 0;
  }
  result = row_resolve(row, job, false);
  if (result == ARTM_DEFERRED)
    return compare_deferred(job, call, ret);
  if (result == 0)
    *ret = compare_with(job, &row->root.digest);
  return result;
}

int job_compare(struct job *job, enum comparison *ret) {
  int64_t start = clock_wall_ms();
  auto_call call = job_call(job);
  int result = compare(job, &call, ret);
  if (result == 0 && *ret == SAME && row_is_sparse(job->row))
    result = compare_sparse(job, &call, ret);
  job_span(job, "compare", job->worker, start);
  if (result < 0 && !atomic_load(&job->failed))
    job_fail(job, &call.error);
  return result;
}
