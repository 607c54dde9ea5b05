/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the scan cache; shared by the scan_cache*.c files only. */
#ifndef ENGINE_SCAN_CACHE_PART_H
#define ENGINE_SCAN_CACHE_PART_H
#include "engine/scan_cache.h"
#include <jansson.h>
#include <pthread.h>

struct scan_cache {
  char *folder;         /* "<cache>/scans"; NULL: nothing lasts */
  pthread_mutex_t lock; /* private */
  char *private;        /* made when needed, removed at the close */
};
char *scan_cache_path(const struct scan_cache *, const char *digest, const char *suffix);
/* ARTM_NO: not there, or damaged. */
int scan_cache_read(const struct scan_cache *, const char *digest, const char *suffix,
                    json_t **ret);
void scan_cache_write(const struct scan_cache *, const char *digest, const char *suffix,
                      const json_t *);
/* Removes what was not used for 30 days; looks once a day. */
void scan_cache_prune(const char *folder);
#endif
