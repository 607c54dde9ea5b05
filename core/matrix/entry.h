/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of all sections, checked: versions, platforms, destinations, duplicates, collisions. */
#ifndef MATRIX_ENTRY_H
#define MATRIX_ENTRY_H
#include "config/scanning.h"
#include "config/settings.h"
#include "config/version.h"
#include "oci/platform.h"

enum index_mode { INDEX_FILTERED, INDEX_SPARSE, INDEX_VERBATIM };

/* referrers: true, or {artifact_types: [...]}: what refers to the artefact is copied too. */
struct referrer_rule {
  bool wanted;
  const char *const *types; /* globs over artefact types; none: all */
  size_t type_count;
};

struct entry {
  const struct section_schema *schema;
  size_t section_index, entry_index; /* in file order */
  const struct node *node;
  struct artm_config config; /* the plugin's fields */
  struct artm_config core;   /* core fields; its node is NULL if the entry sets none */
  const char *name;          /* value of the field with ROLE_NAME */
  struct version_item *versions;
  size_t version_count;
  struct platform *platforms; /* none: the root goes verbatim */
  size_t platform_count;
  enum index_mode index;
  uint32_t on_change; /* ARTM_ON_CHANGE_*: entry, else defaults, else top level, else plugin's */
  const char *destination;    /* template */
  const char *const *targets; /* ids this entry is limited to, or NULL */
  size_t target_count;
  struct referrer_rule referrers; /* entry, else defaults, else top level */
  bool allow_empty;               /* selectors may pick nothing */
  const struct scan_rule *scans;  /* one a scanner; entries that set nothing share them */
  size_t scan_count;
};
struct entries {
  struct entry *items;
  size_t count, capacity;
  struct scan_rule *scans; /* of the top level, one a scanner */
  size_t scan_count;
  struct arena memory;
};

/* Builds the entries of every section in settings; problems for all that is wrong with them. */
void entries_read(const struct settings *, const struct section_schema *schemas, size_t count,
                  const struct scanners *, struct entries *, struct problems *);
void entries_done(struct entries *);

/* Destination of one version: "repository" and "tag" (NULL for a digest-only version). Fills the
 * template; "+" becomes "_" in the tag. problems gets what is wrong, at the entry. Owned by
 * memory. False if it can't be made. */
bool destination_make(const struct entry *, const struct version_item *, struct arena *memory,
                      const char **ret_repository, const char **ret_tag, struct problems *);
#endif
