/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's databases in its cache folder: the vulnerabilities, and the index of Java archives. They
 * are fetched beside the one in use and put in its place file by file, so that whoever reads one,
 * in this process or another, reads a whole one. */
#ifndef PLUGINS_TRIVY_DATABASE_H
#define PLUGINS_TRIVY_DATABASE_H
#include "trivy/command.h"

struct database {
  const char *title;        /* in messages */
  const char *folder;       /* of the cache folder */
  const char *file;         /* in it, beside metadata.json */
  int64_t version;          /* the least that is of use */
  int64_t fresh_for;        /* seconds: not asked for again so soon after a download */
  const char *fetch, *from; /* flags */
  const char *repositories; /* option */
};
extern const struct database vulnerability_database, java_database;

struct database_state {
  bool there, has_updated, has_next_update, is_stale;
  char version[24];
  int64_t updated, next_update;
};
void database_look(const struct trivy *, struct artm_call *, const char *cache,
                   const struct database *, struct database_state *ret);
/* Fetches it. ARTM_NO: Trivy could not, why is in *failure. */
int32_t database_fetch(struct trivy *, struct artm_call *, const char *cache,
                       const struct database *, struct failure *failure);
/* Fetches the index of Java archives for a scan that failed without it; once in a run. */
int32_t java_fetch_once(struct trivy *, struct artm_call *, const char *cache, const char *where);
/* Are the databases left as they are? */
bool database_is_fixed(const struct trivy *, const struct artm_config *settings);

/* The cache folder of these settings, made if it is not there. Caller frees. */
int32_t cache_folder(const struct trivy *, struct artm_call *, const struct artm_config *settings,
                     char **ret);
bool make_folders(const char *path);
#endif
