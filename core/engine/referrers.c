/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that refers to what a job published: to its root, to the manifests below it, and to
 * those referrers in turn. */
#include "engine/referrers.h"
#include "base/clock.h"
#include <stdlib.h>

struct step {
  struct digest subject;
  unsigned depth; /* 0: of the artefact itself */
};
struct walk {
  struct job *job;
  struct step *steps; /* in the order in which they were found */
  size_t count, capacity;
  struct map seen; /* digests */
};

static int add(struct walk *walk, struct artm_call *call, const char *text, unsigned depth) {
  struct step step = {.depth = depth};
  if (!digest_parse(text, &step.subject) || !map_put(&walk->seen, text, walk))
    return 0;
  if (walk->count == REFERRERS_MAX)
    return call_fail(call, ARTM_E_DIGEST, "it has more than %d referrers and manifests",
                     REFERRERS_MAX);
  walk->steps = mem_grow(walk->steps, walk->count, &walk->capacity, sizeof *walk->steps);
  walk->steps[walk->count++] = step;
  return 0;
}

/* The children of what the target has under an unchanged tag. Nested indexes are read, too. */
static int add_children_at_target(struct walk *walk, struct artm_call *call,
                                  const struct descriptor *at, unsigned nested) {
  struct job *job = walk->job;
  bool is_image =
      at->media_type && media_is_manifest(at->media_type) && !media_is_index(at->media_type);
  if (is_image || nested > GRAPH_DEPTH_MAX)
    return 0;
  auto_descriptor read = {0};
  int result = at->data ? 0 : job_target_manifest(job, call, at->digest.text, &read);
  if (result != 0) /* gone this moment, or a child of a sparse index */
    return result < 0 ? result : 0;
  const struct descriptor *bytes = at->data ? at : &read;
  struct manifest *manifest = NULL;
  result =
      manifest_parse(bytes->data, bytes->data_size, bytes->media_type, &manifest, &call->error);
  if (result < 0)
    return result;
  auto_free bool *keep = mem_array(manifest->item_count + 1, sizeof *keep);
  bool choose = nested == 0 && row_is_sparse(job->row) && manifest->kind == MANIFEST_INDEX;
  if (choose)
    result = children_choose(job->row->matrix->entry, manifest, keep, &call->error);
  for (size_t i = 0; manifest->kind == MANIFEST_INDEX && result == 0 && i < manifest->item_count;
       i++) {
    if (choose && !keep[i])
      continue;
    result = add(walk, call, manifest->items[i].digest.text, 0);
    if (result == 0)
      result = add_children_at_target(walk, call, &manifest->items[i], nested + 1);
  }
  manifest_free(manifest);
  return result;
}

static int add_children(struct walk *walk, struct artm_call *call) {
  struct job *job = walk->job;
  const struct graph *graph = job->row->graph;
  if (!graph)
    return add_children_at_target(walk, call, &job->old, 0);
  int result = 0;
  for (size_t i = 0; result == 0 && i < graph->manifest_count; i++)
    result = add(walk, call, graph->manifests[i]->digest.text, 0);
  return result;
}

static void note_unknown(struct job *job) {
  job_note(job, str_copy("its referrers are not all known: looking for them would use up counted "
                         "pulls"));
}

/* What refers to the source's index says nothing about the one that was made of it. */
static int note_cut(struct job *job, struct artm_call *call, const struct digest *source) {
  const struct entry *entry = job->row->matrix->entry;
  const struct referrer_list *list;
  int result = referrers_find(job->row, job, call, source, &list);
  if (result < 0)
    return error_wrap(&call->error, "referrers of %s", source->text);
  if (list->unknown)
    note_unknown(job);
  size_t count = 0;
  bool sure;
  for (size_t i = 0; i < list->count; i++)
    count += referrer_may_be_wanted(entry, &list->items[i], &sure);
  if (!count)
    return 0;
  auto_free char *platforms = graph_wanted_platforms(entry);
  job_note(job,
           str_format("%zu referrer%s of %s %s not applicable: the index was cut to %s", count,
                      count == 1 ? "" : "s", source->text, count == 1 ? "is" : "are", platforms));
  return 0;
}

/* The digest of the source's root; unset if nobody knows it. */
static struct digest source_root(const struct row *row) {
  struct digest digest = {0};
  if (row->graph)
    return row->graph->source_digest;
  if (digest_is_set(&row->root.digest))
    return row->root.digest;
  digest_parse(row->matrix->version->digest, &digest);
  return digest;
}

static int add_published(struct walk *walk, struct artm_call *call) {
  struct job *job = walk->job;
  struct digest source = source_root(job->row), published = {0};
  if (!digest_parse(job->record->target_digest, &published)) {
    note_unknown(job); /* a plan that did not read the root either */
    return 0;
  }
  int result = 0;
  if (digest_equal(&published, &source))
    result = add(walk, call, published.text, 0);
  else if (digest_is_set(&source))
    result = note_cut(job, call, &source);
  return result < 0 ? result : add_children(walk, call);
}

/* Too deep: it is only said that there is more. */
static void note_depth(struct job *job, const struct digest *subject,
                       const struct referrer_list *list) {
  if (list->count)
    job_note(job, str_format("what refers to %s is not copied: it is more than %d levels away from "
                             "the artefact",
                             subject->text, REFERRERS_DEPTH_MAX));
}

/* With the subject entered. *ret: the digests that refer to it. */
static int find_and_copy(struct walk *walk, struct artm_call *call, const struct step *step,
                         struct strings *ret) {
  struct job *job = walk->job;
  const struct referrer_list *list;
  int result = referrers_find(job->row, job, call, &step->subject, &list);
  if (result < 0)
    return error_wrap(&call->error, "referrers of %s", step->subject.text);
  if (list->unknown)
    note_unknown(job);
  if (step->depth < REFERRERS_DEPTH_MAX)
    return referrers_copy(job, call, &step->subject, list, ret);
  note_depth(job, &step->subject, list);
  return 0;
}

static int walk_step(struct walk *walk, struct artm_call *call, struct step step) {
  struct job *job = walk->job;
  const struct entry *entry = job->row->matrix->entry;
  struct subject *subject = subject_enter(job->run->subjects, job, &step.subject);
  const struct strings *there = subject_referrers(subject, entry);
  auto_strings found = {0};
  int result = 0;
  if (there) {
    job->record->referrers_present += there->count;
  } else {
    result = find_and_copy(walk, call, &step, &found);
    there = &found;
    if (result == 0 && step.depth < REFERRERS_DEPTH_MAX)
      subject_remember(subject, entry, &found);
  }
  for (size_t i = 0; result == 0 && i < there->count; i++)
    result = add(walk, call, there->items[i], step.depth + 1);
  subject_leave(subject);
  return result;
}

static int fail(struct job *job, struct artm_call *call, int result) {
  return atomic_load(&job->failed) ? result : job_fail(job, &call->error);
}

int job_referrers(struct job *job) {
  const struct entry *entry = job->row->matrix->entry;
  if (!entry->referrers.wanted || job->row->is_deferred)
    return 0;
  int64_t start = clock_wall_ms();
  struct walk walk = {.job = job};
  auto_call first = job_call(job);
  int result = add_published(&walk, &first);
  if (result < 0)
    result = fail(job, &first, result);
  for (size_t i = 0; result == 0 && i < walk.count; i++) {
    /* A call of its own, so that what it borrowed does not pile up. */
    auto_call call = job_call(job);
    result = walk_step(&walk, &call, walk.steps[i]);
    if (result < 0)
      result = fail(job, &call, result);
  }
  map_done(&walk.seen);
  free(walk.steps);
  job_span(job, "referrers", job->worker, start);
  return result;
}
