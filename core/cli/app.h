/* SPDX-License-Identifier: Apache-2.0 */
/* The command line as a whole: global options, commands, exit codes. */
#ifndef CLI_APP_H
#define CLI_APP_H
#include "base/call.h"
#include "cli/options.h"
#include "cli/select.h"
#include "plugin/plugin.h"

#define EXIT_USAGE 2
#define EXIT_LOCAL 8
#define EXIT_DRIFT 10

struct app {
  struct cancel *cancel;
  void (*catch_signals)(void); /* from now on a signal sets cancel */
  bool quiet, verbose, json_log;
  bool color_out, color_err; /* may have colours */
  bool terminal_err;         /* stderr is a terminal for progress bars */
  bool output_failed;
  struct strings configs;      /* --config */
  char *state_dir, *cache_dir; /* flag or variable, or NULL */
  struct strings plugin_dirs;
  struct plugins plugins;
  bool searched;
  struct select_flags select;
};

struct command {
  const char *name, *usage, *purpose;
  struct option_table options;
  bool selects; /* has --select and the flags that plugins declare (--image) */
  const char *examples;
  int (*run)(struct app *, const struct arguments *);
};

extern const struct command command_validate, command_matrix, command_schema, command_plugins,
    command_plan, command_mirror, command_scan, command_report, command_inspect, command_versions,
    command_import, command_version, command_help;

/* The whole program; returns its exit code. */
int cli_main(int argc, char **argv, struct cancel *, void (*catch_signals)(void));

/* Searches the plugins once. */
void app_search_plugins(struct app *);
/* The exit code of an error (spec.md, Output), logged. */
int app_fail(const struct app *, const struct error *);
/* A mistake on the command line: logged with the way to the help. */
int app_usage(const struct command *, struct error *);
int exit_code_of(int32_t error_code, int signal);

/* Writes data to standard output. A closed pipe is no error; another failure is logged once and
 * makes the exit code 8. */
void app_print(struct app *, const void *data, size_t len);

const struct command *const *commands_all(size_t *count);
const struct command *commands_find(const char *name);
struct option_table global_options(void);
#endif
