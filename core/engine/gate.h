/* SPDX-License-Identifier: Apache-2.0 */
/* What the config's gate says of a scan. */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H
#include "config/scanning.h"
#include "report/run.h"

/* Marks the rows that violate the rule or are allowed, and sets the verdict. The scan has its rows
 * by the filter already. now_ms: wall clock, against which allowances expire. */
void gate_judge(const struct gate_rule *, int64_t now_ms, struct job_scan *);
/* What the gates and required scans of a record are against, code ARTM_E_POLICY; code 0: nothing.
 */
void gate_policy(const struct job_record *, struct error *ret);
/* Is a verdict of the record VERDICT_BLOCK? */
bool gate_blocks(const struct job_record *);
#endif
