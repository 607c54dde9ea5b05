/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials being looked for or found, each once for all workers: one worker searches, the others
 * wait for its answer. */
#ifndef HTTP_SLOT_H
#define HTTP_SLOT_H
#include "http/credentials.h"

struct slot {
  bool ready;
  const struct credential *credential; /* NULL: anonymous */
  struct error error;                  /* what the search failed with */
};

/* The slot of a key: ready, or now ours to fill (*mine) and end. */
int slot_begin(struct http_client *, struct artm_call *, struct map *, const char *key,
               struct slot **ret, bool *mine);
/* rc and found are the search's. Keeps a failure too: a helper that hangs is not asked for every
 * job. Returns rc. */
int slot_end(struct http_client *, struct artm_call *, struct map *, const char *key, struct slot *,
             int rc, const struct credential *found);
/* What a ready slot holds. */
int slot_answer(struct http_client *, struct artm_call *, const struct slot *,
                const struct credential **ret);
void slots_done(struct map *);
#endif
