/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror import: the config of another mirror program as ours. */
#include "base/fs.h"
#include "cli/session.h"
#include "import/import.h"
#include <string.h>

struct source_in_use {
  struct plugin *plugin;
  struct section_schema schema;
  struct source *source;
};
struct lookup {
  struct app *app;
  struct host_facts facts;
  struct host_services services;
  struct source_in_use **sources; /* their schemas are lent out, so they never move */
  size_t count;
  struct arena memory;
};

static int find_source(struct lookup *lookup, struct plugin *plugin, struct source_in_use **ret,
                       struct error *err) {
  for (size_t i = 0; i < lookup->count; i++)
    if (lookup->sources[i]->plugin == plugin) {
      *ret = lookup->sources[i];
      return 0;
    }
  if (plugin_open(plugin, err) != 0)
    return err->code;
  if (!plugin->has_source)
    return error_set(err, ARTM_E_CONFIG, "plugin '%s' has no source", plugin->id);
  const struct artm_config options = {&plugin->source_options, NULL, NULL};
  struct source_in_use found = {.plugin = plugin};
  if (source_new(plugin, &lookup->services, &options, &found.source, err) != 0)
    return err->code;
  plugin_section_schema(plugin, &found.schema);
  struct source_in_use *kept = mem_alloc(sizeof *kept);
  *kept = found;
  lookup->sources = mem_resize(lookup->sources, lookup->count + 1, sizeof *lookup->sources);
  lookup->sources[lookup->count++] = kept;
  *ret = kept;
  return 0;
}

static int find_entry(void *arg, const char *reference, const struct section_schema **ret_schema,
                      const struct node **ret_fields, struct error *err) {
  struct lookup *lookup = arg;
  struct plugin *plugin;
  struct source_in_use *used = NULL;
  struct node *fields;
  if (plugins_for_reference(&lookup->app->plugins, reference, &plugin, err) != 0 ||
      find_source(lookup, plugin, &used, err) != 0)
    return err->code;
  auto_call call = {.cancel = lookup->app->cancel};
  int result = source_parse(used->source, &call, reference, &lookup->memory, &fields);
  if (result == ARTM_NO)
    return error_set(err, ARTM_E_CONFIG, "plugin '%s' does not understand the reference",
                     plugin->id);
  if (result < 0)
    return error_move(err, &call.error);
  *ret_schema = &used->schema;
  *ret_fields = fields;
  return 0;
}

static bool has_budget(void *arg, const char *registry) {
  const struct lookup *lookup = arg;
  size_t length = strlen(registry);
  for (size_t i = 0; i < lookup->facts.budgets.count; i++) {
    const char *fact = lookup->facts.budgets.items[i];
    if (strncmp(fact, registry, length) == 0 && fact[length] == '=')
      return true;
  }
  return false;
}

static void lookup_start(struct lookup *lookup, struct app *app) {
  *lookup = (struct lookup){.app = app};
  app_search_plugins(app);
  plugins_host_facts(&app->plugins, &lookup->facts);
  lookup->services.http = http_client_new(&(struct http_config){.facts = &lookup->facts});
}

static void lookup_done(struct lookup *lookup) {
  for (size_t i = 0; i < lookup->count; i++) {
    source_free(lookup->sources[i]->source);
    free_pointer(&lookup->sources[i]);
  }
  free_pointer(&lookup->sources);
  http_client_free(lookup->services.http);
  strings_done(&lookup->facts.hosts);
  strings_done(&lookup->facts.realms);
  strings_done(&lookup->facts.logins);
  strings_done(&lookup->facts.budgets);
  arena_done(&lookup->memory);
}

/* The file's tree; its problems go to the session's. */
static int read_file(struct session *session, const char *path, struct error *err) {
  auto_strings paths = {0};
  if (strcmp(path, "-") != 0 && fs_is_folder(path))
    return error_set(err, ARTM_E_CONFIG, "'%s' is a folder; import takes one file", path);
  strings_add(&paths, path);
  if (document_load(&paths, &session->document, &session->problems, err) != 0)
    return err->code;
  const struct document *document = &session->document;
  if (document->roots[0] == NULL && session->problems.errors == 0)
    problem_add(&session->problems, NULL, "empty", "%s is empty", document->files[0]->path);
  return 0;
}

static int import_file(struct session *session, struct error *err) {
  struct lookup lookup;
  auto_buf out = {0};
  bool complete = false;
  const struct import_lookup how = {&lookup, find_entry, has_budget};
  lookup_start(&lookup, session->app);
  int result = import_config(&session->document, &how, &session->problems, &out, &complete);
  lookup_done(&lookup);
  problems_sort(&session->problems);
  if (result != 0)
    return error_set(err, ARTM_E_CONFIG, "nothing was imported");
  app_print(session->app, out.data, out.len);
  return complete ? 0 : ARTM_NO;
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  struct session session = {.app = app};
  if (arguments->words.count != 1) {
    error_set(&err, ARTM_E_CONFIG, "import needs one file");
    return app_usage(&command_import, &err);
  }
  int code, result = read_file(&session, arguments->words.items[0], &err);
  if (result == 0 && session.document.roots[0] != NULL)
    result = import_file(&session, &err);
  if (session.problems.errors > 0) {
    session_is_valid(&session);
    code = EXIT_USAGE;
  } else if (result < 0) {
    code = app_fail(app, &err);
  } else {
    code = result == ARTM_NO ? 1 : 0;
  }
  session_done(&session);
  return code;
}

const struct command command_import = {
    .name = "import",
    .usage = "import FILE|-",
    .purpose = "Turns a config of regsync or of skopeo sync into ours.",
    .examples = "  artmirror import regsync.yml > artmirror.yaml\n"
                "  artmirror import sync.yml > artmirror.yaml || grep '# not' artmirror.yaml\n",
    .run = run,
};
