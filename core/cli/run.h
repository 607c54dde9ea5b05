/* SPDX-License-Identifier: Apache-2.0 */
/* What plan, mirror and scan share: from arguments to a finished run report. */
#ifndef CLI_RUN_H
#define CLI_RUN_H
#include "cli/session.h"
#include "report/run.h"

enum run_kind { RUN_MIRROR, RUN_PLAN, RUN_SCAN };

/* Runs everything that the arguments select (words are references), writes what of the run goes to
 * files and to a CI system, and hands the report, which the caller frees, to print, unless it never
 * came to a run. Returns the exit code. */
int run_jobs(struct app *, const struct arguments *, enum run_kind,
             int (*print)(struct app *, const struct arguments *, const struct run_report *));
/* Prints the report of a run that did something: to standard output, and as --report says. */
int run_print(struct app *, const struct arguments *, const struct run_report *);
/* Before the run, so that its report is not lost after it: is the file of --report writable?
 * Returns the exit code. */
int run_check_report(struct app *, const struct command *, const struct arguments *);
/* The view of people on standard output. */
struct report_view run_view(const struct app *);
#endif
