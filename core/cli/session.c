/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up shared by the commands. */
#include "cli/session.h"
#include "base/fs.h"
#include "config/path.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the plugins found claim, opened or not: enough to tell a section from a wrong key. */
static struct section_schema *claimed_sections(const struct plugins *plugins, size_t *count) {
  struct section_schema *known = mem_array(plugins->count + 1, sizeof *known);
  *count = 0;
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    const char *section = metadata_value(&plugin->metadata, "section", 0);
    if (section != NULL && plugin_is_usable(plugin))
      known[(*count)++] =
          (struct section_schema){.section = section,
                                  .noun = metadata_value(&plugin->metadata, "noun", 0),
                                  .plugin = plugin->id};
  }
  return known;
}

static void start(struct session *session, struct app *app) {
  session->app = app;
  app_search_plugins(app);
  size_t most = app->plugins.count + 1;
  session->schemas = mem_array(most, sizeof *session->schemas);
  session->plugins = mem_array(most, sizeof(struct plugin *));
  session->options = mem_array(most, sizeof *session->options);
  session->sources = mem_array(most, sizeof(struct source *));
}

static void read_settings(struct session *session) {
  size_t count;
  struct section_schema *known = claimed_sections(&session->app->plugins, &count);
  settings_read(&session->document, known, count, &session->settings, &session->problems);
  free_pointer(&known);
  targets_from_config(&session->app->plugins, &session->settings, &session->targets,
                      &session->problems);
  scanners_load(session);
}

int session_use(struct session *session, struct plugin *plugin, struct error *err) {
  static const char *const reserved[] = {"id"};
  for (size_t i = 0; i < session->schema_count; i++)
    if (session->plugins[i] == plugin)
      return (int)i;
  if (plugin_open(plugin, err) != 0)
    return err->code;
  if (!plugin->has_source)
    return error_set(err, ARTM_E_CONFIG, "plugin '%s' has no source", plugin->id);
  size_t at = session->schema_count++;
  session->plugins[at] = plugin;
  plugin_section_schema(plugin, &session->schemas[at]);
  const char *section = session->schemas[at].section;
  const struct node *setting =
      section != NULL ? settings_plugin_options(&session->settings, section) : NULL;
  session->options[at] = (struct artm_config){
      &plugin->source_options,
      paths_make_absolute(&plugin->source_options, setting, &session->memory), NULL};
  if (setting != NULL) {
    auto_free char *what = str_format("options of plugin '%s'", plugin->id);
    field_check_map(&plugin->source_options, setting, NULL, reserved, 1, what, &session->problems);
  }
  return (int)at;
}

static void open_section(struct session *session, const struct section *section) {
  auto_error err = {0};
  struct plugin *plugin;
  const char *id = settings_plugin_id(&session->settings, section->name);
  if (plugins_for_section(&session->app->plugins, section->name, id, &plugin, &err) == 0 &&
      session_use(session, plugin, &err) >= 0)
    return;
  struct problem *problem =
      problem_add(&session->problems, section->key, "plugin", "%s", err.message);
  if (err.hint != NULL)
    problem_hint(problem, "%s", err.hint);
}

int session_load(struct session *session, struct app *app, struct error *err) {
  start(session, app);
  if (document_load(&app->configs, &session->document, &session->problems, err) != 0)
    return err->code;
  read_settings(session);
  for (size_t i = 0; i < session->settings.section_count; i++)
    open_section(session, &session->settings.sections[i]);
  const struct scanners scanners = scanners_open(session);
  entries_read(&session->settings, session->schemas, session->schema_count, &scanners,
               &session->entries, &session->problems);
  matrix_expand(&session->entries, &session->all, &session->problems);
  problems_sort(&session->problems);
  return 0;
}

int session_load_settings(struct session *session, struct app *app, struct error *err) {
  auto_error missing = {0};
  const char *variable = getenv("ARTMIRROR_CONFIG");
  bool asked_for = app->configs.count > 0 || (variable != NULL && *variable != '\0');
  start(session, app);
  if (document_load(&app->configs, &session->document, &session->problems, &missing) != 0) {
    if (asked_for)
      return error_move(err, &missing);
    log_write(LOG_DEBUG, NULL, "%s", missing.message);
    document_done(&session->document);
    document_load_text("no config", "", &session->document, &session->problems);
  }
  read_settings(session);
  problems_sort(&session->problems);
  return 0;
}

/* One event each, for a log that programs read. */
static void log_problems(const struct problems *problems) {
  for (size_t i = 0; i < problems->count; i++) {
    const struct problem *problem = &problems->items[i];
    auto_error err = {0};
    auto_free char *place = problem->file == NULL ? str_copy("")
                                                  : str_format("%s:%u:%u", problem->file->path,
                                                               problem->line, problem->column);
    if (problem->warning) {
      log_write(LOG_WARNING, NULL, "%s%s%s", place, *place ? ": " : "", problem->message);
      continue;
    }
    error_set(&err, ARTM_E_CONFIG, "%s", problem->message);
    if (*place)
      error_where(&err, "%s", place);
    if (problem->hint != NULL)
      error_hint(&err, "%s", problem->hint);
    else if (problem->expected != NULL)
      error_hint(&err, "expected %s", problem->expected);
    log_failure(NULL, &err);
  }
}

bool session_is_valid(struct session *session) {
  auto_buf text = {0};
  if (session->problems.count == 0)
    return true;
  if (session->problems.errors == 0 && session->app->quiet)
    return true;
  if (session->app->json_log) {
    log_problems(&session->problems);
    return session->problems.errors == 0;
  }
  problems_print(&session->problems, PROBLEM_TEXT, session->app->color_err, &text);
  fd_write_all(STDERR_FILENO, text.data, text.len);
  return session->problems.errors == 0;
}

void session_services(struct session *session) {
  struct app *app = session->app;
  const struct settings *settings = &session->settings;
  plugins_host_facts(&app->plugins, &session->facts);
  const struct http_config config = {
      .registries = settings->registries,
      .registry_count = settings->registry_count,
      .facts = &session->facts,
      .connect_timeout_ms = (uint64_t)config_number(&settings->run, "connect_timeout", 0),
      .stall_timeout_ms = (uint64_t)config_number(&settings->run, "stall_timeout", 0),
      .retries = (uint32_t)config_number(&settings->run, "retries", 0),
  };
  auto_free char *state = state_default_folder(app->state_dir);
  auto_free char *cache = cache_default_folder(app->cache_dir);
  session->services.http = http_client_new(&config);
  session->services.state = state_open(state, cache);
}

int session_source(struct session *session, size_t schema, struct error *err) {
  if (session->sources[schema] != NULL)
    return 0;
  return source_new(session->plugins[schema], &session->services, &session->options[schema],
                    &session->sources[schema], err);
}

void session_done(struct session *session) {
  for (size_t i = 0; i < session->schema_count; i++)
    if (session->sources[i] != NULL)
      source_free(session->sources[i]);
  targets_done(&session->targets);
  scanners_done(&session->scanners);
  matrix_done(&session->all);
  resolutions_done(&session->resolutions);
  entries_done(&session->entries);
  if (session->services.state != NULL)
    state_close(session->services.state);
  if (session->services.http != NULL)
    http_client_free(session->services.http);
  strings_done(&session->facts.hosts);
  strings_done(&session->facts.realms);
  strings_done(&session->facts.logins);
  strings_done(&session->facts.budgets);
  settings_done(&session->settings);
  problems_done(&session->problems);
  document_done(&session->document);
  arena_done(&session->memory);
  free_pointer(&session->schemas);
  free_pointer(&session->plugins);
  free_pointer(&session->options);
  free_pointer(&session->sources);
}
