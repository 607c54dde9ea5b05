/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the state store: one SQLite connection, used by one thread at a time. */
#ifndef PLUGIN_STATE_DB_H
#define PLUGIN_STATE_DB_H
#include "base/memory.h"
#include <stdbool.h>
#include <stdint.h>

struct state_db;
/* folder NULL: in memory. Never fails: what can't be opened is put aside, or memory is used. */
struct state_db *state_db_open(const char *folder);
void state_db_close(struct state_db *);
/* False: no such value. The value is copied into memory. */
bool state_db_get(struct state_db *, const char *space, const char *key, struct arena *memory,
                  const void **data, uint64_t *size);
/* data NULL removes it. */
void state_db_put(struct state_db *, const char *space, const char *key, const void *data,
                  uint64_t size);
#endif
