/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up: global options and variables, the command, its options, its exit code. */
#include "cli/app.h"
#include "base/fs.h"
#include "base/memory.h"
#include "cli/help.h"
#include "report/github.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option globals[] = {
    {"config", 0, "FILE|FOLDER|-", NULL,
     "the config; may be repeated (default: $ARTMIRROR_CONFIG, ./configs, "
     "$XDG_CONFIG_HOME/artmirror, /etc/artmirror; the first that exists)"},
    {"plugin-dir", 0, "DIR", NULL, "search this folder for plugins first; may be repeated"},
    {"quiet", 0, NULL, NULL, "only failures on standard error"},
    {"verbose", 0, NULL, NULL, "list unchanged jobs too"},
    {"debug", 0, NULL, NULL, "log every request"},
    {"log-format", 0, "FORMAT", "text|json", "text or json"},
    {"color", 0, "WHEN", "auto|always|never", "auto, always or never"},
    {"state-dir", 0, "DIR", NULL, "what is remembered between runs"},
    {"cache-dir", 0, "DIR", NULL, "what may be downloaded again"},
    {"help", 'h', NULL, NULL, "show help"},
    {"version", 'V', NULL, NULL, "show the version"},
};

struct option_table global_options(void) {
  return (struct option_table){globals, sizeof globals / sizeof globals[0]};
}

const struct command *const *commands_all(size_t *count) {
  static const struct command *const commands[] = {
      &command_validate, &command_plan,    &command_mirror,   &command_scan,   &command_report,
      &command_inspect,  &command_matrix,  &command_versions, &command_import, &command_schema,
      &command_plugins,  &command_version, &command_help};
  *count = sizeof commands / sizeof commands[0];
  return commands;
}

const struct command *commands_find(const char *name) {
  size_t count;
  const struct command *const *all = commands_all(&count);
  for (size_t i = 0; i < count; i++)
    if (strcmp(all[i]->name, name) == 0)
      return all[i];
  return NULL;
}

int exit_code_of(int32_t error_code, int signal) {
  switch (error_code) {
  case ARTM_E_CONFIG:
    return EXIT_USAGE;
  case ARTM_E_AUTH:
  case ARTM_E_DENIED:
    return 3;
  case ARTM_E_NOT_FOUND:
    return 4;
  case ARTM_E_RATE_LIMIT:
    return 5;
  case ARTM_E_DIGEST:
    return 6;
  case ARTM_E_POLICY:
  case ARTM_E_CONFLICT:
    return 7;
  case ARTM_E_LOCAL:
  case ARTM_E_NOMEM:
    return EXIT_LOCAL;
  case ARTM_E_CANCELLED:
    return signal > 0 ? 128 + signal : 1;
  default:
    return 1;
  }
}

int app_fail(const struct app *app, const struct error *err) {
  log_failure(NULL, err);
  return exit_code_of(err->code, atomic_load(&app->cancel->signal));
}

int app_usage(const struct command *command, struct error *err) {
  if (err->hint == NULL && command != NULL)
    error_hint(err, "'artmirror %s --help' shows how it is used", command->name);
  else if (err->hint == NULL)
    error_hint(err, "'artmirror help' lists the commands and options");
  log_failure(NULL, err);
  return EXIT_USAGE;
}

void app_search_plugins(struct app *app) {
  if (!app->searched)
    plugins_search(&app->plugins, &app->plugin_dirs);
  app->searched = true;
}

/* A global option's value: the flag's, else the variable's. */
static const char *global_value(const struct arguments *given, const char *name,
                                const char *variable) {
  const char *value = argument_value(given, name);
  if (value == NULL)
    value = getenv(variable);
  return value != NULL && *value != '\0' ? value : NULL;
}

static int global_flag(const struct arguments *given, const char *name, const char *variable,
                       bool *ret, struct error *err) {
  const char *text = getenv(variable);
  *ret = argument_is_given(given, name);
  if (*ret || text == NULL || *text == '\0' || option_is_choice("0|false|no|off", text))
    return 0;
  if (!option_is_choice("1|true|yes|on", text))
    return error_set(err, ARTM_E_CONFIG, "%s is '%s', not true or false", variable, text);
  *ret = true;
  return 0;
}

static bool may_color(const char *when, int fd) {
  const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
  if (when != NULL && strcmp(when, "auto") != 0)
    return strcmp(when, "always") == 0;
  return isatty(fd) && (no_color == NULL || *no_color == '\0') && !text_equal(term, "dumb");
}

static int apply_globals(struct app *app, const struct arguments *given, struct error *err) {
  bool debug = false;
  const char *format = global_value(given, "log-format", "ARTMIRROR_LOG_FORMAT");
  const char *color = global_value(given, "color", "ARTMIRROR_COLOR");
  int result = global_flag(given, "quiet", "ARTMIRROR_QUIET", &app->quiet, err);
  if (result == 0)
    result = global_flag(given, "verbose", "ARTMIRROR_VERBOSE", &app->verbose, err);
  if (result == 0)
    result = global_flag(given, "debug", "ARTMIRROR_DEBUG", &debug, err);
  if (result == 0 && format != NULL && !option_is_choice("text|json", format))
    result = option_bad_choice("ARTMIRROR_LOG_FORMAT", "text|json", format, err);
  if (result == 0 && color != NULL && !option_is_choice("auto|always|never", color))
    result = option_bad_choice("ARTMIRROR_COLOR", "auto|always|never", color, err);
  bool quiet = argument_is_given(given, "quiet"), verbose = argument_is_given(given, "verbose");
  if (quiet || verbose) { /* each flag beats the other one's variable */
    app->quiet = quiet;
    app->verbose = verbose;
  }
  if (result == 0 && app->quiet && app->verbose)
    result = error_set(err, ARTM_E_CONFIG, "--quiet and --verbose contradict each other");
  if (result != 0)
    return result;
  debug = debug || github_debug();
  bool json = app->json_log = text_equal(format, "json");
  app->color_out = may_color(color, STDOUT_FILENO);
  app->color_err = may_color(color, STDERR_FILENO);
  app->terminal_err = isatty(STDERR_FILENO) && !json && !text_equal(getenv("TERM"), "dumb");
  app->state_dir = str_copy(global_value(given, "state-dir", "ARTMIRROR_STATE_DIR"));
  app->cache_dir = str_copy(global_value(given, "cache-dir", "ARTMIRROR_CACHE_DIR"));
  argument_values(given, "config", &app->configs);
  log_setup(debug        ? LOG_DEBUG
            : app->quiet ? LOG_ERROR
                         : LOG_INFO,
            json ? LOG_JSON : LOG_TEXT, !json && app->color_err);
  return 0;
}

static void print_text(struct app *app, struct buf *text) {
  buf_text(text, "");
  app_print(app, text->data, text->len);
}

static int without_command(struct app *app, const struct arguments *given) {
  auto_buf text = {0};
  auto_error err = {0};
  if (argument_is_given(given, "version"))
    return command_version.run(app, given);
  bool asked_for = argument_is_given(given, "help");
  help_overview(asked_for, &text);
  if (asked_for) {
    print_text(app, &text);
    return 0;
  }
  if (app->json_log) {
    error_set(&err, ARTM_E_CONFIG, "no command");
    return app_usage(NULL, &err);
  }
  fd_write_all(STDERR_FILENO, text.data, text.len);
  return EXIT_USAGE;
}

static int unknown_command(const char *word) {
  auto_error err = {0};
  size_t count;
  const struct command *const *all = commands_all(&count);
  const char **names = mem_array(count, sizeof *names);
  for (size_t i = 0; i < count; i++)
    names[i] = all[i]->name;
  error_set(&err, ARTM_E_CONFIG, "unknown command '%s'", word);
  const char *nearest = text_nearest(word, names, count);
  if (nearest != NULL)
    error_hint(&err, "did you mean 'artmirror %s'?", nearest);
  free_pointer(&names);
  return app_usage(NULL, &err);
}

/* The folders of --plugin-dir must be known before the other options can be read: the plugins there
 * may declare some of them. */
static void find_selection_flags(struct app *app, const struct command *command, int argc,
                                 char **argv, const struct arguments *before) {
  struct arguments peek = {0};
  auto_error ignored = {0};
  const struct option_table tables[] = {global_options(), command->options};
  arguments_parse(argc, argv, tables, 2, ARGUMENTS_LENIENT, &peek, &ignored);
  argument_values(before, "plugin-dir", &app->plugin_dirs);
  argument_values(&peek, "plugin-dir", &app->plugin_dirs);
  arguments_done(&peek);
  app_search_plugins(app);
  select_flags_make(&app->plugins, &app->select);
}

/* given holds the options before the command and gets those after it. */
static int run_command(struct app *app, const struct command *command, int argc, char **argv,
                       struct arguments *given) {
  auto_error err = {0};
  if (command->selects)
    find_selection_flags(app, command, argc, argv, given);
  const struct option_table tables[] = {global_options(), command->options, app->select.table};
  if (arguments_parse(argc, argv, tables, 3, ARGUMENTS_ALL, given, &err) < 0 ||
      apply_globals(app, given, &err) != 0)
    return app_usage(command, &err);
  if (argument_is_given(given, "help")) {
    auto_buf text = {0};
    help_command(command, &app->select.table, &text);
    print_text(app, &text);
    return 0;
  }
  if (argument_is_given(given, "version"))
    return command_version.run(app, given);
  if (!command->selects)
    argument_values(given, "plugin-dir", &app->plugin_dirs);
  return command->run(app, given);
}

static int run_arguments(struct app *app, int argc, char **argv, struct arguments *given) {
  auto_error err = {0};
  const struct option_table table = global_options();
  int read = arguments_parse(argc - 1, argv + 1, &table, 1, ARGUMENTS_UNTIL_WORD, given, &err);
  if (read < 0)
    return app_usage(NULL, &err);
  int at = 1 + read;
  if (at >= argc)
    return apply_globals(app, given, &err) != 0 ? app_usage(NULL, &err)
                                                : without_command(app, given);
  const struct command *command = commands_find(argv[at]);
  if (command == NULL)
    return unknown_command(argv[at]);
  return run_command(app, command, argc - at - 1, argv + at + 1, given);
}

/* The log's format before the options are read for good: what is wrong with them is logged too. */
static enum log_format early_format(int argc, char **argv) {
  static const char name[] = "--log-format";
  const char *format = getenv("ARTMIRROR_LOG_FORMAT");
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], name) == 0 && i + 1 < argc)
      format = argv[++i];
    else if (text_starts(argv[i], name) && argv[i][sizeof name - 1] == '=')
      format = argv[i] + sizeof name;
  }
  return text_equal(format, "json") ? LOG_JSON : LOG_TEXT;
}

int cli_main(int argc, char **argv, struct cancel *cancel, void (*catch_signals)(void)) {
  struct app app = {.cancel = cancel, .catch_signals = catch_signals};
  struct arguments given = {0};
  enum log_format format = early_format(argc, argv);
  log_setup(LOG_INFO, format, format == LOG_TEXT && may_color(NULL, STDERR_FILENO));
  int code = run_arguments(&app, argc, argv, &given);
  if (app.output_failed && code == 0)
    code = EXIT_LOCAL;
  arguments_done(&given);
  select_flags_done(&app.select);
  plugins_done(&app.plugins);
  strings_done(&app.configs);
  strings_done(&app.plugin_dirs);
  free_pointer(&app.state_dir);
  free_pointer(&app.cache_dir);
  log_done();
  return code;
}
