/* SPDX-License-Identifier: Apache-2.0 */
/* A registry's pull budget, as its headers tell it: "ratelimit-limit: 100;w=21600". */
#ifndef HTTP_BUDGET_H
#define HTTP_BUDGET_H
#include "http/headers.h"
#include "http/shared.h"

void budget_note(struct http_client *, struct registry *, const struct headers *);
/* The budget is used up: waiting seconds would not help. Fails the call then. */
bool budget_exhausted(struct http_client *, struct artm_call *, const struct registry *);
#endif
