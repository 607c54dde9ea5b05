/* SPDX-License-Identifier: Apache-2.0 */
/* What libcurl calls back during an exchange, and what its failures mean. */
#ifndef HTTP_EXCHANGE_IO_H
#define HTTP_EXCHANGE_IO_H
#include "http/exchange.h"

void exchange_io_setup(struct exchange *);
/* Time spent in the request body's own read since last asked; it is not the network's. */
uint64_t exchange_source_ms(struct exchange *);
/* exchange_failure.c: the transfer has ended; 0, or why it failed. */
int exchange_conclude(struct exchange *, struct artm_call *);
#endif
