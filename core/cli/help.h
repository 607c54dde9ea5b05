/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts, made from the option tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H
#include "base/buf.h"
#include "cli/app.h"

void help_overview(struct buf *out);
/* selection: the options that plugins declare, for commands that select. */
void help_command(const struct command *, const struct option_table *selection, struct buf *out);
#endif
