/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are worth another try, and when. */
#ifndef ENGINE_BACKOFF_H
#define ENGINE_BACKOFF_H
#include "base/call.h"

bool error_is_transient(const struct error *);
/* Sleeps before attempt n (from 1): what the error asks for, else full jitter up to 2^n s, at most
 * 60 s. Answers like call_check of call. */
int backoff_sleep(struct artm_call *call, const struct error *, uint32_t attempt);
#endif
