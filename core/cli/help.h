/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts, made from the option tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H
#include "base/buf.h"
#include "cli/app.h"

/* whole: with the global options. */
void help_overview(bool whole, struct buf *out);
/* selection: the options that plugins declare, for commands that select. */
void help_command(const struct command *, const struct option_table *selection, struct buf *out);
#endif
