/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror scan: scans what the targets have; copies nothing. */
#include "cli/run.h"

static const struct option options[] = {
    {"target", 0, "[ID:]VALUE", NULL,
     "where it was mirrored to; may be repeated (default: the config's)"},
    {"parallel", 0, "N", NULL, "most jobs and requests at a time"},
    {"fail-fast", 0, NULL, NULL, "start nothing more after the first failure"},
    {"scan", 0, NULL, NULL, "scan what the config leaves out, too"},
    {"scanner", 0, "ID", NULL, "scan with this scanner only; may be repeated"},
    {"report", 0, "FILE", NULL, "write the run report (JSON); '-' is standard output"},
    {"report-dir", 0, "DIR", NULL, "write every report, and those of each image, to this folder"},
    {"keep-reports", 0, "TIME", NULL, "remove the reports of older runs from there (default: 30d)"},
};

static int run(struct app *app, const struct arguments *arguments) {
  int wrong = run_check_report(app, &command_scan, arguments);
  return wrong ? wrong : run_jobs(app, arguments, RUN_SCAN, run_print);
}

const struct command command_scan = {
    .name = "scan",
    .usage = "scan [REF...] [--target [ID:]VALUE] [SELECTION] [OPTION...]",
    .purpose = "Scans what is already mirrored, by the config or by reference; copies nothing.",
    .options = {options, sizeof options / sizeof options[0]},
    .selects = true,
    .examples = "  artmirror scan\n"
                "  artmirror scan registry.example:5000/mirror/app:1.2 --report-dir reports\n"
                "  artmirror scan app:1.2 --target ./mirror\n",
    .run = run,
};
