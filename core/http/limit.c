/* SPDX-License-Identifier: Apache-2.0 */
/* Pauses, request rate and breaker of one origin. */
#include "http/limit.h"
#include "base/clock.h"
#include "http/retry.h"
#include "report/log.h"

#define BREAKER_FAILURES 20u
#define BREAKER_OPEN_MS 30000u
#define AVOIDED_MS 60000u
#define BURST 10       /* what was not used can be made up for within a tenth of a second's worth */
#define SPREAD_MS 100u /* so that the workers don't all come back at once */

/* The lock is held by callers of these two. */
static uint64_t pause_left(const struct origin *origin, uint64_t now) {
  return now < origin->paused_until_ms ? origin->paused_until_ms - now : 0;
}

/* Milliseconds to wait before the next try, 0: take the turn. */
static uint64_t rate_wait(struct origin *origin, uint64_t now) {
  if (origin->rate <= 0)
    return 0;
  double most = origin->rate / BURST > 1 ? origin->rate / BURST : 1;
  origin->allowance += (double)(now - origin->allowance_ms) / 1000 * origin->rate;
  origin->allowance_ms = now;
  if (origin->allowance > most)
    origin->allowance = most;
  if (origin->allowance < 1)
    return (uint64_t)((1 - origin->allowance) / origin->rate * 1000) + 1;
  origin->allowance -= 1;
  return 0;
}

int limit_enter(struct http_client *client, struct origin *origin, struct artm_call *call) {
  for (;;) {
    pthread_mutex_lock(&client->lock);
    uint64_t now = clock_now_ms();
    uint64_t open = origin->open_until_ms > now ? origin->open_until_ms - now : 0;
    uint64_t wait = pause_left(origin, now);
    pthread_mutex_unlock(&client->lock);
    if (open) {
      call_fail(call, ARTM_E_NETWORK, "%s failed %u times in a row; not asked again for %u s",
                origin->name, BREAKER_FAILURES, BREAKER_OPEN_MS / 1000);
      call->error.retry_after_ms = open;
      return ARTM_E_NETWORK;
    }
    if (!wait)
      return call_check(call);
    if (wait > client->config.retry_after_cap_ms) {
      call_fail(call, ARTM_E_RATE_LIMIT, "%s asked not to be asked for another %llu s",
                origin->name, (unsigned long long)(wait / 1000));
      call->error.retry_after_ms = wait;
      return ARTM_E_RATE_LIMIT;
    }
    int rc = call_sleep(call, wait + retry_random() % SPREAD_MS);
    if (rc)
      return rc;
  }
}

int limit_turn(struct http_client *client, struct origin *origin, struct artm_call *call) {
  for (;;) {
    pthread_mutex_lock(&client->lock);
    uint64_t now = clock_now_ms();
    bool paused = pause_left(origin, now) || origin->open_until_ms > now;
    uint64_t wait = paused ? 0 : rate_wait(origin, now);
    pthread_mutex_unlock(&client->lock);
    if (paused)
      return ARTM_NO;
    int rc = wait ? call_sleep(call, wait) : call_check(call);
    if (rc || !wait)
      return rc;
  }
}

bool limit_avoids(struct http_client *client, const struct origin *origin) {
  uint64_t now = clock_now_ms();
  pthread_mutex_lock(&client->lock);
  bool avoids = now < origin->paused_until_ms || now < origin->open_until_ms ||
                now < origin->avoided_until_ms;
  pthread_mutex_unlock(&client->lock);
  return avoids;
}

void limit_avoid(struct http_client *client, struct origin *origin) {
  pthread_mutex_lock(&client->lock);
  origin->avoided_until_ms = clock_now_ms() + AVOIDED_MS;
  pthread_mutex_unlock(&client->lock);
}

static void halve(struct http_client *client, struct origin *origin, const char *why) {
  pthread_mutex_lock(&client->lock);
  uint32_t before = origin->window.size;
  bool smaller = window_halve(&origin->window, clock_now_ms());
  uint32_t after = origin->window.size;
  pthread_mutex_unlock(&client->lock);
  if (smaller)
    log_write(LOG_DEBUG, "http", "%s gets %u requests at a time instead of %u: %s", origin->name,
              after, before, why);
}

void limit_pause(struct http_client *client, struct origin *origin, uint64_t ms) {
  uint64_t until = clock_now_ms() + ms;
  pthread_mutex_lock(&client->lock);
  if (until > origin->paused_until_ms)
    origin->paused_until_ms = until;
  pthread_mutex_unlock(&client->lock);
  log_write(LOG_DEBUG, "http", "%s asks for a pause of %llu ms", origin->name,
            (unsigned long long)ms);
  halve(client, origin, "it asked for a pause");
}

void limit_stalled(struct http_client *client, struct origin *origin) {
  halve(client, origin, "it fell silent");
}

void limit_result(struct http_client *client, struct origin *origin, bool failed) {
  pthread_mutex_lock(&client->lock);
  if (!failed) {
    origin->failures = 0;
  } else if (++origin->failures >= BREAKER_FAILURES) {
    origin->open_until_ms = clock_now_ms() + BREAKER_OPEN_MS;
    origin->failures = BREAKER_FAILURES - 1; /* one more failure after the break is enough */
  }
  pthread_mutex_unlock(&client->lock);
}
