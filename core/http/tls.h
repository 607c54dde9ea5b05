/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificates an origin is checked against, and which we show it. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H
#include "http/shared.h"
#include <curl/curl.h>

/* What connections must have in common to be shared: caller frees. */
char *tls_key(struct http_client *, const struct url *, const struct registry *);
/* Sets it up on a handle. A client certificate goes to its own origin only. */
int tls_setup(struct http_client *, struct artm_call *, CURL *, struct origin *, const struct url *,
              const struct registry *);
#endif
