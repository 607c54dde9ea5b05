/* SPDX-License-Identifier: Apache-2.0 */
/* Reports why a call fails, with a formatted message. */
#ifndef COMMON_FAIL_H
#define COMMON_FAIL_H
#include <artmirror/host.h>

/* Records the error and returns code. where and hint may be NULL. */
int32_t fail(const struct artm_host *host, struct artm_call *call, int32_t code, const char *where,
             const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));
#endif
