/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an origin is asked by TLS or plain HTTP: TLS, unless the user says otherwise; a loopback
 * host that answers one TLS attempt with something else is asked plainly for the rest of the run.
 */
#ifndef HTTP_SCHEME_H
#define HTTP_SCHEME_H
#include "http/shared.h"
#include <curl/curl.h>

enum wire { WIRE_UNKNOWN, WIRE_PROBING, WIRE_TLS, WIRE_PLAIN };

/* PROBING: ours to find out by TLS, and to tell by scheme_end; others wait meanwhile. */
int scheme_begin(struct http_client *, struct artm_call *, const char *authority, enum wire *ret);
void scheme_end(struct http_client *, const char *authority, enum wire found);
/* What is known without asking: PLAIN, TLS or UNKNOWN. */
enum wire scheme_known(struct http_client *, const char *authority);
/* What a failed TLS attempt tells. */
enum wire scheme_of_failure(CURLcode, const char *text);
/* Whether this host may be asked by plain HTTP at all. */
bool scheme_plain_allowed(const struct http_client *, const struct url *);
#endif
