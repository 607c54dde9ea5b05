/* SPDX-License-Identifier: Apache-2.0 */
/* What plan and mirror share: from arguments to a finished run report. */
#ifndef CLI_RUN_H
#define CLI_RUN_H
#include "cli/session.h"
#include "report/run.h"

/* Runs everything that the arguments select (words are references) and hands the report, which the
 * caller frees, to print, unless it never came to a run. Returns the exit code. */
int run_jobs(struct app *, const struct arguments *, bool plan_only,
             int (*print)(struct app *, const struct arguments *, const struct run_report *));
/* The view of people on standard output. */
struct report_view run_view(const struct app *);
/* The run report as JSON, with secrets taken out. */
void run_json(const struct run_report *, struct buf *out);
#endif
