/* SPDX-License-Identifier: Apache-2.0 */
/* A response as plugins see it, on top of its exchange. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H
#include "http/exchange.h"

struct response {
  struct artm_http_response abi; /* first: a plugin's pointer is cast back */
  struct artm_stream stream;
  struct exchange *exchange;
  struct registry *registry;
  char *method, *path, *repository; /* for messages; repository may be NULL */
  struct url url;
  char *offered;               /* schemes of a 401 of which we know none, or NULL */
  bool tried;                  /* further attempts were made, as many as are allowed */
  struct error location_error; /* why there is no location */
  struct origin *mirror; /* that it comes from, or NULL: another one can be asked for the rest */
};

/* Takes the exchange over, whose headers are here. ARTM_E_NETWORK if they contradict each other;
 * the exchange is freed then. */
int response_new(struct exchange *, struct artm_call *, const char *method, const struct url *,
                 struct registry *, struct response **ret);
struct response *response_of(const struct artm_http_response *);
void response_close(struct response *); /* NULL is fine */
#endif
