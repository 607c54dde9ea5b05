/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens (distribution, token authentication): fetched once for all workers, remembered
 * until shortly before they expire. */
#ifndef HTTP_TOKEN_H
#define HTTP_TOKEN_H
#include "http/credentials.h"
#include "http/scope.h"

struct token_request {
  struct registry *registry;           /* NULL: of a host that a redirect led to; then anonymous */
  const struct url *home;              /* what the token is for */
  const struct origin *guide;          /* of the server that named home, or NULL: the user did */
  const struct credential *credential; /* NULL: anonymous */
  const char *realm, *service;         /* of the challenge; service may be NULL */
  const struct scopes *scopes;
  const char *repository; /* for messages, or NULL */
  uint64_t left_ms;       /* it must be good for so long */
  bool exact;             /* and for nothing but these scopes: it leaves our hands */
};

/* *fresh: it was just fetched. Caller wipes *ret. */
int token_get(struct http_client *, struct artm_call *, const struct token_request *, char **ret,
              bool *fresh);
/* The server refused it. */
void token_forget(struct http_client *, const char *text);
void tokens_done(struct http_client *);

/* token_fetch.c: asks the realm. */
int token_fetch(struct http_client *, struct artm_call *, const struct token_request *, char **ret,
                uint64_t *life_ms);

/* realm.c: parses the realm and refuses what must not get what we would send. */
int realm_check(struct http_client *, struct artm_call *, const struct token_request *,
                struct url *ret);
#endif
