/* SPDX-License-Identifier: Apache-2.0 */
/* The report folder (--report-dir): this run's files in it, those of earlier runs below it. */
#ifndef REPORT_FOLDER_H
#define REPORT_FOLDER_H
#include "report/run.h"

/* Before a run: makes the folder if need be, and looks whether it can be written to.
 * ARTM_E_LOCAL. */
int report_folder_check(const char *folder, struct error *err);
/* Moves what an earlier run left to <its start, UTC>/, writes every report of this run, and removes
 * folders that it moved aside more than keep_ms ago (0: none is removed). Sets raw_path of the
 * scans. ARTM_E_LOCAL. */
int report_folder_write(const char *folder, struct run_report *, uint64_t keep_ms,
                        struct error *err);
#endif
