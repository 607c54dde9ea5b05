/* SPDX-License-Identifier: Apache-2.0 */
/* One row of the matrix from beginning to end. */
#ifndef ENGINE_ROW_H
#define ENGINE_ROW_H
#include "engine/job.h"

/* The row's task (row->task.run). */
void row_run(struct task *, uint32_t worker);
#endif
