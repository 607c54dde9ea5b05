/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: parsed once by libcurl's own parser, compared by origin (scheme, host, effective port). */
#ifndef HTTP_URL_H
#define HTTP_URL_H
#include "base/error.h"
#include "base/memory.h"
#include <stdbool.h>

struct url {
  char *text;      /* what is asked: no fragment, no userinfo */
  char *origin;    /* "https://registry.example:5000", lower case, default port left out */
  char *authority; /* the same without the scheme: key of settings and credentials */
  char *host;      /* IPv6 in brackets */
  char *path;      /* without query, at least "/" */
  unsigned port;
  bool tls;
};

/* http and https only, userinfo refused: ARTM_E_UNSUPPORTED. */
int url_parse(const char *text, struct url *ret, struct error *err);
/* What a server's Location or Link means, seen from base. */
int url_resolve(const struct url *base, const char *reference, struct url *ret, struct error *err);
struct url url_copy(const struct url *);
bool url_same_origin(const struct url *a, const struct url *b);
/* For people: userinfo, query and fragment cut off, escaped. Caller frees. */
char *url_shown(const char *text);
void url_done(struct url *);
#define auto_url __attribute__((cleanup(url_done))) struct url

/* Whether a user's "host[:port]" means this URL's server: a default port may be written or not. */
bool url_served_by(const struct url *, const char *authority);
/* The same for two spellings; only 443 may be left out, as both mean a server that speaks TLS. */
bool authority_equal(const char *a, const char *b);
/* The host of "host:port"; IPv6 keeps its brackets. Caller frees. */
char *authority_host(const char *authority);
/* localhost, 127.0.0.0/8, ::1: by name only, nothing is resolved. */
bool host_is_loopback(const char *host);
#endif
