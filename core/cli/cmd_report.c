/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror report: a run report in another format, whenever it is wanted. */
#include "base/fs.h"
#include "base/memory.h"
#include "cli/run.h"
#include "report/log.h"
#include "report/render.h"
#include <string.h>

static const struct option options[] = {
    {"format", 0, "FORMAT", "text|markdown|html|sarif|junit|csv",
     "text (the default), markdown, html, sarif, junit or csv"},
    {"output", 0, "FILE", NULL, "write it to this file; '-' is standard output (the default)"},
};

static void render_text(const struct app *app, bool to_file, const struct run_report *report,
                        struct buf *out) {
  struct report_view view = run_view(app);
  if (to_file) {
    view.color = false;
    view.width = 0;
  }
  if (text_equal(report->command, "plan"))
    run_plan_text(report, &view, out);
  else
    run_report_text(report, &view, out);
}

static void render_sarif_file(const struct run_report *report, struct buf *out) {
  auto_free char *note = sarif_note(report);
  if (note != NULL)
    log_write(LOG_NOTICE, NULL, "sarif: %s", note);
  render_sarif(report, out);
}

static void render(const struct app *app, const char *format, bool to_file,
                   const struct run_report *report, struct buf *out) {
  if (text_equal(format, "markdown"))
    render_markdown(report, 0, out);
  else if (text_equal(format, "html"))
    render_html(report, out);
  else if (text_equal(format, "sarif"))
    render_sarif_file(report, out);
  else if (text_equal(format, "junit"))
    render_junit(report, out);
  else if (text_equal(format, "csv"))
    render_csv(report, out);
  else
    render_text(app, to_file, report, out);
}

static int check_words(const struct strings *words, struct error *err) {
  if (words->count == 0)
    return error_set(err, ARTM_E_CONFIG, "no run report given");
  if (words->count > 1)
    return error_set(err, ARTM_E_CONFIG, "report takes one file, not '%s' too", words->items[1]);
  return 0;
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  auto_buf out = {0};
  struct run_report *report;
  const char *output = argument_value(arguments, "output");
  bool to_file = output != NULL && strcmp(output, "-") != 0;
  if (check_words(&arguments->words, &err) != 0)
    return app_usage(&command_report, &err);
  if (to_file && *output == '\0') {
    error_set(&err, ARTM_E_CONFIG, "option '--output' names no file");
    return app_usage(&command_report, &err);
  }
  if (run_report_read(arguments->words.items[0], &report, &err) != 0)
    return app_fail(app, &err);
  render(app, argument_value(arguments, "format"), to_file, report, &out);
  run_report_free(report);
  if (!to_file)
    app_print(app, out.data, out.len);
  else if (fs_write(output, out.len > 0 ? out.data : "", out.len, 0644, &err) != 0)
    return app_fail(app, &err);
  return 0;
}

const struct command command_report = {
    .name = "report",
    .usage = "report RUN.json [--format text|markdown|html|sarif|junit|csv] [--output FILE]",
    .purpose = "Shows a run report again, or writes it in another format.",
    .options = {options, sizeof options / sizeof options[0]},
    .examples = "  artmirror report run.json\n"
                "  artmirror report reports/run.json --format html --output report.html\n",
    .run = run,
};
