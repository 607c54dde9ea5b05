/* SPDX-License-Identifier: Apache-2.0 */
/* The scanners of a session. */
#include "cli/scanners.h"
#include "cli/session.h"
#include <string.h>

static const char *claim(const struct plugin *plugin) {
  return plugin_is_usable(plugin) ? metadata_value(&plugin->metadata, "scanner", 0) : NULL;
}

static void find_all(const struct plugins *plugins, struct strings *ret) {
  for (size_t i = 0; i < plugins->count; i++)
    if (claim(plugins->items[i]))
      strings_add(ret, plugins->items[i]->id);
}

/* A plugin that is only there by default, for a command that does not scan, stays closed. */
static void add(struct session *session, struct plugin *plugin, bool is_default, bool open) {
  struct session_scanners *scanners = &session->scanners;
  auto_error err = {0};
  if (open && plugin_open(plugin, &err) != 0) {
    struct problem *problem =
        problem_add(&session->problems, session->settings.scanners, "plugin", "%s", err.message);
    if (err.hint)
      problem_hint(problem, "%s", err.hint);
    return;
  }
  scanners->plugins[scanners->count] = plugin;
  scanners->schemas[scanners->count++] = (struct scanner_schema){
      .id = plugin->id,
      .options = plugin->state == PLUGIN_OPEN ? plugin->scanner_options : (struct field_table){0},
      .is_default = is_default};
}

void scanners_load(struct session *session) {
  const struct plugins *plugins = &session->app->plugins;
  struct session_scanners *scanners = &session->scanners;
  auto_strings named = {0}, found = {0};
  scanners->schemas = mem_array(plugins->count + 1, sizeof *scanners->schemas);
  scanners->plugins = mem_array(plugins->count + 1, sizeof(struct plugin *));
  scanning_names(&session->settings, &named);
  find_all(plugins, &found);
  for (size_t i = 0; i < plugins->count; i++) {
    struct plugin *plugin = plugins->items[i];
    const char *on = claim(plugin);
    bool is_default = text_equal(on, "on");
    bool is_named = strings_has(&named, plugin->id) || strings_has(&scanners->wanted, plugin->id);
    if (on && (is_default || is_named))
      add(session, plugin, is_default, is_named || scanners->run);
  }
  const struct scanners open = scanners_open(session);
  scanning_check(&session->settings, open.items, open.count, &found, &session->problems);
}

struct scanners scanners_open(const struct session *session) {
  return (struct scanners){session->scanners.schemas, session->scanners.count};
}

int scanners_read_flags(const struct arguments *arguments, struct session_scanners *scanners,
                        struct error *err) {
  bool never = argument_is_given(arguments, "no-scan");
  argument_values(arguments, "scanner", &scanners->wanted);
  if (never && argument_is_given(arguments, "scan"))
    return error_set(err, ARTM_E_CONFIG, "--scan and --no-scan contradict each other");
  if (never && scanners->wanted.count)
    return error_set(err, ARTM_E_CONFIG, "--scanner and --no-scan contradict each other");
  scanners->run = !never;
  return 0;
}

static int check_wanted(const struct session *session, struct error *err) {
  const struct session_scanners *scanners = &session->scanners;
  auto_strings found = {0};
  find_all(&session->app->plugins, &found);
  for (size_t i = 0; i < scanners->wanted.count; i++) {
    const char *id = scanners->wanted.items[i];
    if (strings_has(&found, id))
      continue;
    auto_buf list = {0};
    for (size_t k = 0; k < found.count; k++)
      buf_printf(&list, "%s%s", k ? ", " : "", found.items[k]);
    error_set(err, ARTM_E_CONFIG, "no plugin offers the scanner '%s'; found: %s", id,
              list.len ? list.data : "none");
    const char *nearest = text_nearest(id, (const char *const *)found.items, found.count);
    return nearest ? error_hint(err, "did you mean '--scanner %s'?", nearest) : err->code;
  }
  return 0;
}

/* Nobody may go around a gate by a flag. */
static int check_left_out(const struct session *session, size_t scanner,
                          const struct matrix *matrix, struct error *err) {
  for (size_t i = 0; i < matrix->count; i++) {
    const struct entry *entry = matrix->rows[i].entry;
    const struct scan_rule *rule = scanner < entry->scan_count ? &entry->scans[scanner] : NULL;
    if (!rule || !rule->enabled || rule->gate.mode != GATE_BLOCK)
      continue;
    error_set(err, ARTM_E_CONFIG,
              "'%s' has a gate that blocks, and the flags leave out %s, which is to scan it",
              entry->name, session->scanners.schemas[scanner].id);
    if (rule->gate.at && rule->gate.at->file)
      error_where(err, "%s:%u:%u", rule->gate.at->file->path, rule->gate.at->line,
                  rule->gate.at->column);
    return error_hint(err, "run without --no-scan and --scanner, or set 'mode: warn'");
  }
  return 0;
}

static bool is_needed(const struct matrix *matrix, size_t scanner) {
  for (size_t i = 0; i < matrix->count; i++) {
    const struct entry *entry = matrix->rows[i].entry;
    if (scanner < entry->scan_count && entry->scans[scanner].enabled)
      return true;
  }
  return false;
}

static int create(struct session *session, const struct arguments *arguments, size_t i,
                  const struct matrix *matrix, struct error *err) {
  struct session_scanners *scanners = &session->scanners;
  struct run_scanner *run = &scanners->runs[i];
  bool is_wanted = strings_has(&scanners->wanted, scanners->schemas[i].id);
  run->schema = &scanners->schemas[i];
  run->forced = is_wanted || (!scanners->wanted.count && argument_is_given(arguments, "scan"));
  if (!scanners->run || (scanners->wanted.count && !is_wanted))
    return check_left_out(session, i, matrix, err);
  if (!session->entries.scans || (!run->forced && !is_needed(matrix, i)))
    return 0;
  if (scanner_new(scanners->plugins[i], &session->services, &session->entries.scans[i].options,
                  &run->scanner, err) < 0)
    return error_wrap(err, "scanner %s", run->schema->id);
  return 0;
}

int scanners_create(struct session *session, const struct arguments *arguments,
                    const struct matrix *matrix, struct error *err) {
  struct session_scanners *scanners = &session->scanners;
  if (check_wanted(session, err) != 0)
    return err->code;
  scanners->runs = mem_array(scanners->count + 1, sizeof *scanners->runs);
  for (size_t i = 0; i < scanners->count; i++)
    if (create(session, arguments, i, matrix, err) != 0)
      return err->code;
  return 0;
}

bool scanners_are_used(const struct session_scanners *scanners) {
  for (size_t i = 0; scanners->runs && i < scanners->count; i++)
    if (scanners->runs[i].scanner)
      return true;
  return false;
}

void scanners_done(struct session_scanners *scanners) {
  for (size_t i = 0; scanners->runs && i < scanners->count; i++)
    if (scanners->runs[i].scanner)
      scanner_free(scanners->runs[i].scanner);
  strings_done(&scanners->wanted);
  free_pointer(&scanners->runs);
  free_pointer(&scanners->schemas);
  free_pointer(&scanners->plugins);
}
