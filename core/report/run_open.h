/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the file of a run report. */
#ifndef REPORT_RUN_OPEN_H
#define REPORT_RUN_OPEN_H
#include "report/run.h"

/* The document, whose schema and list of jobs are there. ARTM_E_CONFIG: it is no run report. */
int run_report_open(const char *path, json_t **ret, struct error *err);
/* Makes of err, which says what is wrong with a document, that path is no run report. */
int run_report_refuse(const char *path, struct error *err);
/* One of its jobs. ARTM_E_CONFIG. */
int run_job_read(const json_t *, struct run_report *, struct job_record *ret, struct error *err);
#endif
