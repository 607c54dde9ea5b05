/* SPDX-License-Identifier: Apache-2.0 */
/* Which credentials a registry gets, and from where: config, what a plugin offers, Docker's and
 * Podman's files and helpers, variables that a plugin declares, none. */
#ifndef HTTP_CREDENTIALS_H
#define HTTP_CREDENTIALS_H
#include "http/shared.h"

struct credential {
  struct credential *next; /* of all that the client ever had */
  char *source;            /* "config", "/home/u/.docker/config.json", ...: for people */
  char *username, *password;
  char *identity_token; /* an OAuth2 refresh token */
  char *registry_token; /* a bearer token as it is */
  bool implicit;        /* from the environment's login; a pull may be tried without */
  bool from_helper;
  uint64_t obtained_ms;
};

/* NULL in *ret: anonymous. What it returns lives as long as the client. A helper that fails is an
 * error; one that knows nothing is not. */
int credentials_get(struct http_client *, struct artm_call *, struct registry *,
                    const char *repository, const char *origin, const struct credential **ret);
/* Has the config, or an offer, credentials for this very host? */
bool credentials_are_stated(struct http_client *, const struct registry *, const char *origin);
/* From now on this repository is asked without the credentials it had. */
void credentials_drop(struct http_client *, const struct registry *, const char *repository);
/* Where was looked and what was found, without a value. Caller frees. */
char *credentials_describe(struct http_client *, const struct registry *, const char *repository,
                           const char *origin);
/* "Basic ..."; NULL without user and password. Registered as a secret. Caller wipes. */
char *credential_basic(const struct credential *);
/* Keeps it until the client is freed and registers its secrets. */
const struct credential *credential_keep(struct http_client *, struct credential *);
void credential_free(struct credential *);
void credentials_done(struct http_client *);
#endif
