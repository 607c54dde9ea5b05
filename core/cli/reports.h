/* SPDX-License-Identifier: Apache-2.0 */
/* Where the reports of a run go besides standard output: the report folder, and a CI system. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H
#include "cli/app.h"
#include "report/run.h"

struct reports {
  char *folder; /* NULL: none */
  uint64_t keep_ms;
};
/* From --report-dir and --keep-reports, else the config's reports:. The folder is made, if need be,
 * before the run, so that its reports are not lost after it. */
int reports_read(const struct arguments *, const struct settings *, struct reports *,
                 struct error *err);
/* Returns an exit code; what went wrong is logged. */
int reports_write(struct app *, const struct reports *, struct run_report *);
void reports_done(struct reports *);
#endif
