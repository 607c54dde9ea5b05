/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts of one request: what is tried again, after what pause. */
#include "http/send.h"
#include "base/clock.h"
#include "http/budget.h"
#include "http/limit.h"
#include "http/retry.h"
#include "http/traffic.h"
#include "report/log.h"
#include <string.h>
#include <time.h>

#define TOTAL_MS (15u * 60 * 1000)

/* Whether sending it twice does no harm; a stream can't even be sent twice. */
static bool repeatable(const struct sending *s, unsigned status) {
  if (!s->request->body)
    return strcmp(s->request->method, "PATCH") != 0;
  if (s->short_body)
    return status == 429 ||
           (!status && (s->code == CURLE_COULDNT_CONNECT || s->code == CURLE_COULDNT_RESOLVE_HOST));
  return !s->taken && (!status || status == 429 || status == 503);
}

/* Milliseconds until the next attempt; false: this response is final. */
static bool pause_after(struct sending *s, const struct response *response, unsigned attempt,
                        uint64_t *ms) {
  const char *value = headers_get(&response->exchange->headers, "Retry-After");
  bool told = value && retry_after(value, (int64_t)time(NULL), ms);
  unsigned status = response->abi.status;
  if (!told)
    *ms = retry_backoff(attempt, retry_random());
  if (status == 429 && *ms < RETRY_FLOOR_MS)
    *ms = RETRY_FLOOR_MS;
  if (status == 429 || told)
    limit_pause(s->client, s->origin, *ms);
  return *ms <= s->client->config.retry_after_cap_ms;
}

/* 1: try again after *ms. 0: *response is the answer. */
static int judge_response(struct sending *s, struct response *response, unsigned attempt,
                          uint64_t *ms) {
  unsigned status = response->abi.status;
  if (!retry_status(status))
    return 0;
  if (status == 429 && s->registry && budget_exhausted(s->client, s->call, s->registry))
    return ARTM_E_RATE_LIMIT;
  bool soon = pause_after(s, response, attempt, ms);
  return soon && attempt < s->retries && repeatable(s, status) ? 1 : 0;
}

static bool judge_failure(const struct sending *s, unsigned attempt, uint64_t *ms) {
  *ms = retry_backoff(attempt, retry_random());
  bool passing =
      s->stalled || (s->transport && !s->no_tls && retry_transport(s->code, s->text, attempt));
  return passing && attempt < s->retries && repeatable(s, 0);
}

int send_retrying(struct sending *s, const struct url *url, struct response **ret) {
  uint64_t start = clock_now_ms();
  for (unsigned attempt = 0;; attempt++) {
    struct response *response = NULL;
    uint64_t ms = 0;
    s->transport = s->stalled = false; /* nothing may be sent: a token server can fail first */
    int rc = send_following(s, url, &response);
    if (rc == 0)
      rc = judge_response(s, response, attempt, &ms);
    else if (judge_failure(s, attempt, &ms))
      rc = 1;
    if (rc == 1 && clock_now_ms() - start > TOTAL_MS)
      rc = response ? 0 : s->call->error.code;
    if (rc == 0) {
      response->tried = retry_status(response->abi.status) && repeatable(s, response->abi.status);
      *ret = response;
      return 0;
    }
    if (response)
      log_write(LOG_DEBUG, "http", "attempt %u: %s answers %u", attempt + 1, s->origin->name,
                response->abi.status);
    else
      log_write(LOG_DEBUG, "http", "attempt %u: %s", attempt + 1, s->call->error.message);
    response_close(response);
    if (rc < 0) {
      s->call->error.tried = repeatable(s, 0);
      return rc;
    }
    error_done(&s->call->error);
    traffic_add(s->call->traffic, s->origin->name, 0, 0, 0, 1);
    rc = call_sleep(s->call, ms);
    if (rc)
      return rc;
  }
}
