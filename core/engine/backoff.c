/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are worth another try, and when. */
#include "engine/backoff.h"
#include <sys/random.h>

#define BACKOFF_FIRST_MS 500u
#define BACKOFF_MAX_MS 60000u

bool error_is_transient(const struct error *error) {
  return error->code == ARTM_E_NETWORK || error->code == ARTM_E_TIMEOUT ||
         (error->code == ARTM_E_RATE_LIMIT && error->retry_after_ms <= BACKOFF_MAX_MS &&
          error->retry_after_ms > 0);
}

int backoff_sleep(struct artm_call *call, const struct error *error, uint32_t attempt) {
  if (error->retry_after_ms)
    return call_sleep(call, error->retry_after_ms);
  uint64_t window = attempt > 7 ? BACKOFF_MAX_MS : (uint64_t)BACKOFF_FIRST_MS << attempt;
  if (window > BACKOFF_MAX_MS)
    window = BACKOFF_MAX_MS;
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
    random = window / 2;
  return call_sleep(call, random % window);
}
