/* SPDX-License-Identifier: Apache-2.0 */
/* The size of an origin's window: slow start, then like TCP Vegas by how many requests wait. */
#include "http/window.h"

#define FIRST 8u
#define FLOOR 4u
#define ALPHA 2.0 /* fewer than this many wait: it grows */
#define BETA 4.0  /* more than this many: it shrinks */
/* How much longer than the quickest an answer takes without having waited. */
#define SPREAD 1.25
#define HALVE_PAUSE_MS 1000u
#define FORGET_MS 1000u
/* By this much a second, so that a route that became longer counts within a minute or two. */
#define FORGET 1.015
#define LATENCY_MAX_US (60u * 60 * 1000 * 1000)

void window_init(struct window *w, uint32_t ceiling, uint64_t now_ms) {
  *w = (struct window){.ceiling = ceiling ? ceiling : 1, .starting = true, .forgot_ms = now_ms};
  w->size = w->ceiling < FIRST ? w->ceiling : FIRST;
}

void window_used(struct window *w, uint32_t active) {
  if (active > w->most)
    w->most = active;
}

static void begin_round(struct window *w) {
  w->most_before = w->most;
  w->most = 0;
  w->answers = 0;
  for (unsigned i = 0; i < WINDOW_KINDS; i++) {
    w->kinds[i].inverse = 0;
    w->kinds[i].count = 0;
  }
}

/* How many of the window's requests were waiting at the server, on an average of this round. Each
 * answer counts for one at most, however long it took. */
static double queued(const struct window *w) {
  double waiting = 0;
  for (unsigned i = 0; i < WINDOW_KINDS; i++) {
    double part = w->kinds[i].count - SPREAD * w->kinds[i].quickest * w->kinds[i].inverse;
    waiting += part > 0 ? part : 0;
  }
  return waiting / w->answers * w->size;
}

static void grow(struct window *w, uint32_t by) {
  w->size = w->ceiling - w->size > by ? w->size + by : w->ceiling;
}

static void end_round(struct window *w) {
  uint32_t least = w->ceiling < FLOOR ? w->ceiling : FLOOR;
  double waiting = queued(w);
  if (waiting >= ALPHA)
    w->starting = false;
  if (waiting > BETA && w->size > least)
    w->size--;
  else if (waiting < ALPHA && w->most >= w->size)
    grow(w, w->starting ? w->size : 1);
  begin_round(w);
}

static void forget(struct window *w, uint64_t now_ms) {
  if (now_ms < w->forgot_ms + FORGET_MS)
    return;
  w->forgot_ms = now_ms;
  for (unsigned i = 0; i < WINDOW_KINDS; i++)
    w->kinds[i].quickest *= FORGET;
}

void window_answered(struct window *w, enum window_kind kind, uint64_t latency_us,
                     uint64_t now_ms) {
  double latency = (double)(latency_us < LATENCY_MAX_US ? latency_us : LATENCY_MAX_US);
  if (latency < 1)
    latency = 1;
  forget(w, now_ms);
  if (w->kinds[kind].quickest <= 0 || latency < w->kinds[kind].quickest)
    w->kinds[kind].quickest = latency;
  w->kinds[kind].inverse += 1 / latency;
  w->kinds[kind].count++;
  if (++w->answers >= w->size)
    end_round(w);
}

bool window_halve(struct window *w, uint64_t now_ms) {
  if (now_ms < w->halve_from_ms)
    return false;
  w->halve_from_ms = now_ms < UINT64_MAX - HALVE_PAUSE_MS ? now_ms + HALVE_PAUSE_MS : UINT64_MAX;
  uint32_t before = w->size, used = w->most > w->most_before ? w->most : w->most_before;
  uint32_t half = (used && used < before ? used : before) / 2;
  w->starting = false;
  w->size = half ? half : 1;
  begin_round(w);
  return w->size < before;
}
