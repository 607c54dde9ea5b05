/* SPDX-License-Identifier: Apache-2.0 */
/* What defaults: and the steps of regsync's config share. */
#ifndef IMPORT_REGSYNC_H
#define IMPORT_REGSYNC_H
#include "import/part.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NO_SCHEDULE "artmirror runs once; use cron, a systemd timer or a CI schedule"

#define SHARED_RULES                                                                          \
  {"schedule", KEY_LOST, NO_SCHEDULE}, {"interval", KEY_LOST, NO_SCHEDULE},                   \
      {"backup", KEY_LOST,                                                                    \
       "a tag that is replaced is not saved; on_change: keep or fail leaves it as it is"},    \
      {"hooks", KEY_LOST_HIDDEN, "artmirror runs no commands"},                               \
      {"mediaTypes", KEY_LOST_HIDDEN, "manifests of every kind are mirrored"},                \
      {"forceRecursive", KEY_LOST_IF_TRUE, "what is below an unchanged tag is not checked"},  \
      {"includeExternal", KEY_LOST_IF_TRUE, "layers that are kept elsewhere are not copied"}, \
      {"referrerSource", KEY_LOST, "referrers are read where the artefact is"},               \
      {"referrerTarget", KEY_LOST, "referrers are written where the artefact is"},            \
      {"referrerSlow", KEY_NEEDLESS, "the registry's own filter is not relied on"},           \
      {"fastCheck", KEY_NEEDLESS, "an unchanged tag costs one request on each side"},         \
      {.name = "ratelimit"}, {.name = "referrers"}, {.name = "referrerFilters"}, {            \
    .name = "digestTags"                                                                      \
  }

/* What referrers: becomes, as written; map has its own keys, the others come from defaults. Caller
 * frees. */
char *referrers_of(struct import *, struct map *remarks, const struct node *map,
                   const struct node *defaults);
void remark_retry(struct import *, struct map *remarks, const struct node *map);
void import_step(struct import *, const struct node *step, const struct node *defaults);
#endif
