/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror version, artmirror help. */
#include "cli/help.h"
#include <artmirror/plugin.h>
#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <yaml.h>

static int too_many(const struct command *command, const char *word) {
  auto_error err = {0};
  error_set(&err, ARTM_E_CONFIG, "%s takes no argument '%s'", command->name, word);
  return app_usage(command, &err);
}

static int run_version(struct app *app, const struct arguments *arguments) {
  auto_buf out = {0};
  if (arguments->words.count > 0 && !argument_is_given(arguments, "version"))
    return too_many(&command_version, arguments->words.items[0]);
  buf_printf(&out, "artmirror %s\nplugin ABI %d.%d\n", PACKAGE_VERSION, ARTM_ABI_MAJOR,
             ARTM_ABI_MINOR);
  buf_printf(&out, "libcurl %s, jansson %s, libyaml %s, SQLite %s, %s\n",
             curl_version_info(CURLVERSION_NOW)->version, jansson_version_str(),
             yaml_get_version_string(), sqlite3_libversion(), OpenSSL_version(OPENSSL_VERSION));
  app_print(app, out.data, out.len);
  return 0;
}

static int run_help(struct app *app, const struct arguments *arguments) {
  auto_buf out = {0};
  if (arguments->words.count > 1)
    return too_many(&command_help, arguments->words.items[1]);
  if (arguments->words.count == 0) {
    help_overview(true, &out);
  } else {
    const char *name = arguments->words.items[0];
    const struct command *command = commands_find(name);
    if (command == NULL) {
      auto_error err = {0};
      error_set(&err, ARTM_E_CONFIG, "there is no command '%s'", name);
      return app_usage(NULL, &err);
    }
    if (command->selects) {
      app_search_plugins(app);
      select_flags_make(&app->plugins, &app->select);
    }
    help_command(command, &app->select.table, &out);
  }
  app_print(app, out.data, out.len);
  return 0;
}

const struct command command_version = {
    .name = "version",
    .usage = "version",
    .purpose = "Shows the versions of artmirror, its plugin ABI and its libraries.",
    .run = run_version,
};

const struct command command_help = {
    .name = "help",
    .usage = "help [COMMAND]",
    .purpose = "Shows the commands, or the options of one.",
    .run = run_help,
};
