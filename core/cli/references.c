/* SPDX-License-Identifier: Apache-2.0 */
/* References of the command line: the plugin that claims one parses it into an entry. */
#include "cli/references.h"
#include <string.h>

/* What references begin with, as the plugins found say. */
static int hint_prefixes(const struct plugins *plugins, struct error *err) {
  auto_buf prefixes = {0};
  for (size_t i = 0; i < plugins->count; i++) {
    const char *prefix;
    for (size_t j = 0; plugin_is_usable(plugins->items[i]) &&
                       (prefix = metadata_value(&plugins->items[i]->metadata, "reference", j));
         j++)
      if (*prefix)
        buf_printf(&prefixes, "%s%s", prefixes.len ? ", " : "", prefix);
  }
  if (err->hint == NULL && prefixes.len)
    error_hint(err, "a reference is HOST/REPOSITORY[:TAG][@DIGEST], or begins with one of: %s",
               prefixes.data);
  return err->code;
}

static int parse(struct session *session, const char *reference, struct section *sections,
                 struct error *err) {
  struct plugin *plugin;
  struct node *node;
  if (plugins_for_reference(&session->app->plugins, reference, &plugin, err) != 0)
    return hint_prefixes(&session->app->plugins, err);
  int at = session_use(session, plugin, err);
  if (at < 0 || session_source(session, (size_t)at, err) != 0)
    return err->code;
  auto_call call = {.cancel = session->app->cancel};
  int result = source_parse(session->sources[at], &call, reference, &session->memory, &node);
  if (result == ARTM_NO)
    error_set(err, ARTM_E_CONFIG, "plugin '%s' does not understand the reference '%s'", plugin->id,
              reference);
  else if (result < 0)
    error_move(err, &call.error);
  if (result != 0)
    return hint_prefixes(&session->app->plugins, err);
  struct section *section = &sections[at];
  section->name = session->schemas[at].section;
  if (section->entry_count == section->entry_capacity)
    section->entries = mem_grow(section->entries, section->entry_count, &section->entry_capacity,
                                sizeof *section->entries);
  section->entries[section->entry_count++] = node;
  return 0;
}

int references_read(struct session *session, const struct strings *references, struct error *err) {
  size_t most = session->app->plugins.count;
  struct section *sections = mem_array(most + 1, sizeof *sections);
  int result = 0;
  for (size_t i = 0; result == 0 && i < references->count; i++)
    result = parse(session, references->items[i], sections, err);
  if (result == 0) {
    struct settings settings = session->settings;
    settings.sections = sections;
    settings.section_count = session->schema_count;
    const struct scanners scanners = scanners_open(session);
    entries_read(&settings, session->schemas, session->schema_count, &scanners, &session->entries,
                 &session->problems);
  }
  for (size_t i = 0; i < most; i++)
    free_pointer(&sections[i].entries);
  free_pointer(&sections);
  return result;
}
