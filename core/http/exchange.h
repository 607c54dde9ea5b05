/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its response on one lane: sends, gathers the headers, then hands out the body as
 * it is asked for. Knows nothing of redirects, credentials or retry. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H
#include "base/buf.h"
#include "http/headers.h"
#include "http/lane.h"
#include "http/pace.h"

struct exchange_request {
  const char *method;
  const struct url *url;
  struct curl_slist *headers; /* taken over */
  uint64_t body_size;
  const void *data;         /* lent until the response is here */
  struct artm_stream *body; /* or */
};

struct exchange {
  struct http_client *client;
  const char *origin;
  struct lane *lane; /* NULL once the transfer has ended well and its lane was given back */
  struct curl_slist *request_headers;
  struct artm_call *call; /* whoever waits at this moment */
  struct artm_stream *body;
  uint64_t body_size, taken; /* of the request's body */
  int source_code;           /* what body->read failed with */
  bool read_failed;

  struct headers headers;
  unsigned status;
  bool headers_here, broken_headers, stalled;

  char *want; /* the reader's buffer while it waits */
  size_t want_len, want_got;
  struct buf rest; /* what came beyond it, or before anybody waited */
  size_t rest_start;
  uint64_t skip;             /* of the response's body, still to be dropped */
  uint64_t received, length; /* of it; length UINT64_MAX: unknown */
  bool paused;

  bool done;
  CURLcode result;
  char *error_text; /* libcurl's, if it failed */
  bool reused;      /* the connection had served before */
  struct pace pace;
  int64_t moved_before;
  uint64_t stall_ms, source_ms;
};

/* Sends and waits for the final headers. The lane belongs to the exchange from then on, also when
 * this fails: *ret is set in any case, for exchange_free. */
int exchange_start(struct lane *, struct artm_call *, const struct exchange_request *,
                   struct exchange **ret);
/* 1 to len bytes of the body, 0 at its end, or ARTM_E_*. */
int64_t exchange_read(struct exchange *, struct artm_call *, void *buffer, size_t len);
/* Drops that much of the body's beginning; before the first read. */
void exchange_skip(struct exchange *, uint64_t bytes);
/* Reads a short rest so that the connection can serve again, else drops it. NULL is fine. */
void exchange_free(struct exchange *);
#endif
