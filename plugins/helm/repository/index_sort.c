/* SPDX-License-Identifier: Apache-2.0 */
/* A chart's versions, sorted for finding; the same version twice is one. */
#include "common/registry_text.h"
#include "helm/repository/index_reader.h"
#include <stdlib.h>
#include <string.h>

/* Equal versions: a usable one first, then as in the file. */
static int compare_versions(const void *left, const void *right) {
  const struct index_kept *a = *(struct index_kept *const *)left;
  const struct index_kept *b = *(struct index_kept *const *)right;
  int order = strcmp(a->version.version, b->version.version);
  if (order)
    return order;
  if (a->hidden != b->hidden)
    return a->hidden ? 1 : -1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static void note_differing(struct index *index, const struct index_chart *chart,
                           const char *version) {
  if (index->differing++)
    return;
  char *text = registry_format("%s %s", chart->name, version);
  index->first_differing = region_copy(&index->memory, text, strlen(text));
  free(text);
}

static void sort_chart(struct index *index, struct index_chart *chart) {
  if (!chart->count)
    return;
  chart->sorted = registry_zalloc(chart->count * sizeof(struct index_kept *));
  memcpy(chart->sorted, chart->versions, chart->count * sizeof(struct index_kept *));
  qsort(chart->sorted, chart->count, sizeof(struct index_kept *), compare_versions);
  const struct index_version *first = &chart->sorted[0]->version, *noted = NULL;
  for (size_t i = 1; i < chart->count; i++) {
    struct index_kept *kept = chart->sorted[i];
    if (strcmp(first->version, kept->version.version) != 0) {
      first = &kept->version;
      continue;
    }
    kept->hidden = true;
    const char *digest = kept->version.digest;
    if (noted == first || !digest || !first->digest || strcmp(digest, first->digest) == 0)
      continue;
    noted = first;
    note_differing(index, chart, first->version);
  }
}

void index_sort(struct index *index) {
  for (size_t i = 0; i < index->chart_count; i++)
    sort_chart(index, &index->charts[i]);
}

const struct index_kept *index_find(const struct index_chart *chart, const char *version) {
  size_t from = 0, to = chart->count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (strcmp(chart->sorted[middle]->version.version, version) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  bool found = from < chart->count && strcmp(chart->sorted[from]->version.version, version) == 0;
  return found ? chart->sorted[from] : NULL;
}
