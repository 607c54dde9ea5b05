/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror mirror: brings everything that is selected to the targets. */
#include "base/fs.h"
#include "cli/run.h"
#include "report/log.h"
#include <errno.h>
#include <string.h>
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
  const struct report_view view = run_view(app);
  const char *path = argument_value(arguments, "report");
  auto_buf out = {0};
  if (argument_is_given(arguments, "dry-run"))
    run_plan_text(report, &view, &out);
  else
    run_report_text(report, &view, &out);
  if (path != NULL && strcmp(path, "-") == 0)
    fd_write_all(STDERR_FILENO, out.data, out.len);
  else
    app_print(app, out.data, out.len);
  return path != NULL ? write_report(app, path, report) : 0;
}

/* Before the run, so that its report is not lost after it. */
static int check_report(const char *path, struct error *err) {
  auto_free char *folder = fs_parent(path);
  const char *there = fs_exists(path) ? path : folder;
  if (fs_is_folder(path) || access(there, W_OK) != 0) {
    error_set(err, ARTM_E_LOCAL, "the report can't be written to %s: %s", path,
              fs_is_folder(path) ? "it is a folder" : strerror(errno));
    return error_hint(err, "give --report a file in a folder that exists and is yours");
  }
  return 0;
}

static int run(struct app *app, const struct arguments *arguments) {
  const char *report = argument_value(arguments, "report");
  auto_error err = {0};
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
