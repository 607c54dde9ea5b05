/* SPDX-License-Identifier: Apache-2.0 */
/* Where the reports of a run go besides standard output. */
#include "cli/reports.h"
#include "base/fs.h"
#include "report/folder.h"
#include "report/github.h"
#include "report/log.h"
#include "report/render.h"
#include <unistd.h>

int reports_read(const struct arguments *arguments, const struct settings *settings,
                 struct reports *reports, struct error *err) {
  const char *folder = argument_value(arguments, "report-dir");
  const char *keep = argument_value(arguments, "keep-reports");
  reports->keep_ms = (uint64_t)config_number(&settings->reports, "keep", 0);
  if (keep && !text_parse_duration(keep, &reports->keep_ms)) {
    error_set(err, ARTM_E_CONFIG, "--keep-reports is '%s', not a time", keep);
    return error_hint(err, "write a number with a unit: 30d, 12h; 0 keeps all of them");
  }
  if (folder && !*folder)
    return error_set(err, ARTM_E_CONFIG, "option '--report-dir' names no folder");
  if (!folder)
    folder = config_text(&settings->reports, "dir", 0);
  if (keep && !folder)
    return error_set(err, ARTM_E_CONFIG,
                     "--keep-reports without a folder of reports: give "
                     "--report-dir too");
  reports->folder = str_copy(folder);
  return folder ? report_folder_check(folder, err) : 0;
}

/* And what of it others can't take in. */
static void tell_where(const char *folder, const struct run_report *report) {
  auto_free char *note = sarif_note(report);
  log_write(LOG_INFO, NULL, "the reports are in %s", folder);
  if (note)
    log_write(LOG_NOTICE, NULL, "findings.sarif: %s", note);
}

int reports_write(struct app *app, const struct reports *reports, struct run_report *report) {
  auto_error err = {0};
  int code = 0;
  if (reports->folder && report_folder_write(reports->folder, report, reports->keep_ms, &err) < 0)
    code = app_fail(app, &err);
  else if (reports->folder)
    tell_where(reports->folder, report);
  if (!github_is_running())
    return code;
  auto_buf out = {0};
  github_annotations(report, &out);
  fd_write_all(STDERR_FILENO, out.data, out.len);
  error_done(&err);
  if (github_finish(report, reports->folder, &err) < 0) {
    int failed = app_fail(app, &err);
    code = code ? code : failed;
  }
  return code;
}

void reports_done(struct reports *reports) {
  free_pointer(&reports->folder);
}
