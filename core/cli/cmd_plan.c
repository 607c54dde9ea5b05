/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror plan: what mirror would do, nothing written. */
#include "cli/run.h"
#include "report/render.h"
#include <string.h>

static const struct option options[] = {
    {"target", 0, "[ID:]VALUE", NULL,
     "where to mirror to; may be repeated (default: the config's)"},
    {"format", 0, "FORMAT", "text|json", "text or json (a run report)"},
    {"detailed-exitcode", 0, NULL, NULL, "exit with 10 if anything would be created or updated"},
    {"parallel", 0, "N", NULL, "most jobs and requests at a time"},
};

static bool has_drift(const struct run_report *report) {
  for (size_t i = 0; i < report->job_count; i++)
    if (report->jobs[i]->status == JOB_WOULD_CREATE || report->jobs[i]->status == JOB_WOULD_UPDATE)
      return true;
  return false;
}

static int print(struct app *app, const struct arguments *arguments,
                 const struct run_report *report) {
  const struct report_view view = run_view(app);
  const char *format = argument_value(arguments, "format");
  auto_buf out = {0};
  if (text_equal(format, "json"))
    render_json(report, &out);
  else
    run_plan_text(report, &view, &out);
  app_print(app, out.data, out.len);
  return argument_is_given(arguments, "detailed-exitcode") && has_drift(report) ? EXIT_DRIFT : 0;
}

static int run(struct app *app, const struct arguments *arguments) {
  return run_jobs(app, arguments, RUN_PLAN, print);
}

const struct command command_plan = {
    .name = "plan",
    .usage = "plan [REF...] [--target [ID:]VALUE] [SELECTION] [OPTION...]",
    .purpose = "Shows what mirror would do and what it would move; writes nothing.",
    .options = {options, sizeof options / sizeof options[0]},
    .selects = true,
    .examples = "  artmirror plan --target registry.example:5000/mirror\n"
                "  artmirror plan --format json --detailed-exitcode\n",
    .run = run,
};
