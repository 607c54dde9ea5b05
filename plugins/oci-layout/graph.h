/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest or an index names. */
#ifndef LAYOUT_GRAPH_H
#define LAYOUT_GRAPH_H
#include "index.h"

/* Called for each blob (config, layers) and each child manifest that must be in the same layout;
 * layers that are fetched from elsewhere (urls) are left out. What it answers, if not 0, ends the
 * walk. */
typedef int32_t graph_visit(void *arg, const struct item *item, bool manifest);
/* One level. ARTM_NO: manifest names something that is no descriptor. */
int32_t graph_each(const json_t *manifest, graph_visit *visit, void *arg);
/* Refuses a manifest whose config or a layer is not in the repository, and an index of which no
 * child is: a sparse index is legal in a layout. ARTM_E_BLOB_UNKNOWN. */
int32_t graph_check(const struct place *, struct artm_call *, const struct artm_descriptor *);
/* Writes an OCI layout with one manifest and all below it into an empty folder. */
int32_t graph_export(const struct place *, struct artm_call *, const struct artm_descriptor *,
                     const char *folder);
#endif
