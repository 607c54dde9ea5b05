/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's config.json and Podman's auth.json. */
#ifndef HTTP_AUTHFILE_H
#define HTTP_AUTHFILE_H
#include "base/error.h"
#include "base/text.h"
#include "http/credentials.h"

struct authfile_query {
  const struct strings *names; /* of the registry: "registry.example", "served.example" */
  const char *repository;      /* or NULL */
  bool podman;                 /* keys may be "host/namespace" */
};
struct authfile_answer {
  struct strings helpers;        /* to ask first, in order */
  char *server;                  /* what the helpers call it */
  struct credential *credential; /* what the file itself holds, or NULL */
};
/* shown names the file in messages. ARTM_E_CONFIG if it is broken. */
int authfile_read(const char *text, size_t len, const char *shown, const struct authfile_query *,
                  struct authfile_answer *ret, struct error *err);
void authfile_answer_done(struct authfile_answer *);
/* What helpers call the registry of these names. */
const char *authfile_server(const struct strings *names);

/* base64 of len bytes, and back; caller wipes. NULL: not base64. */
char *base64_encode(const char *data, size_t len);
char *base64_decode(const char *text);
#endif
