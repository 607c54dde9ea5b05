/* SPDX-License-Identifier: Apache-2.0 */
/* What scans found, kept between runs in the cache folder: results by manifest, tool and database,
 * and which manifests stand below a root. Safe for threads and processes; deleting it costs time
 * only. What it says of a digest never changes. */
#ifndef ENGINE_SCAN_CACHE_H
#define ENGINE_SCAN_CACHE_H
#include "oci/digest.h"
#include "report/scan.h"

struct scan_cache;
/* folder: of caches; NULL, or not writable: what is put there lasts until the close. */
struct scan_cache *scan_cache_open(const char *folder);
/* Also forgets what no run used for 30 days. Raw reports are gone when nothing else keeps them. */
void scan_cache_close(struct scan_cache *);

/* "sha256:..." over all that makes two scans the same. settings: of the plugin where an entry has
 * its own, as text, or NULL. Caller frees. */
char *scan_cache_key(const struct scan_tool *, const char *manifest_digest, const char *settings);
/* A result of an earlier run, or NULL. */
struct scan_result *scan_cache_get(struct scan_cache *, const char *key, const char *plugin,
                                   const char *manifest_digest);
/* Keeps a result with SCAN_OK; one of a tool that tells neither a date of its
 * database nor that it has none only until the close. Takes a copy of
 * the raw report, so that raw_file lasts. */
void scan_cache_put(struct scan_cache *, const char *key, struct scan_result *);

/* One platform's manifest. */
struct scan_manifest {
  struct digest digest;
  uint64_t size;
  char *media_type, *config_media_type;
  char *platform; /* "" where nothing tells it */
};
struct scan_manifests {
  struct scan_manifest *items;
  size_t count;
};
void scan_manifests_add(struct scan_manifests *, const struct scan_manifest *); /* copies */
void scan_manifests_done(struct scan_manifests *);
/* The image manifests below a root, in order. False: not known. */
bool scan_cache_get_manifests(struct scan_cache *, const struct digest *root,
                              struct scan_manifests *ret);
void scan_cache_put_manifests(struct scan_cache *, const struct digest *root,
                              const struct scan_manifests *);
#endif
