/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror plugins list|info: what was found where, and what became of it. */
#include "base/json.h"
#include "cli/app.h"
#include "report/guard.h"
#include <string.h>

static const struct option options[] = {
    {"format", 0, "FORMAT", "text|json", "text or json"},
};

static const char *state_name(enum plugin_state state) {
  static const char *const names[] = {"found", "open", "refused", "shadowed"};
  return names[state];
}

/* "source, target": what the metadata claims. Caller frees. */
static char *kinds_of(const struct plugin *plugin) {
  static const char *const keys[] = {"section", "prefix", "scanner"};
  static const char *const kinds[] = {"source", "target", "scanner"};
  auto_buf text = {0};
  for (size_t i = 0; i < 3; i++)
    if (metadata_value(&plugin->metadata, keys[i], 0) != NULL)
      buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", kinds[i]);
  return buf_take(&text);
}

/* All values of a key with ", " between; caller frees. */
static char *values_of(const struct plugin *plugin, const char *key) {
  auto_buf text = {0};
  const char *value;
  for (size_t i = 0; (value = metadata_value(&plugin->metadata, key, i)) != NULL; i++)
    buf_printf(&text, "%s%s", i > 0 ? ", " : "", *value != '\0' ? value : "(all others)");
  return buf_take(&text);
}

/* Escaped: metadata and file names come from outside. */
static void add_line(struct buf *out, const char *label, const char *text) {
  if (text == NULL || *text == '\0')
    return;
  auto_free char *escaped = text_escaped(text);
  buf_printf(out, "  %-12s %s\n", label, escaped);
}

static void add_plugin(struct buf *out, const struct plugin *plugin) {
  auto_free char *id = text_escaped(plugin->id);
  auto_free char *kinds = kinds_of(plugin), *section = values_of(plugin, "section");
  auto_free char *noun = values_of(plugin, "noun"), *targets = values_of(plugin, "prefix");
  auto_free char *references = values_of(plugin, "reference");
  auto_free char *claim = *section != '\0' ? str_format("%s (--%s)", section, noun) : NULL;
  buf_printf(out, "%s%s%s\n", id, plugin_is_usable(plugin) ? "" : ": ",
             plugin_is_usable(plugin) ? "" : state_name(plugin->state));
  add_line(out, "reason", plugin->reason);
  add_line(out, "summary", plugin->summary);
  add_line(out, "kind", kinds);
  add_line(out, "version", plugin->version);
  add_line(out, "ABI", plugin->abi);
  add_line(out, "section", claim);
  add_line(out, "references", references);
  add_line(out, "targets", targets);
  add_line(out, "file", plugin->file);
  if (plugin->real_file != NULL && strcmp(plugin->real_file, plugin->file) != 0)
    add_line(out, "real file", plugin->real_file);
}

static void add_fields(struct buf *out, const char *title, const struct field_table *table) {
  if (table->count == 0)
    return;
  buf_printf(out, "\n%s:\n", title);
  for (size_t i = 0; i < table->count; i++) {
    const struct artm_field *field = &table->fields[i];
    auto_free char *type = field_type_name(field);
    auto_free char *doc = text_escaped(field->doc != NULL ? field->doc : "");
    buf_printf(out, "  %-16s %s%s", field->name, type,
               (field->flags & ARTM_FIELD_REQUIRED) != 0 ? ", required" : "");
    auto_free char *value = text_escaped(field->default_value != NULL ? field->default_value : "");
    if (*value != '\0')
      buf_printf(out, ", default %s", value);
    if ((field->flags & ARTM_FIELD_DEPRECATED) != 0)
      buf_text(out, ", deprecated");
    buf_printf(out, "\n      %s\n", doc);
  }
}

/* Whatever it is: file names may be no UTF-8. */
static json_t *text_json(const char *text) {
  return text != NULL ? guard_string(text) : NULL;
}

static json_t *values_json(const struct plugin *plugin, const char *key) {
  json_t *list = json_array();
  const char *value;
  for (size_t i = 0; (value = metadata_value(&plugin->metadata, key, i)) != NULL; i++)
    json_array_append_new(list, guard_string(value));
  return list;
}

static json_t *plugin_json(const struct plugin *plugin) {
  json_t *kinds = json_array();
  if (metadata_value(&plugin->metadata, "section", 0) != NULL)
    json_array_append_new(kinds, json_string("source"));
  if (metadata_value(&plugin->metadata, "prefix", 0) != NULL)
    json_array_append_new(kinds, json_string("target"));
  if (metadata_value(&plugin->metadata, "scanner", 0) != NULL)
    json_array_append_new(kinds, json_string("scanner"));
  return json_pack("{s:o, s:s, s:o*, s:o*, s:o*, s:o, s:o*, s:o*, s:o, s:o, s:o, s:o*, s:o*}", "id",
                   guard_string(plugin->id), "state",
                   plugin_is_usable(plugin) ? "usable" : state_name(plugin->state), "summary",
                   text_json(plugin->summary), "version", text_json(plugin->version), "abi",
                   text_json(plugin->abi), "kinds", kinds, "section",
                   text_json(metadata_value(&plugin->metadata, "section", 0)), "noun",
                   text_json(metadata_value(&plugin->metadata, "noun", 0)), "references",
                   values_json(plugin, "reference"), "targets", values_json(plugin, "prefix"),
                   "file", guard_string(plugin->file), "real_file", text_json(plugin->real_file),
                   "reason", text_json(plugin->reason));
}

static json_t *fields_json(const struct field_table *table) {
  json_t *list = json_array();
  for (size_t i = 0; i < table->count; i++) {
    const struct artm_field *field = &table->fields[i];
    auto_free char *type = field_type_name(field);
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:b, s:s*, s:s*}", "name", field->name, "type",
                                    type, "required", (field->flags & ARTM_FIELD_REQUIRED) != 0,
                                    "default", field->default_value, "doc", field->doc));
  }
  return list;
}

static void print_json(struct app *app, const json_t *value) {
  auto_buf out = {0};
  auto_free char *text = json_dumps(value, JSON_INDENT(2));
  buf_printf(&out, "%s\n", text);
  app_print(app, out.data, out.len);
}

static int list(struct app *app, bool json) {
  auto_json array = json_array();
  auto_buf out = {0};
  for (size_t i = 0; i < app->plugins.count; i++) {
    json_array_append_new(array, plugin_json(app->plugins.items[i]));
    if (i > 0)
      buf_text(&out, "\n");
    add_plugin(&out, app->plugins.items[i]);
  }
  if (app->plugins.count == 0) {
    buf_text(&out, "No plugin was found in\n");
    for (size_t i = 0; i < app->plugins.folders.count; i++)
      add_line(&out, "folder", app->plugins.folders.items[i]);
  }
  if (json)
    print_json(app, array);
  else
    app_print(app, out.data, out.len);
  return 0;
}

static struct plugin *find(const struct plugins *plugins, const char *id) {
  struct plugin *usable = plugins_by_id(plugins, id);
  for (size_t i = 0; usable == NULL && i < plugins->count; i++)
    if (strcmp(plugins->items[i]->id, id) == 0)
      return plugins->items[i];
  return usable;
}

static int unknown_plugin(const struct plugins *plugins, const char *id) {
  auto_error err = {0};
  const char **ids = mem_array(plugins->count + 1, sizeof *ids);
  for (size_t i = 0; i < plugins->count; i++)
    ids[i] = plugins->items[i]->id;
  error_set(&err, ARTM_E_CONFIG, "there is no plugin '%s'", id);
  const char *nearest = text_nearest(id, ids, plugins->count);
  if (nearest != NULL)
    error_hint(&err, "did you mean '%s'?", nearest);
  else
    error_hint(&err, "'artmirror plugins list' shows those that were found");
  free_pointer(&ids);
  return app_usage(&command_plugins, &err);
}

static int info(struct app *app, const char *id, bool json) {
  struct plugin *plugin = find(&app->plugins, id);
  auto_error err = {0};
  auto_buf out = {0};
  if (plugin == NULL)
    return unknown_plugin(&app->plugins, id);
  bool open = plugin_is_usable(plugin) && plugin_open(plugin, &err) == 0;
  if (json) {
    auto_json object = plugin_json(plugin);
    json_object_set_new(object, "fields", fields_json(&plugin->source_fields));
    json_object_set_new(object, "source_options", fields_json(&plugin->source_options));
    json_object_set_new(object, "target_options", fields_json(&plugin->target_options));
    json_object_set_new(object, "scanner_options", fields_json(&plugin->scanner_options));
    print_json(app, object);
    return open ? 0 : EXIT_USAGE;
  }
  add_plugin(&out, plugin);
  if (plugin->build != NULL)
    add_line(&out, "build", plugin->build);
  if (plugin->has_source)
    add_line(&out, "destination", plugin->source.destination);
  add_fields(&out, "Fields of an entry", &plugin->source_fields);
  add_fields(&out, "Options of the source", &plugin->source_options);
  add_fields(&out, "Options of a target", &plugin->target_options);
  add_fields(&out, "Options of the scanner", &plugin->scanner_options);
  app_print(app, out.data, out.len);
  return open ? 0 : EXIT_USAGE;
}

static int run(struct app *app, const struct arguments *arguments) {
  const struct strings *words = &arguments->words;
  const char *format = argument_value(arguments, "format");
  bool json = text_equal(format, "json");
  app_search_plugins(app);
  if (words->count == 1 && strcmp(words->items[0], "list") == 0)
    return list(app, json);
  if (words->count == 2 && strcmp(words->items[0], "info") == 0)
    return info(app, words->items[1], json);
  auto_error err = {0};
  error_set(&err, ARTM_E_CONFIG, "plugins needs 'list' or 'info ID'");
  return app_usage(&command_plugins, &err);
}

const struct command command_plugins = {
    .name = "plugins",
    .usage = "plugins list|info ID [--format text|json]",
    .purpose = "Lists the plugins that were found, refused and shadowed ones with the reason, or "
               "shows one with its options.",
    .options = {options, sizeof options / sizeof options[0]},
    .examples = "  artmirror plugins list\n"
                "  artmirror plugins info ID\n",
    .run = run,
};
