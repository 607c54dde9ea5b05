/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own view of a run: rows of the matrix, each with one job a target. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H
#include "base/map.h"
#include "engine/blob_stream.h"
#include "engine/graph.h"
#include "engine/known.h"
#include "engine/pool.h"
#include "engine/run.h"
#include "http/traffic.h"

struct budget_table;
struct scan_queue;
struct subject_table;

struct run {
  const struct run_input *input;
  const struct run_options *options;
  struct run_report *report;
  struct pool *pool;
  struct progress *progress;
  struct known **known; /* one a target */
  struct manifest_cache *manifests;
  struct budget_table *budgets;
  struct subject_table *subjects;
  struct scan_queue *scans;
};

struct row;
struct job {
  struct run *run;
  struct row *row;
  size_t target_index;
  struct job_record *record;
  pthread_mutex_t lock; /* counters and spans of the record, error */
  struct error error;   /* the first failure */
  atomic_bool failed;
  atomic_size_t pending; /* parts that are not through */
  struct traffic *traffic;
  struct repository *repository;
  uint32_t known_repository;
  struct descriptor old;        /* what the tag has at the target; digest unset: nothing */
  const struct graph *graph;    /* that is brought just now: the row's, or that of a referrer */
  struct content_origin origin; /* where blobs are read */
  bool ask_each;                /* the registry missed a blob: nothing is inferred any more */
  unsigned char *brought;       /* by blob of the graph: how it came, enum how */
  uint32_t worker;              /* that runs the job */
  struct log_group *log;        /* what it logs, where a CI system folds it */
};

/* One artefact and its jobs, which run one after another: the source is resolved once, and what
 * the first target got can be read there. */
struct row {
  struct task task; /* first */
  struct run *run;
  const struct matrix_row *matrix;
  struct source *source;
  struct artefact *artefact;
  struct descriptor root; /* pinned; with data once it was read; digest unset: not resolved */
  bool is_deferred;       /* the root came by a download: the source alone compares it */
  struct graph *graph;
  struct map
      referrers; /* digest -> struct referrer_list (engine/referrers.h), as the source told */
  size_t referrer_count; /* in all of them */
  struct error error;    /* the source failed: every further job of the row fails with it */
  struct job *jobs;
  size_t job_count;
};

/* A call on behalf of a job. */
struct artm_call job_call(const struct job *);
/* Marks the job as failed, with the first error that is given; takes error's content. */
int job_fail(struct job *, struct error *error);
/* Beginning and end of a phase, in the record. phase is static text. */
void job_span(struct job *, const char *phase, uint32_t worker, int64_t start_ms);
/* Adds a line to the record, once. Takes text. */
void job_note(struct job *, char *text);
/* As target_manifest, with further attempts. */
int job_target_manifest(struct job *, struct artm_call *, const char *reference,
                        struct descriptor *ret);
/* Does the root go verbatim with only some of its children? */
bool row_is_sparse(const struct row *);

/* engine/resolve.c: the row's root by the cheapest request; with_data: its bytes too. 0,
 * ARTM_DEFERRED (only without with_data: the root is known after a download), or negative with the
 * job failed. */
int row_resolve(struct row *, struct job *, bool with_data);
/* The row's graph, with every manifest read. */
int row_graph(struct row *, struct job *);
/* A manifest of the source by digest or tag, of this run's cache or by a GET that may be counted.
 * ARTM_NO: not there. */
int row_manifest(struct row *, struct job *, struct artm_call *, const char *reference,
                 struct descriptor *ret);
/* Everything below a manifest of the source that has data. Errors are in the call. */
int job_graph_below(struct job *, struct artm_call *, const struct descriptor *,
                    struct graph **ret);
/* What the version is called at the source: its pin, else its name. */
const char *row_reference(const struct row *);

/* engine/compare.c */
enum comparison { SAME, ABSENT, DIFFERENT };
/* Resolves source and target and compares; 0 and *ret, or negative with the job failed. */
int job_compare(struct job *, enum comparison *ret);

/* engine/transfer.c: takes a graph at hand, and brings every blob of it into the job's repository.
 * In a plan: counts. */
void job_take_graph(struct job *, const struct graph *);
int job_transfer(struct job *);
/* engine/confirm.c: learns from what the target has under the tag already. */
void job_learn_from_target(struct job *);

/* engine/publish.c: child manifests, root, tag; then looks whether the tag has it. */
int job_publish(struct job *);
/* Child manifests and the root under its digest: all but the tag. */
int job_publish_untagged(struct job *);
/* The same for the graph of a referrer, under its digest or a tag, without the look. Errors are in
 * the call. *result gets ARTM_PUT_*. */
int job_publish_referrer(struct job *, struct artm_call *, const char *reference, uint32_t *result);

/* engine/referrers.c: copies what refers to the artefact, where the entry wants it. */
int job_referrers(struct job *);
#endif
