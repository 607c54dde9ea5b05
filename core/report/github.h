/* SPDX-License-Identifier: Apache-2.0 */
/* What GitHub Actions tells a step, and what it is told. */
#ifndef REPORT_GITHUB_H
#define REPORT_GITHUB_H
#include "base/error.h"
#include <stdbool.h>

/* Is the workflow run with debug logging? */
bool github_debug(void);
/* Appends an output of the step to the file $GITHUB_OUTPUT. ARTM_E_CONFIG without the variable. */
int github_output(const char *name, const char *value, struct error *err);
#endif
