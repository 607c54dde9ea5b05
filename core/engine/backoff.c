/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are worth another try, and when. */
#include "engine/backoff.h"
#include "report/log.h"
#include <sys/random.h>

#define BACKOFF_FIRST_MS 1000u
#define BACKOFF_MAX_MS 60000u

bool error_is_transient(const struct error *error) {
  if (error->tried || error->retry_after_ms > BACKOFF_MAX_MS)
    return false;
  return error->code == ARTM_E_NETWORK || error->code == ARTM_E_TIMEOUT ||
         error->code == ARTM_E_RATE_LIMIT;
}

static uint64_t pause_ms(const struct error *error, uint32_t attempt) {
  if (error->retry_after_ms)
    return error->retry_after_ms < BACKOFF_MAX_MS ? error->retry_after_ms : BACKOFF_MAX_MS;
  uint64_t window = attempt > 6 ? BACKOFF_MAX_MS : (uint64_t)BACKOFF_FIRST_MS << (attempt - 1);
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
    random = window / 2;
  return random % window;
}

int backoff_sleep(struct artm_call *call, const struct error *error, uint32_t attempt) {
  return call_sleep(call, pause_ms(error, attempt));
}

int backoff_retry(struct artm_call *call, uint32_t attempt, uint32_t retries) {
  if (!error_is_transient(&call->error) || attempt > retries)
    return call->error.code;
  log_write(LOG_DEBUG, "retry", "%s: %s; trying again",
            call->error.where ? call->error.where : "attempt", call->error.message);
  auto_error why = {0};
  error_move(&why, &call->error);
  return backoff_sleep(call, &why, attempt);
}
