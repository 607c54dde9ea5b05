/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials being looked for or found, each once for all workers. */
#include "http/slot.h"
#include "base/clock.h"
#include <stdlib.h>

#define HELPER_LIFE_MS (3600u * 1000)

int slot_begin(struct http_client *client, struct artm_call *call, struct map *map, const char *key,
               struct slot **ret, bool *mine) {
  int rc = 0;
  pthread_mutex_lock(&client->lock);
  for (;;) {
    struct slot *slot = map_get(map, key);
    bool stale = slot && slot->ready && slot->credential && slot->credential->from_helper &&
                 clock_now_ms() - slot->credential->obtained_ms > HELPER_LIFE_MS;
    if (!slot)
      map_put(map, key, slot = mem_alloc(sizeof *slot));
    else if (!slot->ready) {
      rc = shared_wait(client, call);
      if (rc)
        break;
      continue;
    }
    *mine = stale || !slot->ready;
    slot->ready = !*mine;
    *ret = slot;
    break;
  }
  pthread_mutex_unlock(&client->lock);
  return rc;
}

int slot_end(struct http_client *client, struct artm_call *call, struct map *map, const char *key,
             struct slot *slot, int rc, const struct credential *found) {
  bool forget = rc == ARTM_E_CANCELLED || rc == ARTM_E_TIMEOUT;
  pthread_mutex_lock(&client->lock);
  if (forget && slot->credential) {
    slot->ready = true; /* the old one will do for others */
  } else if (forget) {
    map_remove(map, key);
    error_done(&slot->error);
    free(slot);
  } else {
    slot->ready = true;
    slot->credential = rc ? NULL : found;
    error_done(&slot->error);
    if (rc) {
      error_set(&slot->error, rc, "%s", call->error.message);
      if (call->error.hint)
        error_hint(&slot->error, "%s", call->error.hint);
    }
  }
  pthread_cond_broadcast(&client->changed);
  pthread_mutex_unlock(&client->lock);
  return rc;
}

int slot_answer(struct http_client *client, struct artm_call *call, const struct slot *slot,
                const struct credential **ret) {
  pthread_mutex_lock(&client->lock);
  int rc = slot->error.code;
  if (rc) {
    call_fail(call, rc, "%s", slot->error.message);
    if (slot->error.hint)
      error_hint(&call->error, "%s", slot->error.hint);
  } else {
    *ret = slot->credential;
  }
  pthread_mutex_unlock(&client->lock);
  return rc;
}

void slots_done(struct map *map) {
  for (size_t i = 0; i < map->count; i++) {
    struct slot *slot = map->items[i].key ? map->items[i].value : NULL;
    if (slot) {
      error_done(&slot->error);
      free(slot);
    }
  }
  map_done(map);
}
