/* SPDX-License-Identifier: Apache-2.0 */
/* State that lasts between runs: an SQLite file in the state folder (WAL, busy timeout), or memory
 * without a folder. Safe for threads and processes; deleting it costs time only. */
#ifndef PLUGIN_STATE_H
#define PLUGIN_STATE_H
#include "base/call.h"

struct state_store;
/* folder NULL, or not writable: in memory, with one notice in the log when it was asked for. Never
 * fails; a damaged file is put aside and made anew. Opened on first use. A process made by fork
 * gets memory of its own. */
struct state_store *state_open(const char *folder, const char *cache_folder);
void state_close(struct state_store *); /* no call that used it is left */
/* space: the plugin's id. Value lent by the call. ARTM_NO: none. */
int state_get(struct state_store *, struct artm_call *, const char *space, const char *key,
              const void **data, uint64_t *size);
int state_put(struct state_store *, struct artm_call *, const char *space, const char *key,
              const void *data, uint64_t size);
int state_folder(struct state_store *, struct artm_call *, const char *space, const char *name,
                 const char **path);
int state_lock(struct state_store *, struct artm_call *, const char *space, const char *name);
/* $STATE_DIRECTORY / $XDG_STATE_HOME/artmirror (~/.local/state/artmirror), and the same for caches;
 * flag wins. NULL: none. Caller frees. */
char *state_default_folder(const char *flag);
char *cache_default_folder(const char *flag);
#endif
