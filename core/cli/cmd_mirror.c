/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror mirror: brings everything that is selected to the targets. */
#include "base/fs.h"
#include "cli/run.h"
#include "report/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option options[] = {
    {"target", 0, "[ID:]VALUE", NULL,
     "where to mirror to; may be repeated (default: the config's)"},
    {"parallel", 0, "N", NULL, "number of workers"},
    {"fail-fast", 0, NULL, NULL, "start nothing more after the first failure"},
    {"dry-run", 0, NULL, NULL, "the same as plan"},
    {"report", 0, "FILE", NULL, "write the run report (JSON); '-' is standard output"},
    {"only-failed", 0, "RUN.json", NULL, "only the jobs that failed in this run report"},
};

/* The report to a file, or to standard output in place of the table, which then goes to standard
 * error. */
static int write_report(struct app *app, const char *path, const struct run_report *report) {
  auto_error err = {0};
  auto_buf out = {0};
  run_json(report, &out);
  if (strcmp(path, "-") == 0)
    app_print(app, out.data, out.len);
  else if (fs_write(path, out.data, out.len, 0644, &err) != 0)
    return app_fail(app, &err);
  return 0;
}

static int print(struct app *app, const struct arguments *arguments,
                 const struct run_report *report) {
  struct report_view view = run_view(app);
  const char *path = argument_value(arguments, "report");
  bool to_output = path != NULL && strcmp(path, "-") == 0;
  auto_buf out = {0};
  view.color = to_output ? app->color_err : app->color_out;
  if (argument_is_given(arguments, "dry-run"))
    run_plan_text(report, &view, &out);
  else
    run_report_text(report, &view, &out);
  if (!to_output)
    app_print(app, out.data, out.len);
  else if (!app->json_log) /* whoever reads JSON there has it all in the report */
    fd_write_all(STDERR_FILENO, out.data, out.len);
  return path != NULL ? write_report(app, path, report) : 0;
}

/* Before the run, so that its report is not lost after it. */
static int check_report(const char *path, struct error *err) {
  struct stat status;
  auto_free char *real = realpath(path, NULL);
  auto_free char *folder = fs_parent(real != NULL ? real : path);
  bool there = stat(path, &status) == 0, device = there && !S_ISREG(status.st_mode);
  const char *why = NULL;
  if (there && S_ISDIR(status.st_mode))
    why = "it is a folder";
  else if (access(device ? path : folder, W_OK) != 0) /* a file is replaced in its folder */
    why = strerror(errno);
  if (why == NULL)
    return 0;
  error_set(err, ARTM_E_LOCAL, "the report can't be written to %s: %s", path, why);
  return error_hint(err, "give --report a file in a folder that exists and is yours");
}

static int run(struct app *app, const struct arguments *arguments) {
  const char *report = argument_value(arguments, "report");
  auto_error err = {0};
  if (report != NULL && *report == '\0') {
    error_set(&err, ARTM_E_CONFIG, "option '--report' names no file");
    return app_usage(&command_mirror, &err);
  }
  if (report != NULL && strcmp(report, "-") != 0 && check_report(report, &err) != 0)
    return app_fail(app, &err);
  return run_jobs(app, arguments, argument_is_given(arguments, "dry-run"), print);
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
