/* SPDX-License-Identifier: Apache-2.0 */
/* The source's side of a row: its root, pinned once, and its graph. */
#include "base/clock.h"
#include "engine/backoff.h"
#include "engine/budget.h"
#include "engine/job.h"
#include "engine/manifests.h"

const char *row_reference(const struct row *row) {
  const struct version_item *version = row->matrix->version;
  return version->digest ? version->digest : version->text;
}

/* The source failed: this job and every further one of the row. */
static int row_fail(struct row *row, struct job *job, struct error *error) {
  if (!error->where)
    error_where(error, "%s", row->artefact->reference);
  if (!row->error.code && error->code != ARTM_E_CANCELLED) {
    error_copy(&row->error, error);
  }
  return job_fail(job, error);
}

/* One manifest GET at the source, counted where pulls are. */
static int get_once(struct row *row, struct job *job, struct artm_call *call, const char *reference,
                    struct descriptor *ret) {
  struct budget_table *budgets = row->run->budgets;
  int result = budget_take(budgets, row->artefact, &call->error);
  if (result < 0)
    return result;
  if (row->artefact->counted)
    job->record->counted_pulls++;
  result = source_manifest(row->artefact, call, reference, ret);
  budget_return(budgets, row->artefact);
  return result;
}

static int get_manifest(struct row *row, struct job *job, struct artm_call *call,
                        const char *reference, struct descriptor *ret) {
  for (uint32_t attempt = 1;; attempt++) {
    int result = get_once(row, job, call, reference, ret);
    if (result == 0)
      manifest_cache_put(row->run->manifests, ret);
    if (result >= 0 || (result = backoff_retry(call, attempt, row->run->options->retries)) < 0)
      return result;
  }
}

static int resolve_root(struct row *row, struct job *job, struct artm_call *call, bool with_data) {
  if (with_data && !budget_is_unknown(row->run->budgets, row->artefact)) {
    int result = get_manifest(row, job, call, row_reference(row), &row->root);
    if (result != ARTM_NO)
      return result;
  }
  return source_resolve(row->artefact, call, &row->root);
}

static int load_root(struct row *row, struct job *job, struct artm_call *call) {
  auto_descriptor read = {0};
  int result = 0;
  if (!manifest_cache_recall(row->run->manifests, &row->root.digest, &read))
    result = get_manifest(row, job, call, row->root.digest.text, &read);
  if (result == ARTM_NO)
    return call_fail(call, ARTM_E_NOT_FOUND, "manifest %s is gone", row->root.digest.text);
  if (result == 0) {
    descriptor_done(&row->root);
    descriptor_copy(&row->root, &read);
  }
  return result;
}

static int resolve_with(struct row *row, struct job *job, struct artm_call *call, bool with_data) {
  bool may_defer = row->source->plugin->source.caps & ARTM_SOURCE_DEFERRED;
  if (!digest_is_set(&row->root.digest)) {
    int result =
        row->is_deferred ? ARTM_DEFERRED : resolve_root(row, job, call, with_data && !may_defer);
    row->is_deferred = result == ARTM_DEFERRED;
    if (row->is_deferred && with_data)
      result = source_fetch(row->artefact, call, &row->root);
    if (result != 0)
      return result;
  }
  return with_data && !row->root.data ? load_root(row, job, call) : 0;
}

int row_resolve(struct row *row, struct job *job, bool with_data) {
  if (row->error.code) {
    struct error copy = {0};
    error_copy(&copy, &row->error);
    return job_fail(job, &copy);
  }
  if (digest_is_set(&row->root.digest) && (!with_data || row->root.data))
    return row->is_deferred && !with_data ? ARTM_DEFERRED : 0;
  int64_t start = clock_wall_ms();
  auto_call call = job_call(job);
  int result = resolve_with(row, job, &call, with_data);
  job_span(job, "resolve", job->worker, start);
  if (result < 0)
    return row_fail(row, job, &call.error);
  return result;
}

static int read_manifest(void *arg, struct artm_call *call, const struct descriptor *wanted,
                         struct descriptor *ret) {
  struct job *job = arg;
  if (manifest_cache_recall(job->run->manifests, &wanted->digest, ret))
    return 0;
  /* A call of its own, so that what it borrowed does not pile up over a thousand manifests. */
  auto_call own = job_call(job);
  int result = get_manifest(job->row, job, &own, wanted->digest.text, ret);
  if (result < 0)
    return error_move(&call->error, &own.error);
  if (result == ARTM_NO) {
    call_fail(call, ARTM_E_NOT_FOUND, "manifest %s, which the index names, is not there",
              wanted->digest.text);
    error_hint(&call->error, "a pull-through cache may hold only the platforms that were pulled; "
                             "name 'platforms' for this entry");
    return ARTM_E_NOT_FOUND;
  }
  return result;
}

static int read_config(void *arg, struct artm_call *call, const struct descriptor *config,
                       void **ret) {
  struct job *job = arg;
  struct content_origin origin = {.artefact = job->row->artefact};
  return origin_read_blob(&origin, call, config, config->size, job->run->options->retries, ret);
}

int row_manifest(struct row *row, struct job *job, struct artm_call *call, const char *reference,
                 struct descriptor *ret) {
  struct digest digest;
  if (digest_parse(reference, &digest) && manifest_cache_recall(row->run->manifests, &digest, ret))
    return 0;
  return get_manifest(row, job, call, reference, ret);
}

int job_graph_below(struct job *job, struct artm_call *call, const struct descriptor *root,
                    struct graph **ret) {
  const struct entry whole = {.name = root->digest.text}; /* of all platforms */
  return graph_build(&whole, root, read_manifest, read_config, job, call, ret);
}

int row_graph(struct row *row, struct job *job) {
  if (row->graph)
    return 0;
  int result = row_resolve(row, job, true);
  if (result < 0)
    return result;
  int64_t start = clock_wall_ms();
  auto_call call = job_call(job);
  result = graph_build(row->matrix->entry, &row->root, read_manifest, read_config, job, &call,
                       &row->graph);
  job_span(job, "plan", job->worker, start);
  return result < 0 ? row_fail(row, job, &call.error) : 0;
}
