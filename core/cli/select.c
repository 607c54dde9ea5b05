/* SPDX-License-Identifier: Apache-2.0 */
/* Selection flags, made from what the plugins declare. */
#include "cli/select.h"
#include "base/memory.h"
#include <string.h>

/* The section whose noun this is, or NULL. */
static const char *section_of(const struct plugins *plugins, const char *noun) {
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    if (plugin_is_usable(plugin) && text_equal(metadata_value(&plugin->metadata, "noun", 0), noun))
      return metadata_value(&plugin->metadata, "section", 0);
  }
  return NULL;
}

static const char *keep(struct select_flags *flags, char *text) {
  strings_add_taken(&flags->texts, text);
  return text;
}

static bool has_option(const struct select_flags *flags, const char *name) {
  for (size_t i = 0; i < flags->table.count; i++)
    if (strcmp(flags->options[i].name, name) == 0)
      return true;
  return false;
}

void select_flags_make(const struct plugins *plugins, struct select_flags *flags) {
  flags->options = mem_array(plugins->count + 1, sizeof *flags->options);
  flags->options[flags->table.count++] =
      (struct option){"select", 0, "SECTION=NAME[@VERSION]", NULL, "only these entries"};
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    const char *noun = metadata_value(&plugin->metadata, "noun", 0);
    const char *section = metadata_value(&plugin->metadata, "section", 0);
    if (!plugin_is_usable(plugin) || noun == NULL || section == NULL || has_option(flags, noun))
      continue;
    auto_free char *variable = selection_variable(noun);
    char *doc = str_format("only these of '%s' (variable %s)", section, variable);
    flags->options[flags->table.count++] =
        (struct option){keep(flags, str_copy(noun)), 0, "NAME[@VERSION]", NULL, keep(flags, doc)};
  }
  flags->table.items = flags->options;
}

void select_flags_done(struct select_flags *flags) {
  free_pointer(&flags->options);
  strings_done(&flags->texts);
  *flags = (struct select_flags){0};
}

int select_read(const struct select_flags *flags, const struct plugins *plugins,
                const struct arguments *arguments, const struct section_schema *schemas,
                size_t count, struct selection *selection, struct error *err) {
  for (size_t i = 0; i < arguments->given_count; i++) {
    const struct given_option *given = &arguments->given[i];
    const struct option *option = given->option;
    if (option < flags->options || option >= flags->options + flags->table.count)
      continue;
    const char *section = option == flags->options ? NULL : section_of(plugins, option->name);
    if (selection_add(selection, section, given->value, schemas, count, err) != 0)
      return err->code;
  }
  return selection_from_environment(selection, schemas, count, err);
}
