/* SPDX-License-Identifier: Apache-2.0 */
/* From the matrix to rows and jobs with their records. */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H
#include "engine/row.h"

struct row_list {
  struct row *rows;
  size_t count;
};
/* Rows of the matrix times the targets that their entries allow (and --only-failed). The records
 * go into run->report. */
void rows_make(struct run *, struct row_list *ret);
void rows_free(struct row_list *);
#endif
