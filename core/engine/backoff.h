/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are worth another try, and when. */
#ifndef ENGINE_BACKOFF_H
#define ENGINE_BACKOFF_H
#include "base/call.h"

/* Not what was tried again already where it failed (error.tried): attempts would multiply. */
bool error_is_transient(const struct error *);
/* Sleeps before attempt n + 1 (n from 1): what the error asks for, else full jitter up to
 * 2^(n-1) s; at most 60 s. Answers like call_check of call. */
int backoff_sleep(struct artm_call *call, const struct error *, uint32_t attempt);
/* Attempt n (from 1) failed with the call's error. 0: try again, the error is gone and the pause is
 * over. Else the code of the error that stays. */
int backoff_retry(struct artm_call *call, uint32_t attempt, uint32_t retries);
#endif
