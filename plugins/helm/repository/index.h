/* SPDX-License-Identifier: Apache-2.0 */
/* An index.yaml, read as a stream: of the charts that are asked for all versions, of the others
 * only the names. */
#ifndef PLUGINS_HELM_INDEX_H
#define PLUGINS_HELM_INDEX_H
#include "common/region.h"
#include "helm/repository/index_input.h"
#include "helm/repository/repository.h"

#define INDEX_VERSIONS_MAX 200000u /* of all charts asked for */

struct index_kept {
  struct index_version version; /* first; without URLs only if there is a fault */
  const char *fault;            /* why it can't be used, or NULL */
  size_t place;                 /* in the file */
  bool hidden;                  /* not listed: no version for Helm, or listed above */
};

struct index_chart {
  const char *name;
  bool seen; /* the index has it, if without versions */
  struct index_kept **versions;
  size_t count, capacity;
  struct index_kept **sorted; /* for index_find */
};

struct index {
  struct index *next;
  struct region memory;
  struct index_chart *charts; /* sorted by name */
  size_t chart_count, version_count;
  const char **names; /* of all charts in the file, up to a bound */
  size_t name_count, name_capacity, name_bytes;
  size_t left_out, differing; /* entries without a usable version; versions with two digests */
  const char *first_left_out, *first_differing;
  bool is_copy; /* kept by an earlier run; the server calls it current */
};

/* Reads an index for the charts named, sorted and each once. NULL: input->problem says why. */
struct index *index_read(struct index_input *, const char *const *names, size_t count);
void index_free(struct index *);
/* NULL: not asked for. */
struct index_chart *index_chart(const struct index *, const char *name);
/* NULL: not there. */
const struct index_kept *index_find(const struct index_chart *, const char *version);
/* What is closest to a chart's name or a version that is not there, as a hint. Caller frees. */
char *index_nearest_names(const struct index *, const char *name);
char *index_nearest_versions(const struct index_chart *, const char *version);
#endif
