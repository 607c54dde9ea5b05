/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried again, and when. */
#include "http/retry.h"
#include "base/clock.h"
#include "base/text.h"
#include <string.h>
#include <sys/random.h>

#define BACKOFF_MAX_MS 60000u

bool retry_status(unsigned status) {
  switch (status) {
  case 408:
  case 429:
  case 499:
  case 500:
  case 502:
  case 503:
  case 504:
  case 522:
    return true;
  default:
    return false;
  }
}

/* A handshake that broke off, as opposed to one that was refused. */
static bool handshake_interrupted(const char *text) {
  return strstr(text, "SYSCALL") || strstr(text, "eof") || strstr(text, "reset by peer") ||
         strstr(text, "timed out");
}

bool retry_transport(CURLcode code, const char *text, unsigned attempt) {
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return attempt == 0;
  case CURLE_SSL_CONNECT_ERROR:
    return handshake_interrupted(text);
  case CURLE_COULDNT_CONNECT:
  case CURLE_HTTP2:
  case CURLE_PARTIAL_FILE:
  case CURLE_OPERATION_TIMEDOUT:
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_HTTP2_STREAM:
    return true;
  default:
    return false;
  }
}

uint64_t retry_backoff(unsigned attempt, uint64_t random) {
  uint64_t top = attempt < 6 ? UINT64_C(1000) << attempt : BACKOFF_MAX_MS;
  return random % ((top < BACKOFF_MAX_MS ? top : BACKOFF_MAX_MS) + 1);
}

bool retry_after(const char *value, int64_t wall_seconds, uint64_t *ms) {
  int64_t seconds;
  if (strspn(value, "0123456789") == strlen(value) && *value) {
    if (!text_parse_int(value, &seconds) || seconds > INT64_MAX / 1000)
      seconds = INT64_MAX / 1000;
  } else if (clock_parse_http_date(value, &seconds)) {
    seconds = seconds > wall_seconds ? seconds - wall_seconds : 0;
  } else {
    return false;
  }
  uint64_t asked = (uint64_t)seconds * 1000;
  *ms = asked > RETRY_FLOOR_MS ? asked : RETRY_FLOOR_MS;
  return true;
}

uint64_t retry_random(void) {
  uint64_t value;
  if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
    value = clock_now_ms();
  return value;
}
