/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror mirror: brings everything that is selected to the targets. */
#include "cli/run.h"

static const struct option options[] = {
    {"target", 0, "[ID:]VALUE", NULL,
     "where to mirror to; may be repeated (default: the config's)"},
    {"parallel", 0, "N", NULL, "most jobs and requests at a time"},
    {"fail-fast", 0, NULL, NULL, "start nothing more after the first failure"},
    {"dry-run", 0, NULL, NULL, "the same as plan"},
    {"scan", 0, NULL, NULL, "scan what the config leaves out, too"},
    {"no-scan", 0, NULL, NULL, "scan nothing"},
    {"scanner", 0, "ID", NULL, "scan with this scanner only; may be repeated"},
    {"report", 0, "FILE", NULL, "write the run report (JSON); '-' is standard output"},
    {"report-dir", 0, "DIR", NULL, "write every report, and those of each image, to this folder"},
    {"keep-reports", 0, "TIME", NULL, "remove the reports of older runs from there (default: 30d)"},
    {"only-failed", 0, "RUN.json", NULL, "only the jobs that failed in this run report"},
};

static int run(struct app *app, const struct arguments *arguments) {
  int wrong = run_check_report(app, &command_mirror, arguments);
  bool plan = argument_is_given(arguments, "dry-run");
  return wrong ? wrong : run_jobs(app, arguments, plan ? RUN_PLAN : RUN_MIRROR, run_print);
}

const struct command command_mirror = {
    .name = "mirror",
    .usage = "mirror [REF...] [--target [ID:]VALUE] [SELECTION] [OPTION...]",
    .purpose = "Mirrors what the config declares, or the references given, to the targets.",
    .options = {options, sizeof options / sizeof options[0]},
    .selects = true,
    .examples = "  artmirror mirror\n"
                "  artmirror mirror --target registry.example:5000/mirror --report run.json\n"
                "  artmirror mirror registry.example/app:1.2 --target ./mirror\n",
    .run = run,
};
