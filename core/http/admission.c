/* SPDX-License-Identifier: Apache-2.0 */
/* Places at an origin: taken, waited for, handed on. */
#include "http/admission.h"
#include "base/clock.h"
#include "http/lane.h"

#define PATIENCE_MS 1000u

static uint32_t most_connections(const struct origin *origin) {
  uint32_t most = origin->settings ? origin->settings->max_connections : 0;
  return most ? most : UINT32_MAX;
}

static bool has_place(const struct origin *origin) {
  return origin->active < origin->window.size && origin->active < most_connections(origin);
}

static void take_place(struct origin *origin) {
  origin->active++;
  window_used(&origin->window, origin->active);
}

static bool is_mine(const struct lane *lane) {
  return pthread_equal(lane->owner, pthread_self());
}

static bool owns_lane(const struct origin *origin) {
  for (const struct lane *lane = origin->busy; lane; lane = lane->next)
    if (is_mine(lane))
      return true;
  return false;
}

/* Marks the lanes that this thread has elsewhere; false: it has none. */
static bool mark_waiting(struct http_client *client, bool waits) {
  bool found = false;
  for (size_t i = 0; i < client->origins.count; i++) {
    const struct origin *origin =
        client->origins.items[i].key ? client->origins.items[i].value : NULL;
    for (struct lane *lane = origin ? origin->busy : NULL; lane; lane = lane->next)
      if (is_mine(lane)) {
        lane->owner_waits = waits;
        found = true;
      }
  }
  return found;
}

/* Somebody who keeps a place elsewhere while he waits: beyond the window he may go, as an upload
 * that sends nothing is worse than one connection more; beyond max_connections only where all who
 * have a place here wait for others, maybe for him. */
static bool may_overtake(const struct origin *origin) {
  if (origin->active < most_connections(origin))
    return true;
  uint32_t stuck = 0;
  for (const struct lane *lane = origin->busy; lane; lane = lane->next)
    stuck += lane->owner_waits;
  return stuck == origin->active;
}

static int wait_for_place(struct http_client *client, struct origin *origin,
                          struct artm_call *call) {
  uint64_t since = clock_now_ms();
  bool keeps_others = mark_waiting(client, true), placed = false;
  int rc = 0;
  origin->waiting++;
  while (rc == 0 && !placed) {
    rc = shared_wait_for(client, &origin->freed, call);
    if (origin->granted) {
      origin->granted--;
      placed = true;
    } else if (rc == 0 && keeps_others && clock_now_ms() - since >= PATIENCE_MS &&
               may_overtake(origin)) {
      take_place(origin);
      placed = true;
    }
  }
  origin->waiting--;
  if (keeps_others)
    mark_waiting(client, false);
  if (rc && placed)
    admission_leave(origin);
  return rc;
}

int admission_enter(struct http_client *client, struct origin *origin, struct artm_call *call) {
  /* A thread that reads from this origin while it writes to it would wait for itself. */
  if (has_place(origin) || owns_lane(origin)) {
    take_place(origin);
    return 0;
  }
  window_used(&origin->window, origin->active);
  return wait_for_place(client, origin, call);
}

void admission_leave(struct origin *origin) {
  origin->active--;
  while (origin->waiting > origin->granted && has_place(origin)) {
    origin->granted++;
    take_place(origin);
    pthread_cond_signal(&origin->freed);
  }
}
