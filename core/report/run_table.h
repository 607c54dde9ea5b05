/* SPDX-License-Identifier: Apache-2.0 */
/* The table of jobs that runs and plans share. */
#ifndef REPORT_RUN_TABLE_H
#define REPORT_RUN_TABLE_H
#include "report/run.h"

/* plan: bytes are what would be sent, and there is no time. quiet: changed tags only. */
void run_table_text(const struct run_report *, const struct report_view *, bool plan,
                    struct buf *out);
/* "name:version", "name@sha256:..."; escaped, redacted. Caller frees. */
char *job_label(const struct job_record *);
/* Between two wall times, "0.0s" if one is unknown. Caller frees. */
char *run_time(int64_t start_ms, int64_t end_ms);
#endif
