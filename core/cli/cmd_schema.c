/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror schema: JSON Schema of the config, made from the option tables of core and plugins. */
#include "base/json.h"
#include "cli/app.h"
#include "config/scanning.h"
#include "config/schema.h"
#include "report/log.h"

/* The first usable plugin of each section, opened. Which one counts when several claim a section is
 * the config's decision; all of them are legal for somebody. */
static size_t open_sections(const struct plugins *plugins, struct section_schema *schemas) {
  size_t count = 0;
  for (size_t i = 0; i < plugins->count; i++) {
    struct plugin *plugin = plugins->items[i];
    const char *section = metadata_value(&plugin->metadata, "section", 0);
    bool taken = false;
    auto_error err = {0};
    for (size_t k = 0; section != NULL && k < count; k++)
      taken = taken || text_equal(schemas[k].section, section);
    if (section == NULL || taken || !plugin_is_usable(plugin))
      continue;
    if (plugin_open(plugin, &err) != 0)
      log_failure(NULL, &err);
    else if (plugin->has_source)
      plugin_section_schema(plugin, &schemas[count++]);
  }
  return count;
}

static size_t open_scanners(const struct plugins *plugins, struct scanner_schema *schemas) {
  size_t count = 0;
  for (size_t i = 0; i < plugins->count; i++) {
    struct plugin *plugin = plugins->items[i];
    const char *scanner = metadata_value(&plugin->metadata, "scanner", 0);
    auto_error err = {0};
    if (scanner == NULL || !plugin_is_usable(plugin))
      continue;
    if (plugin_open(plugin, &err) != 0)
      log_failure(NULL, &err);
    else
      schemas[count++] = (struct scanner_schema){.id = plugin->id,
                                                 .options = plugin->scanner_options,
                                                 .is_default = text_equal(scanner, "on")};
  }
  return count;
}

static int check_section(const struct plugins *plugins, const char *section,
                         const struct section_schema *schemas, size_t count, struct error *err) {
  struct plugin *plugin;
  for (size_t i = 0; i < count; i++)
    if (text_equal(schemas[i].section, section))
      return 0;
  if (plugins_for_section(plugins, section, NULL, &plugin, err) == 0)
    error_set(err, ARTM_E_CONFIG, "plugin '%s' could not be opened", plugin->id);
  return err->code;
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  if (arguments->words.count > 1) {
    error_set(&err, ARTM_E_CONFIG, "schema takes one section, not %zu", arguments->words.count);
    return app_usage(&command_schema, &err);
  }
  const char *section = arguments->words.count == 1 ? arguments->words.items[0] : NULL;
  app_search_plugins(app);
  auto_free struct section_schema *schemas = mem_array(app->plugins.count + 1, sizeof *schemas);
  size_t count = open_sections(&app->plugins, schemas);
  if (section != NULL && check_section(&app->plugins, section, schemas, count, &err) != 0)
    return app_usage(&command_schema, &err);
  auto_free struct scanner_schema *scanners = mem_array(app->plugins.count + 1, sizeof *scanners);
  const struct scanners open = {scanners, open_scanners(&app->plugins, scanners)};
  auto_json schema = schema_make(schemas, count, &open, section);
  auto_free char *text = json_dumps(schema, JSON_INDENT(2));
  auto_buf out = {0};
  buf_printf(&out, "%s\n", text);
  app_print(app, out.data, out.len);
  return 0;
}

const struct command command_schema = {
    .name = "schema",
    .usage = "schema [SECTION]",
    .purpose = "Prints JSON Schema 2020-12 of the config, or of a file with one section.",
    .examples = "  artmirror schema > artmirror.schema.json\n"
                "  and in the config: # yaml-language-server: $schema=artmirror.schema.json\n",
    .run = run,
};
