/* SPDX-License-Identifier: Apache-2.0 */
/* What GitHub Actions tells a step, and what it is told. */
#ifndef REPORT_GITHUB_H
#define REPORT_GITHUB_H
#include "report/run.h"

/* Is the workflow run with debug logging? */
bool github_debug(void);
/* Appends an output of the step to the file $GITHUB_OUTPUT. ARTM_E_CONFIG without the variable. */
int github_output(const char *name, const char *value, struct error *err);
/* Is this a step of a workflow? */
bool github_is_running(void);
/* Warnings for what the scans found, one an image and level, within GitHub's limits; for stderr. */
void github_annotations(const struct run_report *, struct buf *out);
/* Appends the run to the step's summary and sets its outputs, where the variables name files.
 * folder: the report folder, or NULL. ARTM_E_LOCAL. */
int github_finish(const struct run_report *, const char *folder, struct error *err);
#endif
