/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the repositories: how an index gets here, and what is kept of it. */
#ifndef PLUGINS_HELM_REPOSITORY_PART_H
#define PLUGINS_HELM_REPOSITORY_PART_H
#include "helm/repository/index.h"
#include "helm/repository/login.h"
#include <pthread.h>

/* Why there is no index, for whoever asks later. */
struct load_failure {
  int32_t code; /* 0: none */
  char *message, *hint, *where;
};

struct wanted_chart {
  char *name;
  struct index *index; /* NULL: no index was read for it yet */
  struct index_chart *chart;
};

struct repository {
  struct repository *next;
  char *url;                    /* without a slash at its end */
  struct wanted_chart **wanted; /* sorted by name */
  size_t count, capacity;
  struct index *indexes; /* read so far: one, unless a chart was asked for later */
  bool is_loading;
  bool distrusts_copy; /* what an earlier run kept lacked something */
  struct load_failure failure;
};

struct repositories {
  struct helm *helm;
  struct login *login;
  pthread_mutex_t lock;   /* of all below */
  pthread_cond_t changed; /* an index is here, or will not come */
  struct repository *first;
};

/* Where the file of an index is: an http(s) URL, or a path. */
struct index_place {
  char *url, *shown; /* shown: for people */
  char *path;        /* of a file:// repository, else NULL */
};
/* ARTM_E_CONFIG if repo_url is no address of a repository. */
int32_t index_place_of(const struct helm *, struct artm_call *, const char *repo_url,
                       struct index_place *ret);
void index_place_done(struct index_place *);

/* Fetches and reads an index for the charts named, sorted; fresh: whatever an earlier run kept. The
 * call's error is set, and *failure for others, unless the call was cancelled or ran out of time.
 */
int32_t index_load(struct repositories *, struct artm_call *, const char *repo_url,
                   const char *const *names, size_t count, bool fresh, struct index **ret,
                   struct load_failure *failure);
int32_t load_failure_tell(const struct helm *, struct artm_call *, const struct load_failure *);
void load_failure_done(struct load_failure *);
#endif
