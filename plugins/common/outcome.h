/* SPDX-License-Identifier: Apache-2.0 */
/* Tools that did not end well. */
#ifndef COMMON_OUTCOME_H
#define COMMON_OUTCOME_H
#include <artmirror/host.h>
#include <artmirror/process.h>

/* Records how the command ended, with the end of what it wrote to stderr, and returns code. */
int32_t outcome_fail(const struct artm_host *, struct artm_call *, int32_t code, const char *where,
                     const char *command, const struct artm_command_result *);
/* The last lines of stderr in one line, "; " between them; never NULL. Caller frees. */
char *outcome_text(const struct artm_command_result *);
#endif
