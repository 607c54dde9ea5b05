/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to an origin now: as many as its window and max_connections allow. The client's lock
 * is held around all of this. */
#ifndef HTTP_ADMISSION_H
#define HTTP_ADMISSION_H
#include "http/shared.h"

/* Waits for a place; answers like call_check. */
int admission_enter(struct http_client *, struct origin *, struct artm_call *);
/* Gives a place back; lets in whoever waits and fits. */
void admission_leave(struct origin *);
#endif
