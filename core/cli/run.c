/* SPDX-License-Identifier: Apache-2.0 */
/* What plan, mirror and scan share. */
#include "cli/run.h"
#include "base/clock.h"
#include "cli/references.h"
#include "cli/reports.h"
#include "cli/resolve.h"
#include "cli/scan_references.h"
#include "engine/run.h"
#include "engine/scan_cache.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PARALLEL_MAX 256

struct work {
  struct app *app;
  const struct arguments *arguments;
  enum run_kind kind;
  struct session session;
  struct targets flags;    /* of --target, or the default */
  struct targets *targets; /* these, or the config's */
  struct selection selection;
  struct matrix selected;
  struct failed_job *only;
  size_t only_count;
  struct run_options options;
  char *cache_folder; /* or NULL */
  struct scan_cache *scans;
  struct reports reports;
  struct run_report *report;
};
static const char *const kind_names[] = {
    [RUN_MIRROR] = "mirror", [RUN_PLAN] = "plan", [RUN_SCAN] = "scan"};

struct report_view run_view(const struct app *app) {
  struct winsize size;
  bool sized = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return (struct report_view){app->color_out, app->verbose, app->quiet, sized ? size.ws_col : 0};
}

static int read_parallel(const struct arguments *arguments, uint32_t *ret, struct error *err) {
  const char *text = argument_value(arguments, "parallel");
  int64_t number;
  if (text == NULL)
    return 0;
  if (!text_parse_int(text, &number) || number < 1 || number > PARALLEL_MAX)
    return error_set(err, ARTM_E_CONFIG, "--parallel is '%s', not a number from 1 to %d", text,
                     PARALLEL_MAX);
  *ret = (uint32_t)number;
  return 0;
}

static int read_options(struct work *work, struct error *err) {
  const struct artm_config *run = &work->session.settings.run;
  const struct app *app = work->app;
  work->options = (struct run_options){
      .command = kind_names[work->kind],
      .plan_only = work->kind == RUN_PLAN,
      .scan_only = work->kind == RUN_SCAN,
      .fail_fast = argument_is_given(work->arguments, "fail-fast") ||
                   config_number(run, "fail_fast", 0) != 0,
      .parallel = (uint32_t)config_number(run, "parallel", 0),
      .retries = (uint32_t)config_number(run, "retries", 0),
      .verbose = app->verbose,
      .quiet = app->quiet,
      .terminal = app->terminal_err && !app->quiet,
  };
  return read_parallel(work->arguments, &work->options.parallel, err);
}

static int choose_targets(struct work *work, struct error *err) {
  const struct plugins *plugins = &work->app->plugins;
  auto_strings wanted = {0};
  argument_values(work->arguments, "target", &wanted);
  work->targets = &work->flags;
  if (work->flags.count > 0)
    return 0; /* of references */
  for (size_t i = 0; i < wanted.count; i++)
    if (targets_add(plugins, wanted.items[i], &work->flags, err) != 0)
      return err->code;
  if (wanted.count > 0)
    return 0;
  if (work->session.targets.count == 0)
    return targets_add_default(plugins, &work->flags, err);
  work->targets = &work->session.targets;
  return 0;
}

/* Valid so far? Then what was printed is forgotten, so that it is not printed again. */
static int check_problems(struct work *work, struct error *err) {
  if (!session_is_valid(&work->session))
    return error_set(err, ARTM_E_CONFIG, "the config is not valid");
  problems_done(&work->session.problems);
  work->session.problems = (struct problems){0};
  return 0;
}

static int read_config(struct work *work, struct error *err) {
  struct session *session = &work->session;
  const struct strings *references = &work->arguments->words;
  if (references->count == 0) {
    if (session_load(session, work->app, err) != 0 || check_problems(work, err) != 0)
      return err->code;
    session_services(session);
    return 0;
  }
  if (session_load_settings(session, work->app, err) != 0 || check_problems(work, err) != 0)
    return err->code;
  session_services(session);
  if (work->kind == RUN_SCAN)
    return 0; /* they name what is at a target */
  if (references_read(session, references, err) != 0)
    return err->code;
  matrix_expand(&session->entries, &session->all, &session->problems);
  return check_problems(work, err);
}

static int select_rows(struct work *work, struct error *err) {
  struct session *session = &work->session;
  if (work->kind == RUN_SCAN && work->arguments->words.count > 0) {
    int result = scan_references_read(session, work->arguments, &work->flags, &work->selected, err);
    return result < 0 ? result : check_problems(work, err);
  }
  struct selection *selection = &work->selection;
  if (work->arguments->words.count == 0 &&
      select_read(&work->app->select, &work->app->plugins, work->arguments, session->schemas,
                  session->schema_count, selection, err) != 0)
    return err->code;
  if (selection_check(selection, &session->entries, err) != 0)
    return err->code;
  matrix_select(&session->all, selection, NULL, &work->selected);
  return 0;
}

static int create_instances(struct work *work, struct error *err) {
  struct session *session = &work->session;
  for (size_t i = 0; work->kind != RUN_SCAN && i < session->schema_count; i++)
    if (matrix_section_count(&work->selected, &session->schemas[i]) > 0 &&
        session_source(session, i, err) != 0)
      return err->code;
  if (work->kind != RUN_PLAN &&
      scanners_create(session, work->arguments, &work->selected, err) != 0)
    return err->code;
  work->cache_folder = cache_default_folder(work->app->cache_dir);
  if (scanners_are_used(&session->scanners))
    work->scans = scan_cache_open(work->cache_folder);
  return targets_create(work->targets, &session->services, err);
}

static void take_notice(void *arg, const char *plugin, const char *text) {
  auto_free char *line = str_format("%s: %s", plugin, text);
  run_report_notice(arg, line);
}

static void start_report(struct work *work) {
  struct run_report *report = work->report;
  const struct document *document = &work->session.document;
  auto_buf names = {0};
  report->config_origin = str_copy(document->origin);
  for (size_t i = 0; i < document->file_count; i++) {
    strings_add(&report->config_files, document->files[i]->path);
    strings_add(&report->config_digests, document->files[i]->digest);
  }
  for (size_t i = 0; i < work->targets->count; i++) {
    strings_add(&report->targets, work->targets->items[i].name);
    buf_printf(&names, "%s%s", i > 0 ? ", " : "", work->targets->items[i].name);
  }
  log_write(LOG_INFO, NULL, "%s %s %s (config: %s)", work->options.command,
            work->kind == RUN_SCAN ? "at" : "to", names.data,
            document->origin != NULL ? document->origin : "none");
}

static int prepare(struct work *work, struct error *err) {
  const char *only = argument_value(work->arguments, "only-failed");
  work->report = run_report_new(kind_names[work->kind]);
  work->session.services.notice = take_notice;
  work->session.services.notice_arg = work->report;
  if (work->kind != RUN_PLAN &&
      scanners_read_flags(work->arguments, &work->session.scanners, err) != 0)
    return err->code;
  if (read_config(work, err) != 0 || read_options(work, err) != 0 || select_rows(work, err) != 0 ||
      choose_targets(work, err) != 0)
    return err->code;
  if (work->kind != RUN_PLAN &&
      reports_read(work->arguments, &work->session.settings, &work->reports, err) != 0)
    return err->code;
  if (only != NULL && run_report_read_failed(only, &work->only, &work->only_count, err) != 0)
    return err->code;
  start_report(work);
  if (create_instances(work, err) != 0)
    return err->code;
  return session_resolve(&work->session, &work->selection, NULL, work->options.parallel,
                         &work->selected, err);
}

static int execute(struct work *work, struct error *err) {
  struct session *session = &work->session;
  const struct run_input input = {
      .matrix = &work->selected,
      .sources = session->sources,
      .schemas = session->schemas,
      .schema_count = session->schema_count,
      .targets = work->targets->items,
      .target_count = work->targets->count,
      .scanners = session->scanners.runs,
      .scanner_count = session->scanners.runs ? session->scanners.count : 0,
      .scans = work->scans,
      .cache_folder = work->cache_folder,
      .http = session->services.http,
      .cancel = work->app->cancel,
  };
  if (work->only != NULL || work->only_count > 0) {
    work->options.only = work->only;
    work->options.only_count = work->only_count;
  }
  work->app->catch_signals();
  return run_execute(&input, &work->options, work->report, err);
}

static void work_done(struct work *work) {
  run_report_free(work->report);
  scan_cache_close(work->scans);
  free_pointer(&work->cache_folder);
  reports_done(&work->reports);
  for (size_t i = 0; i < work->only_count; i++) {
    free_pointer(&work->only[i].section);
    free_pointer(&work->only[i].name);
    free_pointer(&work->only[i].version);
    free_pointer(&work->only[i].target);
  }
  free_pointer(&work->only);
  matrix_done(&work->selected);
  selection_done(&work->selection);
  targets_done(&work->flags);
  session_done(&work->session);
}

/* Is there nothing to do because the last run failed nowhere? */
static bool nothing_failed(const struct work *work) {
  return argument_is_given(work->arguments, "only-failed") && work->only_count == 0;
}

/* Like a selection that matches nothing: an exit code of 0 would say that all is well now. */
static int check_only(const struct work *work, struct error *err) {
  if (work->only_count == 0 || work->report->job_count > 0)
    return 0;
  error_set(err, ARTM_E_CONFIG, "none of the jobs that failed in %s is in this config",
            argument_value(work->arguments, "only-failed"));
  return error_hint(err, "run it with the config, the references and the target of that run: %s",
                    work->only[0].target);
}

int run_jobs(struct app *app, const struct arguments *arguments, enum run_kind kind,
             int (*print)(struct app *, const struct arguments *, const struct run_report *)) {
  auto_error err = {0};
  struct work work = {.app = app, .arguments = arguments, .kind = kind};
  int code;
  if (prepare(&work, &err) != 0) {
    code = app_fail(app, &err);
  } else if (nothing_failed(&work)) {
    log_write(LOG_INFO, NULL, "nothing failed in %s", argument_value(arguments, "only-failed"));
    work.report->end_ms = clock_wall_ms();
    code = print(app, arguments, work.report);
  } else if (execute(&work, &err) != 0 || check_only(&work, &err) != 0) {
    code = app_fail(app, &err);
  } else {
    int written = kind == RUN_PLAN ? 0 : reports_write(app, &work.reports, work.report);
    int printed = print(app, arguments, work.report);
    code = work.report->exit_code;
    code = code == 0 ? printed : code;
    code = code == 0 ? written : code;
  }
  work_done(&work);
  return code;
}
