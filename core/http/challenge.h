/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate (RFC 9110, 11.6.1): several challenges a line and several lines. */
#ifndef HTTP_CHALLENGE_H
#define HTTP_CHALLENGE_H
#include <stdbool.h>
#include <stddef.h>

enum auth_scheme { AUTH_OTHER, AUTH_BASIC, AUTH_BEARER };

struct challenge {
  enum auth_scheme scheme;
  char *name; /* as spelled */
  char *realm, *service, *scope, *error;
};
struct challenges {
  struct challenge *items;
  size_t count, capacity;
};

/* Adds what one header value holds. A challenge that is broken is left out, the others count. */
void challenges_parse(struct challenges *, const char *value);
struct challenge challenge_copy(const struct challenge *);
void challenge_done(struct challenge *);
/* Bearer before Basic, NULL if none is usable. */
const struct challenge *challenges_best(const struct challenges *, bool basic_allowed);
/* "Negotiate, Digest"; caller frees. */
char *challenges_names(const struct challenges *);
void challenges_done(struct challenges *);
#define auto_challenges __attribute__((cleanup(challenges_done))) struct challenges
#endif
