/* SPDX-License-Identifier: Apache-2.0 */
/* What one origin bears, over all workers: pauses after 429, requests a second, and a breaker that
 * stops asking an origin that only fails. */
#ifndef HTTP_LIMIT_H
#define HTTP_LIMIT_H
#include "http/shared.h"

/* Waits out a pause. ARTM_E_NETWORK while the breaker is open. */
int limit_enter(struct http_client *, struct origin *, struct artm_call *);
/* With a lane: waits until the rate lets a request be sent. ARTM_NO: a pause has begun, which
 * nobody may keep a lane for. */
int limit_turn(struct http_client *, struct origin *, struct artm_call *);
/* Whether a mirror is better left alone now than waited for. */
bool limit_avoids(struct http_client *, const struct origin *);
/* As a mirror it is not asked for a while; as a registry it is. */
void limit_avoid(struct http_client *, struct origin *);
/* Nobody asks this origin for so long, and then fewer at a time. */
void limit_pause(struct http_client *, struct origin *, uint64_t ms);
/* It fell silent under what it had to do. */
void limit_stalled(struct http_client *, struct origin *);
/* How an attempt ended. */
void limit_result(struct http_client *, struct origin *, bool failed);
#endif
