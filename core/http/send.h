/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way: over credentials, redirects and retries to its response. */
#ifndef HTTP_SEND_H
#define HTTP_SEND_H
#include "http/response.h"
#include "http/scope.h"

struct sending {
  struct http_client *client;
  struct artm_call *call;
  const struct artm_http_request *request;
  struct registry *registry;  /* whose settings and credentials; NULL: nobody's */
  struct url home;            /* credentials go to its origin only */
  bool user_named;            /* the user named home's host: it may be any address */
  const struct origin *guide; /* of the server that named all other hosts */
  struct scopes scopes;
  char *repository;          /* of the first scope, or NULL */
  const char *authorization; /* fixed, for home; no credentials are looked for */
  bool anonymous;            /* without credentials from now on */
  bool stated_only;          /* only with credentials that were given for home by name */
  char *probe;               /* authority of which it is not yet known whether it speaks TLS */
  bool probe_held;           /* others wait for us to find out */
  bool no_tls;               /* it does not */
  char *short_body;          /* a short stream body, read ahead */
  uint32_t retries;
  bool optional; /* a mirror: nobody waits for it */

  /* of the last attempt */
  struct origin *origin;
  bool taken;     /* a byte of the stream body is gone */
  bool no_range;  /* the server can't do Range here */
  bool stalled;   /* the other side fell silent */
  bool transport; /* it failed below HTTP, with: */
  CURLcode code;
  char *text;
};

void sending_done(struct sending *);
#define auto_sending __attribute__((cleanup(sending_done))) struct sending

/* send_once.c: one exchange. authorization or NULL. */
int send_once(struct sending *, const struct url *, const char *authorization,
              struct response **ret);
/* auth.c: with what the origin asks for; answers 401. */
int send_authorized(struct sending *, const struct url *, struct response **ret);
/* redirect.c: follows up to 10 redirects. */
int send_following(struct sending *, const struct url *, struct response **ret);
/* send.c: until it works or is not worth another try. */
int send_retrying(struct sending *, const struct url *, struct response **ret);

/* Where a request goes: its text without scheme, or with it. */
struct destination {
  const char *text;
  const char *registry; /* the user's name */
  const char *scope;
  bool optional; /* there is another one to ask */
};
/* request.c: one destination, by TLS or plainly, with credentials or without. */
int send_to(struct http_client *, struct artm_call *, const struct artm_http_request *,
            const struct destination *, uint32_t retries, struct response **ret);
bool request_reads(const struct artm_http_request *); /* GET or HEAD */
char *request_authority(const char *url);             /* caller frees */
/* The root of a registry's own server, by the scheme that is known of it. */
int registry_home(struct http_client *, const struct registry *, struct url *ret, struct error *);
/* docker_config.c: a request to that root, so that its scheme and its challenge are known. */
int registry_ask(struct http_client *, struct artm_call *, const char *host, const char *scope,
                 struct url *ret);
/* mirror.c: ARTM_NO if no mirror has it and the registry itself is to be asked. */
int send_to_mirrors(struct http_client *, struct artm_call *, const struct artm_http_request *,
                    const struct registry_settings *, struct response **ret);
#endif
