/* SPDX-License-Identifier: Apache-2.0 */
/* docker-credential-NAME: the program that keeps a user's passwords. */
#ifndef HTTP_HELPER_H
#define HTTP_HELPER_H
#include "base/call.h"
#include "http/credentials.h"

/* ARTM_NO: it knows nothing of the server. */
int helper_get(struct artm_call *, const char *name, const char *server, struct credential **ret);
#endif
