/* SPDX-License-Identifier: Apache-2.0 */
/* Brings what refers to one digest to the target, so that it is found there: listed by the target's
 * API or in the index that stands in for it, or under its tag. */
#include "engine/backoff.h"
#include "engine/referrers.h"
#include <stdlib.h>

/* Graphs that wait to be entered in the index at once. */
#define WAITING_MAX 100
#define WAITING_BYTES_MAX (8u << 20)

struct copying {
  struct job *job;
  struct artm_call *call;
  const struct digest *subject;
  const struct referrer_list *list;
  struct strings *present;
  bool looked;       /* at what the target lists */
  bool has_api;      /* of its own */
  struct map listed; /* digests */
  struct graph *waiting[WAITING_MAX];
  size_t waiting_count, waiting_bytes;
  size_t gone, strangers; /* listed, but not there; or do not refer to the subject */
};

/* What a look at the target told of one referrer. */
struct sight {
  bool is_stored; /* by its digest */
  bool is_listed;
  bool is_in_index;    /* although the target has an API */
  struct digest other; /* what its tag has instead */
};

static int list_with_api(struct copying *c) {
  auto_descriptors found = {0};
  for (uint32_t attempt = 1;; attempt++) {
    int result = target_referrers(c->job->repository, c->call, c->subject, &found);
    if (result == 0 || result == ARTM_E_UNSUPPORTED ||
        (result = backoff_retry(c->call, attempt, c->job->run->options->retries)) < 0) {
      for (size_t i = 0; i < found.count; i++)
        map_put(&c->listed, found.items[i].digest.text, c);
      return result;
    }
  }
}

static int list_with_index(struct copying *c, struct map *ret) {
  struct referrers_index index;
  int result = referrers_index_list(c->job, c->call, c->subject, &index);
  if (result < 0)
    return result;
  for (size_t i = 0; i < index.count; i++)
    map_put(ret, index.items[i].digest.text, c);
  referrers_index_done(&index);
  return 0;
}

/* What the target lists already. */
static int look(struct copying *c) {
  if (c->looked)
    return 0;
  int result = list_with_api(c);
  c->has_api = result == 0;
  if (result == ARTM_E_UNSUPPORTED) {
    error_done(&c->call->error);
    result = list_with_index(c, &c->listed);
  }
  c->looked = result == 0;
  return result;
}

/* Some registries answer to the API and do not index what is put. */
static int look_at_index(struct copying *c, const struct digest *digest, bool *ret) {
  __attribute__((cleanup(map_done))) struct map index = {0};
  int result = list_with_index(c, &index);
  *ret = map_has(&index, digest->text);
  return result;
}

static int see(struct copying *c, const struct referrer *referrer, struct sight *ret) {
  const struct digest *digest = &referrer->descriptor.digest;
  *ret = (struct sight){0};
  int result = look(c);
  if (result < 0)
    return result;
  auto_descriptor there = {0};
  ret->is_listed = map_has(&c->listed, digest->text);
  result = target_resolve(c->job->repository, c->call, referrer->tag ? referrer->tag : digest->text,
                          &there);
  if (result < 0)
    return result;
  ret->is_stored = result == 0 && digest_equal(&there.digest, digest);
  if (result == 0 && !ret->is_stored)
    ret->other = there.digest;
  if (ret->is_stored && c->has_api && !ret->is_listed && !referrer->tag)
    return look_at_index(c, digest, &ret->is_in_index);
  return 0;
}

static bool is_done(const struct referrer *referrer, const struct sight *sight) {
  return sight->is_stored && (referrer->tag || sight->is_listed);
}

static void count(struct copying *c, const struct referrer *referrer, uint64_t *counter) {
  ++*counter;
  strings_add(c->present, referrer->descriptor.digest.text);
}

/* Enters what waits in the index. */
static int flush(struct copying *c, struct artm_call *call) {
  struct manifest *manifests[WAITING_MAX];
  for (size_t i = 0; i < c->waiting_count; i++)
    manifests[i] = c->waiting[i]->root;
  int result = 0;
  if (c->waiting_count)
    result = referrers_index_publish(c->job, call, c->subject, manifests, c->waiting_count);
  for (size_t i = 0; i < c->waiting_count; i++)
    graph_free(c->waiting[i]);
  c->waiting_count = c->waiting_bytes = 0;
  return result;
}

/* Takes the graph. */
static int enter(struct copying *c, struct graph *graph) {
  c->waiting[c->waiting_count++] = graph;
  c->waiting_bytes += graph->root->size;
  bool full = c->waiting_count == WAITING_MAX || c->waiting_bytes > WAITING_BYTES_MAX;
  return full ? flush(c, c->call) : 0;
}

/* Does the target find it by itself, now that it was put? Some list without saying so. */
static int is_found(struct copying *c, const struct manifest *root, uint32_t flags, bool *ret) {
  *ret = (flags & ARTM_PUT_SUBJECT) || map_has(&c->listed, root->digest.text) ||
         !root->has_subject || !digest_equal(&root->subject.digest, c->subject);
  if (*ret || !c->has_api)
    return 0;
  c->looked = false;
  int result = look(c);
  *ret = map_has(&c->listed, root->digest.text) && c->has_api;
  return result;
}

static int put(struct copying *c, const struct referrer *referrer, const struct sight *sight,
               struct graph *graph, uint32_t *flags) {
  struct job *job = c->job;
  const char *reference = referrer->tag ? referrer->tag : graph->root->digest.text;
  job_take_graph(job, graph);
  int result = job_transfer(job);
  if (result == 0 && !job->run->options->plan_only)
    result = job_publish_referrer(job, c->call, reference, flags);
  job->graph = NULL;
  if (result == 0 && digest_is_set(&sight->other))
    job_note(job, str_format("%s:%s %s %s and %s %s", job->repository->reference, referrer->tag,
                             job->run->options->plan_only ? "has" : "had", sight->other.text,
                             job->run->options->plan_only ? "would get" : "has now",
                             graph->root->digest.text));
  return result;
}

static int bring(struct copying *c, const struct referrer *referrer, const struct sight *sight,
                 const struct descriptor *read) {
  struct graph *graph = NULL;
  uint32_t flags = 0;
  int result = job_graph_below(c->job, c->call, read, &graph);
  if (result < 0)
    return result;
  bool needs_entry_only = sight->is_stored && !c->has_api;
  if (!needs_entry_only)
    result = put(c, referrer, sight, graph, &flags);
  struct job_record *record = c->job->record;
  bool found = c->job->run->options->plan_only;
  if (result == 0 && !found)
    result = is_found(c, graph->root, flags, &found);
  if (result == 0) {
    bool is_new = !sight->is_in_index || (flags & ARTM_PUT_SUBJECT);
    count(c, referrer, is_new ? &record->referrers_copied : &record->referrers_present);
  }
  if (result == 0 && !found && !sight->is_in_index)
    return enter(c, graph);
  graph_free(graph);
  return result;
}

/* 0, or ARTM_NO: it is not to be copied. */
static int check(struct copying *c, const struct referrer *referrer,
                 const struct descriptor *read) {
  const struct descriptor *listed = &referrer->descriptor;
  struct manifest *manifest = NULL;
  if (read->data_size != listed->size)
    return call_fail(c->call, ARTM_E_DIGEST, "it has %zu bytes, not %llu as listed",
                     read->data_size, (unsigned long long)listed->size);
  int result =
      manifest_parse(read->data, read->data_size, read->media_type, &manifest, &c->call->error);
  if (result < 0)
    return result;
  bool refers = referrer->tag ||
                (manifest->has_subject && digest_equal(&manifest->subject.digest, c->subject));
  c->strangers += !refers;
  if (!refers || !referrer_is_wanted(c->job->row->matrix->entry, manifest))
    result = ARTM_NO;
  manifest_free(manifest);
  return result;
}

static int copy_one(struct copying *c, const struct referrer *referrer) {
  struct job *job = c->job;
  bool sure;
  if (!referrer_may_be_wanted(job->row->matrix->entry, referrer, &sure))
    return 0;
  struct sight sight = {0};
  int result = see(c, referrer, &sight);
  if (result < 0)
    return result;
  if (is_done(referrer, &sight) && sure) {
    count(c, referrer, &job->record->referrers_present);
    return 0;
  }
  if (c->list->unknown) { /* a plan that must not read it */
    count(c, referrer, &job->record->referrers_copied);
    return 0;
  }
  auto_descriptor read = {0};
  result = row_manifest(job->row, job, c->call, referrer->descriptor.digest.text, &read);
  c->gone += result == ARTM_NO;
  if (result == 0)
    result = check(c, referrer, &read);
  if (result != 0)
    return result < 0 ? result : 0;
  if (!is_done(referrer, &sight))
    return bring(c, referrer, &sight, &read);
  count(c, referrer, &job->record->referrers_present);
  return 0;
}

static int explain(struct copying *c, const struct referrer *referrer, int result) {
  struct job *job = c->job;
  pthread_mutex_lock(&job->lock);
  struct error *error = atomic_load(&job->failed) ? &job->error : &c->call->error;
  if (referrer)
    error_wrap(error, "referrer %s of %s", referrer->descriptor.digest.text, c->subject->text);
  else
    error_wrap(error, "referrers of %s", c->subject->text);
  pthread_mutex_unlock(&job->lock);
  return result;
}

static void note(struct copying *c, size_t count, const char *what) {
  if (count)
    job_note(c->job,
             str_format("%zu listed referrer%s of %s %s left out: %s", count, count == 1 ? "" : "s",
                        c->subject->text, count == 1 ? "is" : "are", what));
}

int referrers_copy(struct job *job, struct artm_call *call, const struct digest *subject,
                   const struct referrer_list *list, struct strings *present) {
  struct copying copying = {
      .job = job, .call = call, .subject = subject, .list = list, .present = present};
  int result = 0;
  for (size_t i = 0; result == 0 && i < list->count; i++) {
    result = copy_one(&copying, &list->items[i]);
    if (result < 0)
      result = explain(&copying, &list->items[i], result);
  }
  /* What was brought before a failure is to be found, too. */
  auto_call other = job_call(job);
  int flushed = flush(&copying, result == 0 ? call : &other);
  if (result == 0 && flushed < 0)
    result = explain(&copying, NULL, flushed);
  note(&copying, list->malformed, "malformed");
  note(&copying, copying.gone, "not there at the source");
  note(&copying, copying.strangers, "referring to something else");
  map_done(&copying.listed);
  return result;
}
