/* SPDX-License-Identifier: Apache-2.0 */
/* What mirror and scan print at the end, and --report. */
#include "base/fs.h"
#include "cli/run.h"
#include "report/render.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The report to a file, or to standard output in place of the table, which then goes to standard
 * error. */
static int write_report(struct app *app, const char *path, const struct run_report *report) {
  auto_error err = {0};
  auto_buf out = {0};
  render_json(report, &out);
  if (strcmp(path, "-") == 0)
    app_print(app, out.data, out.len);
  else if (fs_write(path, out.data, out.len, 0644, &err) != 0)
    return app_fail(app, &err);
  return 0;
}

int run_print(struct app *app, const struct arguments *arguments, const struct run_report *report) {
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

int run_check_report(struct app *app, const struct command *command,
                     const struct arguments *arguments) {
  const char *report = argument_value(arguments, "report");
  auto_error err = {0};
  if (report != NULL && *report == '\0') {
    error_set(&err, ARTM_E_CONFIG, "option '--report' names no file");
    return app_usage(command, &err);
  }
  if (report != NULL && strcmp(report, "-") != 0 && check_report(report, &err) != 0)
    return app_fail(app, &err);
  return 0;
}
