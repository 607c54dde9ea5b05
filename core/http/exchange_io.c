/* SPDX-License-Identifier: Apache-2.0 */
/* What libcurl calls back during an exchange: header lines, body, the request's body. */
#include "http/exchange_io.h"
#include "base/clock.h"
#include <string.h>
#include <strings.h>

#define REST_MAX (2u * LANE_RECEIVE_MAX)

/* "HTTP/1.1 200 OK": 0 if it isn't a status line of ours. */
static unsigned read_status(const char *line, size_t len) {
  if (len < 12 || strncasecmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ')
    return 0;
  unsigned status = 0;
  for (size_t i = 9; i < 12; i++) {
    if (line[i] < '0' || line[i] > '9')
      return 0;
    status = status * 10 + (unsigned)(line[i] - '0');
  }
  return status;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg) {
  struct exchange *x = arg;
  size_t len = size * count;
  bool blank = len <= 2 && (len == 0 || line[0] == '\r' || line[0] == '\n');
  if (x->headers_here) { /* a trailer: counted, not kept */
    size_t kept = x->headers.count;
    bool fine = headers_line(&x->headers, line, len);
    x->headers.count = kept;
    if (!fine)
      x->broken_headers = true;
    return fine ? len : 0;
  }
  unsigned status = read_status(line, len);
  if (status) {
    headers_restart(&x->headers);
    x->headers.bytes += len;
    x->headers.lines++;
    x->status = status;
    return len;
  }
  if (!headers_line(&x->headers, line, len)) {
    x->broken_headers = true;
    return 0;
  }
  if (blank && x->status >= 200) {
    x->headers_here = true;
    headers_length(&x->headers, &x->length);
  }
  return len;
}

/* libcurl goes on for as long as the socket has something. It stops before a portion that the
 * reader's buffer may not hold: what comes beyond that is copied twice. */
static void hold_back(struct exchange *x) {
  size_t room = x->want ? x->want_len - x->want_got : 0;
  bool has_some = x->want_got || x->rest.len;
  if (has_some && room < LANE_RECEIVE_MAX && x->received < x->length && !x->paused)
    x->paused = curl_easy_pause(x->lane->easy, CURLPAUSE_RECV) == CURLE_OK;
}

/* Copies straight into the waiting reader's buffer; the rest waits in ours, up to its size. */
static size_t on_body(char *data, size_t size, size_t count, void *arg) {
  struct exchange *x = arg;
  size_t len = size * count, from = 0;
  size_t room = x->want ? x->want_len - x->want_got : 0;
  size_t drop = x->skip < len ? (size_t)x->skip : len;
  size_t copy = len - drop < room ? len - drop : room;
  size_t keep = len - drop - copy;
  if (keep && x->rest.len + keep > REST_MAX) {
    x->paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  x->skip -= drop;
  from = drop;
  if (copy)
    memcpy(x->want + x->want_got, data + from, copy);
  x->want_got += copy;
  from += copy;
  if (keep)
    buf_add(&x->rest, data + from, keep);
  x->received += len;
  hold_back(x);
  return len;
}

static size_t on_send(char *buffer, size_t size, size_t count, void *arg) {
  struct exchange *x = arg;
  uint64_t room = (uint64_t)size * count, left = x->body_size - x->taken;
  if (!left)
    return 0;
  if (!x->body) /* answered before all was sent */
    return CURL_READFUNC_ABORT;
  uint64_t before = clock_now_ms();
  int64_t n = x->body->read(x->body, x->call, buffer, room < left ? room : left);
  x->source_ms += clock_now_ms() - before;
  if (n > 0 && (uint64_t)n <= (room < left ? room : left)) {
    x->taken += (uint64_t)n;
    return (size_t)n;
  }
  if (n < 0)
    x->source_code = (int)n;
  else
    x->source_code = call_fail(x->call, ARTM_E_DIGEST, "the body ended after %llu of %llu bytes",
                               (unsigned long long)x->taken, (unsigned long long)x->body_size);
  return CURL_READFUNC_ABORT;
}

/* libcurl rewinds when a reused connection turns out to be dead. */
static int on_seek(void *arg, curl_off_t offset, int origin) {
  struct exchange *x = arg;
  return origin == SEEK_SET && offset == 0 && x->taken == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

void exchange_io_setup(struct exchange *x) {
  CURL *easy = x->lane->easy;
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
  if (!x->body)
    return;
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
  curl_easy_setopt(easy, CURLOPT_READDATA, x);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, x);
}

uint64_t exchange_source_ms(struct exchange *x) {
  uint64_t ms = x->source_ms;
  x->source_ms = 0;
  return ms;
}
