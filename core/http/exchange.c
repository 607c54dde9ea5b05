/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its response on one lane. */
#include "http/exchange.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/exchange_io.h"
#include "http/traffic.h"
#include <stdlib.h>
#include <string.h>

#define POLL_MS 250
#define REPLY_MS                                                                  \
  120000u /* after the body was sent: committing a big blob takes a registry long \
           */
#define DRAIN_MAX (64u * 1024)
#define DRAIN_MS 200u

static void setup_method(CURL *easy, const struct exchange_request *request, struct exchange *x) {
  const char *method = request->method;
  bool has_body = request->data || request->body;
  if (strcmp(method, "HEAD") == 0) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request->body && request->body_size) {
    x->body = request->body;
    x->body_size = request->body_size;
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_size);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
  } else if (has_body || (strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0)) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->data ? request->data : "");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (strcmp(method, "GET") != 0)
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
  }
}

/* Takes libcurl's messages: the transfer has ended, well or not. */
static void collect_end(struct exchange *x) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(x->lane->multi, &left))) {
    if (message->msg != CURLMSG_DONE)
      continue;
    x->done = true;
    x->result = message->data.result;
  }
  if (x->done && x->result != CURLE_OK && !x->error_text)
    x->error_text =
        str_copy(x->lane->error_text[0] ? x->lane->error_text : curl_easy_strerror(x->result));
}

static void note_movement(struct exchange *x) {
  curl_off_t up = 0, down = 0;
  curl_easy_getinfo(x->lane->easy, CURLINFO_SIZE_UPLOAD_T, &up);
  curl_easy_getinfo(x->lane->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
  int64_t moved = (int64_t)(up + down) + (int64_t)x->headers.bytes;
  if (moved > x->moved_before)
    pace_moved(&x->pace, (uint64_t)(moved - x->moved_before));
  x->moved_before = moved;
}

static uint64_t stall_limit(const struct exchange *x) {
  bool sent = x->body_size && x->taken == x->body_size && !x->headers_here;
  return sent && x->stall_ms < REPLY_MS ? REPLY_MS : x->stall_ms;
}

static bool has_news(const struct exchange *x, bool for_headers) {
  return x->done || (for_headers ? x->headers_here : x->want_got > 0);
}

/* Accounts for the time since *before; false: stalled. */
static bool keep_pace(struct exchange *x, uint64_t *before) {
  note_movement(x);
  uint64_t now = clock_now_ms(), passed = now - *before, source = exchange_source_ms(x);
  *before = now;
  return pace_waited(&x->pace, passed > source ? passed - source : 0, stall_limit(x));
}

/* Drives the transfer until the headers, or some body, are here or it has ended. */
static int drive(struct exchange *x, struct artm_call *call, bool for_headers) {
  uint64_t before = clock_now_ms();
  x->call = call;
  for (;;) {
    int running = 0;
    CURLMcode code = curl_multi_perform(x->lane->multi, &running);
    if (code != CURLM_OK)
      return call_fail(call, ARTM_E_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
    collect_end(x);
    bool moving = keep_pace(x, &before);
    if (has_news(x, for_headers))
      return 0;
    int rc = call_check(call);
    if (rc)
      return rc;
    x->stalled = !moving;
    if (x->stalled)
      return call_fail(call, ARTM_E_NETWORK, "%s: stalled, less than 1 KiB/s for %llu s", x->origin,
                       (unsigned long long)(stall_limit(x) / 1000));
    curl_multi_poll(x->lane->multi, NULL, 0, POLL_MS, NULL);
  }
}

static void release(struct exchange *x, bool reusable) {
  curl_multi_remove_handle(x->lane->multi, x->lane->easy);
  struct lane *lane = take(x->lane);
  lane_give(lane, reusable);
}

static void note_connection(struct exchange *x) {
  long connects = 0;
  curl_easy_getinfo(x->lane->easy, CURLINFO_NUM_CONNECTS, &connects);
  x->reused = connects == 0;
  if (connects <= 0)
    return;
  pthread_mutex_lock(&x->client->lock);
  x->client->connections += (uint64_t)connects;
  pthread_mutex_unlock(&x->client->lock);
}

/* An attempt that never got as far as sending is no request. */
static void note_request(struct exchange *x, struct artm_call *call, uint64_t sent) {
  long size = 0;
  curl_easy_getinfo(x->lane->easy, CURLINFO_REQUEST_SIZE, &size);
  if (size > 0)
    traffic_add(call->traffic, x->origin, 1, sent, 0, 0);
}

int exchange_start(struct lane *lane, struct artm_call *call,
                   const struct exchange_request *request, struct exchange **ret) {
  struct exchange *x = mem_alloc(sizeof *x);
  *ret = x;
  x->client = lane->client;
  x->lane = lane;
  x->origin = lane->origin->name;
  x->request_headers = request->headers;
  x->stall_ms = lane->client->config.stall_timeout_ms;
  x->length = UINT64_MAX;
  CURL *easy = lane->easy;
  setup_method(easy, request, x);
  exchange_io_setup(x);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, x->request_headers);
  CURLMcode code = curl_multi_add_handle(lane->multi, easy);
  if (code != CURLM_OK)
    return call_fail(call, ARTM_E_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
  int rc = drive(x, call, true);
  note_connection(x);
  note_request(x, call, x->body ? x->taken : request->body_size);
  if (rc)
    return rc;
  if (x->done && (x->result != CURLE_OK || x->broken_headers) &&
      (!x->headers_here || x->source_code))
    return exchange_conclude(x, call);
  if (!x->headers_here)
    return call_fail(call, ARTM_E_NETWORK, "%s: no response", x->origin);
  lane_note_address(lane);
  x->body = NULL; /* the caller may close it from now on */
  if (x->done && x->result == CURLE_OK && !x->broken_headers)
    release(x, true);
  return 0;
}

static size_t take_rest(struct exchange *x, size_t len) {
  size_t left = x->rest.len - x->rest_start, n = left < len ? left : len;
  x->rest_start += n;
  if (n == left) {
    buf_done(&x->rest);
    x->rest_start = 0;
  }
  return n;
}

void exchange_skip(struct exchange *x, uint64_t bytes) {
  x->skip = bytes - take_rest(x, bytes < SIZE_MAX ? (size_t)bytes : SIZE_MAX);
}

static void resume(struct exchange *x) {
  if (!x->paused)
    return;
  x->paused = false;
  curl_easy_pause(x->lane->easy, CURLPAUSE_CONT);
}

int64_t exchange_read(struct exchange *x, struct artm_call *call, void *buffer, size_t len) {
  if (len == 0)
    return 0;
  if (x->rest.len) {
    size_t left = x->rest.len - x->rest_start, n = left < len ? left : len;
    memcpy(buffer, x->rest.data + x->rest_start, n);
    take_rest(x, n);
    traffic_add(call->traffic, x->origin, 0, 0, n, 0);
    return (int64_t)n;
  }
  if (!x->lane)
    return 0;
  if (x->read_failed)
    return call_fail(call, ARTM_E_NETWORK, "%s: the body was broken off", x->origin);
  x->want = buffer;
  x->want_len = len;
  x->want_got = 0;
  resume(x);
  int rc = x->want_got ? 0 : drive(x, call, false);
  x->want = NULL;
  if (rc == 0 && x->want_got == 0)
    rc = exchange_conclude(x, call);
  traffic_add(call->traffic, x->origin, 0, 0, x->want_got, 0);
  if (rc) {
    x->read_failed = true;
    return rc;
  }
  if (x->done && x->result == CURLE_OK)
    release(x, true);
  return (int64_t)x->want_got;
}

/* Waits a moment for a short rest that nobody wants. */
static void drain(struct exchange *x) {
  auto_free char *waste = mem_alloc(DRAIN_MAX);
  uint64_t until = clock_now_ms() + DRAIN_MS, length;
  if (!headers_length(&x->headers, &length))
    return;
  if (length != UINT64_MAX && length > x->received && length - x->received > DRAIN_MAX)
    return;
  x->want = waste;
  x->want_len = DRAIN_MAX;
  x->want_got = 0;
  while (!x->done && x->want_got < DRAIN_MAX && clock_now_ms() < until) {
    resume(x);
    int running = 0;
    if (curl_multi_perform(x->lane->multi, &running) != CURLM_OK)
      return;
    collect_end(x);
    if (!x->done)
      curl_multi_poll(x->lane->multi, NULL, 0, 20, NULL);
  }
}

void exchange_free(struct exchange *x) {
  if (!x)
    return;
  if (x->lane) {
    if (x->headers_here && !x->done && !x->read_failed && x->taken == x->body_size)
      drain(x);
    x->want = NULL;
    release(x, x->done && x->result == CURLE_OK && !x->broken_headers);
  }
  curl_slist_free_all(x->request_headers);
  headers_done(&x->headers);
  buf_done(&x->rest);
  free(x->error_text);
  free(x);
}
