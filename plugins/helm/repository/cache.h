/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of indexes that last between runs: a file in the plugin's cache folder, and in the state
 * what its server called it. Whatever goes wrong here costs a download, no more. */
#ifndef PLUGINS_HELM_CACHE_H
#define PLUGINS_HELM_CACHE_H
#include "helm/helm.h"
#include <stdbool.h>

struct cached {
  char *tag, *modified; /* ETag and Last-Modified, at least one */
  char *digest;         /* of the file's bytes, "sha256:..." */
  int fd;               /* the file, -1: none */
};
/* The copy of what was at a URL. */
void cache_find(const struct helm *, struct artm_call *, const char *url, struct cached *ret);
void cached_done(struct cached *);

/* A copy in the making. */
struct cache_file {
  char *path, *part; /* what it will be, what it is */
  int fd;            /* to write to, -1: no cache */
};
void cache_begin(const struct helm *, struct artm_call *, const char *url, struct cache_file *ret);
/* All of it is written: it replaces the older copy. */
void cache_keep(const struct helm *, struct artm_call *, const char *url, struct cache_file *,
                const struct cached *what);
/* Ends it, kept or not. */
void cache_end(struct cache_file *);
#endif
