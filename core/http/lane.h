/* SPDX-License-Identifier: Apache-2.0 */
/* A lane: one curl multi handle, one easy handle, one connection. Each transfer has one of its own,
 * because an upload reads its body from another transfer; idle ones wait at their origin, so that
 * no connection is opened where one stands idle. */
#ifndef HTTP_LANE_H
#define HTTP_LANE_H
#include "http/address.h"
#include "http/shared.h"
#include <curl/curl.h>

#define LANE_RECEIVE_MAX (64u * 1024) /* bytes at once from a socket */

/* Small requests, whose latency tells how much an origin has to do. */
enum lane_sample { LANE_SAMPLE_NONE, LANE_SAMPLE_HEAD, LANE_SAMPLE_GET, LANE_SAMPLE_POST };

struct lane {
  struct lane *next;
  struct http_client *client;
  struct origin *origin;
  char *key; /* tls_key */
  CURLM *multi;
  CURL *easy;
  pthread_t owner;
  bool owner_waits; /* for a place at another origin */
  uint64_t idle_since_ms;
  enum address_class reached; /* by its connection */
  enum address_class allowed; /* for this request */
  enum lane_sample sample;
  bool proxied;  /* addresses are not ours to judge */
  bool refused;  /* an address was beyond what is allowed */
  int no_socket; /* why none could be made: an errno of our own machine, or 0 */
  char error_text[CURL_ERROR_SIZE];
};

struct lane_request {
  const struct url *url;
  const struct registry *registry; /* whose CA counts */
  enum address_class allowed;
  bool fresh; /* no reused connection */
};

/* The most recently used idle lane, or a new one; waits for a place (admission.h). Its easy
 * handle is reset and has all options that don't depend on the request. */
int lane_take(struct http_client *, struct origin *, struct artm_call *,
              const struct lane_request *, struct lane **ret);
/* The server answered: its address counts, whatever others were tried beside it. */
void lane_note_address(struct lane *);
/* reusable: the transfer ended well and its connection may serve again. */
void lane_give(struct lane *, bool reusable);
void lane_free(struct lane *);
#endif
