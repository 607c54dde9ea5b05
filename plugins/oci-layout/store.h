/* SPDX-License-Identifier: Apache-2.0 */
/* Writing below a target's folder. Everything is written whole into .artmirror/tmp and then linked
 * or renamed to its place, so that a file with a final name is always complete, whenever the
 * process dies. A blob has one inode, linked from .artmirror/blobs and from every repository that
 * holds it. */
#ifndef LAYOUT_STORE_H
#define LAYOUT_STORE_H
#include "place.h"
#include <stdatomic.h>

struct store {
  const struct artm_host *host;
  char *root;
  atomic_flag swept; /* this instance looked for leftovers */
};
/* Makes the repository a layout: oci-layout and an empty index.json if they are missing. */
int32_t store_prepare(struct store *, const struct place *, struct artm_call *);
/* Stores a blob read from content, or from data if content is NULL. */
int32_t store_blob(struct store *, const struct place *, struct artm_call *,
                   const struct artm_descriptor *, struct artm_stream *content);
/* Links a blob that repository from (NULL: any) has. ARTM_NO: it has none, or links can't be. */
int32_t store_link(const struct place *, struct artm_call *, const struct artm_descriptor *,
                   const char *from);
/* Replaces a file of the repository's layout. */
int32_t store_replace(struct store *, const struct place *, struct artm_call *, const char *name,
                      const char *data, size_t size);
/* Locks a repository's index.json against other threads and processes, until unlock. */
int32_t store_lock(struct store *, const struct place *, struct artm_call *, int *ret_fd);
#endif
