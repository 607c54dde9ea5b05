/* SPDX-License-Identifier: Apache-2.0 */
/* The last part of every text report: notices, and failures with their cause. */
#ifndef REPORT_RUN_FAILURES_H
#define REPORT_RUN_FAILURES_H
#include "report/run.h"

void run_notices_text(const struct run_report *, struct buf *out);
/* What keeps a job from being done: its own failure, else what a policy holds against it; or NULL.
 */
const struct error *job_failure(const struct job_record *);
/* Each cause once, with all jobs that have it. */
void run_failures_text(const struct run_report *, bool color, struct buf *out);
#endif
