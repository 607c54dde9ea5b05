/* SPDX-License-Identifier: Apache-2.0 */
/* What people see while a run goes on: bars on a terminal, one line an event elsewhere. */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H
#include "report/run.h"

struct progress;
/* terminal: draw bars on stderr with rate and remaining time, else lines through the log. verbose:
 * unchanged jobs get their line too. */
struct progress *progress_new(size_t jobs, bool terminal, bool verbose, bool quiet);
/* Any thread. */
void progress_job_done(struct progress *, const struct job_record *);
void progress_expect(struct progress *, uint64_t bytes); /* a blob that will be sent */
void progress_moved(struct progress *, uint64_t bytes);  /* bytes that were sent */
void progress_free(struct progress *);                   /* clears the bars */
#endif
