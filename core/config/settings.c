/* SPDX-License-Identifier: Apache-2.0 */
/* The document split into settings and sections. */
#include "config/settings.h"
#include "base/text.h"
#include "config/settings_part.h"
#include <stdlib.h>
#include <string.h>

enum setting {
  TARGET,
  TARGETS,
  REGISTRIES,
  RUN,
  PLUGINS,
  DEFAULTS,
  ON_CHANGE,
  INDEX,
  REFERRERS,
  SCANNERS,
  REPORTS,
  GATE,
  SETTINGS
};
static const char *const names[SETTINGS] = {[TARGET] = "target",         [TARGETS] = "targets",
                                            [REGISTRIES] = "registries", [RUN] = "run",
                                            [PLUGINS] = "plugins",       [DEFAULTS] = "defaults",
                                            [ON_CHANGE] = "on_change",   [INDEX] = "index",
                                            [REFERRERS] = "referrers",   [SCANNERS] = "scanners",
                                            [REPORTS] = "reports",       [GATE] = "gate"};

/* The setting of this name; SETTINGS: none. */
static size_t find_setting(const char *key) {
  size_t i = 0;
  while (i < SETTINGS && strcmp(names[i], key) != 0)
    i++;
  return i;
}

bool settings_is_key(const char *key) {
  return find_setting(key) < SETTINGS || text_starts(key, "x-");
}

struct reader {
  const struct section_schema *known;
  size_t known_count;
  struct settings *settings;
  struct problems *problems;
  const struct node_pair *given[SETTINGS];
  size_t section_capacity;
};

static const struct section_schema *find_known(const struct reader *r, const char *section) {
  for (size_t i = 0; i < r->known_count; i++)
    if (strcmp(r->known[i].section, section) == 0)
      return &r->known[i];
  return NULL;
}

static void report_unclaimed(const struct reader *r, const struct node *key, bool top) {
  auto_buf loaded = {0};
  const char **words = mem_array(SETTINGS + r->known_count, sizeof *words);
  size_t count = 0;
  for (size_t i = 0; i < r->known_count; i++) {
    words[count++] = r->known[i].section;
    buf_printf(&loaded, "%s%s (%s)", i ? ", " : "", r->known[i].plugin, r->known[i].section);
  }
  for (size_t i = 0; top && i < SETTINGS; i++)
    words[count++] = names[i];
  struct problem *problem = problem_add(r->problems, key, top ? "unclaimed-section" : "unknown-key",
                                        "no plugin claims '%.80s:'; loaded: %s", key->text,
                                        loaded.data ? loaded.data : "none");
  const char *nearest = text_nearest(key->text, words, count);
  if (nearest)
    problem_hint(problem, "did you mean '%s'?", nearest);
  free_pointer(&words);
}

static struct section *get_section(struct reader *r, const struct node *key) {
  struct settings *settings = r->settings;
  for (size_t i = 0; i < settings->section_count; i++)
    if (strcmp(settings->sections[i].name, key->text) == 0)
      return &settings->sections[i];
  settings->sections = mem_grow(settings->sections, settings->section_count, &r->section_capacity,
                                sizeof *settings->sections);
  struct section *section = &settings->sections[settings->section_count++];
  *section = (struct section){.name = key->text, .key = key};
  return section;
}

static void read_section(struct reader *r, const struct node_pair *pair) {
  struct section *section = get_section(r, pair->key);
  const struct node *list = pair->value;
  if (list->kind != NODE_LIST) {
    bool null = list->kind == NODE_SCALAR && list->type == NODE_NULL;
    struct problem *problem =
        problem_add(r->problems, null ? pair->key : list, null ? "empty-value" : "wrong-type",
                    null ? "'%s' has no entries" : "'%s' must be a list of entries", section->name);
    if (null)
      problem_hint(problem, "remove it, or write %s: []", section->name);
    else
      problem_expected(problem, "a list; each entry begins with '- '");
    return;
  }
  auto_free char *what = str_format("an entry of %s", section->name);
  for (uint32_t i = 0; i < list->count; i++) {
    const struct node *entry = list->items[i];
    if (!settings_want_map(what, entry, r->problems))
      continue;
    section->entries = mem_grow(section->entries, section->entry_count, &section->entry_capacity,
                                sizeof *section->entries);
    section->entries[section->entry_count++] = entry;
  }
}

/* True if the key is a setting. */
static bool take_setting(struct reader *r, const struct node_pair *pair) {
  size_t i = find_setting(pair->key->text);
  if (i == SETTINGS)
    return false;
  const struct node *first = r->given[i] ? r->given[i]->key : NULL;
  if (first)
    problem_add(r->problems, pair->key, "duplicate-setting",
                "'%s:' is given twice, first in %s:%u:%u", names[i], first->file->path, first->line,
                first->column);
  else
    r->given[i] = pair;
  return true;
}

static void read_root(struct reader *r, const struct node *root) {
  if (!settings_want_map("a config", root, r->problems))
    return;
  for (uint32_t i = 0; i < root->count; i++) {
    const struct node_pair *pair = &root->pairs[i];
    if (text_starts(pair->key->text, "x-") || take_setting(r, pair))
      continue;
    if (find_known(r, pair->key->text))
      read_section(r, pair);
    else
      report_unclaimed(r, pair->key, true);
  }
}

bool settings_want_map(const char *what, const struct node *node, struct problems *problems) {
  if (node->kind == NODE_MAP)
    return true;
  bool null = node->kind == NODE_SCALAR && node->type == NODE_NULL;
  struct problem *problem = problem_add(problems, node, null ? "empty-value" : "wrong-type",
                                        null ? "%s has no value" : "%s must be a map", what);
  problem_expected(problem, "lines of the form 'key: value'");
  return false;
}

static const struct node *value_of(const struct reader *r, enum setting setting) {
  const struct node_pair *pair = r->given[setting];
  return pair ? settings_expand(pair->value, &r->settings->memory, r->problems) : NULL;
}

static void read_targets(struct reader *r) {
  const struct node *one = value_of(r, TARGET), *many = value_of(r, TARGETS);
  if (one && many) {
    const struct node *first = r->given[TARGET]->key;
    problem_add(r->problems, r->given[TARGETS]->key, "conflict",
                "both 'targets:' and 'target:' are given, the latter in %s:%u:%u",
                first->file->path, first->line, first->column);
  }
  if (one)
    settings_read_target(r->settings, one, r->problems);
  if (many)
    settings_read_targets(r->settings, many, r->problems);
}

/* on_change, index and referrers of the top level, as a map of their own. */
static void read_all(struct reader *r) {
  static const enum setting members[] = {ON_CHANGE, INDEX, REFERRERS};
  const size_t count = sizeof members / sizeof members[0];
  struct arena *memory = &r->settings->memory;
  struct node *map = arena_alloc(memory, sizeof *map);
  map->kind = NODE_MAP;
  map->pairs = arena_alloc(memory, count * sizeof *map->pairs);
  for (size_t i = 0; i < count; i++) {
    const struct node *value = value_of(r, members[i]);
    const struct artm_field *field = field_find(settings_tables()->top, names[members[i]]);
    if (value && field_check(field, value, r->problems))
      map->pairs[map->count++] =
          (struct node_pair){r->given[members[i]]->key, (struct node *)value};
  }
  r->settings->all = (struct artm_config){settings_tables()->top, map, NULL};
}

static void read_run(struct reader *r) {
  const struct field_table *table = settings_tables()->run;
  const struct node *node = value_of(r, RUN);
  bool fine = node && settings_want_map("'run'", node, r->problems) &&
              field_check_map(table, node, NULL, NULL, 0, "run", r->problems);
  r->settings->run = (struct artm_config){table, fine ? node : NULL, NULL};
}

static void read_plugins(struct reader *r) {
  static const struct artm_field id = {
      .name = "id", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED};
  const struct node *node = value_of(r, PLUGINS);
  if (!node || !settings_want_map("'plugins'", node, r->problems))
    return;
  for (uint32_t i = 0; i < node->count; i++) {
    const struct node *key = node->pairs[i].key, *value = node->pairs[i].value;
    if (!find_known(r, key->text))
      report_unclaimed(r, key, false);
    struct artm_field choice = id;
    choice.name = key->text;
    const struct node *chosen = value->kind == NODE_MAP ? node_get(value, "id") : value;
    if (chosen)
      field_check(value->kind == NODE_MAP ? &id : &choice, chosen, r->problems);
  }
  r->settings->plugins = node;
}

static void read_defaults(struct reader *r) {
  const struct node *node = value_of(r, DEFAULTS);
  if (!node || !settings_want_map("'defaults'", node, r->problems))
    return;
  for (uint32_t i = 0; i < node->count; i++) {
    const struct node *key = node->pairs[i].key, *value = node->pairs[i].value;
    const struct section_schema *schema = find_known(r, key->text);
    auto_free char *what = str_format("defaults of %.80s", key->text);
    if (!schema)
      report_unclaimed(r, key, false);
    else if (schema->fields.count > 0)
      section_check_defaults(schema, value, r->problems);
    else
      settings_want_map(what, value, r->problems);
    for (size_t k = 0; value->kind == NODE_MAP && k < r->settings->section_count; k++)
      if (strcmp(r->settings->sections[k].name, key->text) == 0)
        r->settings->sections[k].defaults = value;
  }
}

void settings_read(struct document *document, const struct section_schema *known,
                   size_t known_count, struct settings *settings, struct problems *problems) {
  *settings = (struct settings){0};
  struct reader r = {
      .known = known, .known_count = known_count, .settings = settings, .problems = problems};
  for (size_t i = 0; i < document->file_count; i++)
    if (document->roots[i])
      read_root(&r, document->roots[i]);
  read_targets(&r);
  const struct node *registries = value_of(&r, REGISTRIES);
  if (registries)
    settings_read_registries(settings, registries, problems);
  read_run(&r);
  settings_read_scanning(settings, value_of(&r, SCANNERS), value_of(&r, GATE),
                         value_of(&r, REPORTS), problems);
  read_plugins(&r);
  read_all(&r);
  read_defaults(&r);
}

void settings_done(struct settings *settings) {
  for (size_t i = 0; i < settings->section_count; i++)
    free(settings->sections[i].entries);
  for (size_t i = 0; i < settings->secrets.count; i++)
    str_wipe(settings->secrets.items[i]);
  free(settings->secrets.items);
  free(settings->sections);
  free(settings->targets);
  free(settings->registries);
  arena_done(&settings->memory);
  *settings = (struct settings){0};
}

const struct node *settings_plugin_options(const struct settings *settings, const char *section) {
  const struct node *node = node_get(settings->plugins, section);
  return node && node->kind == NODE_MAP ? node : NULL;
}

const char *settings_plugin_id(const struct settings *settings, const char *section) {
  const struct node *node = node_get(settings->plugins, section);
  return node_text(node && node->kind == NODE_MAP ? node_get(node, "id") : node);
}
