/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the entries of all sections: fields, versions, platforms and what the core decides for
 * each (destination, on_change, index, targets). */
#include "matrix/entry.h"
#include "config/path.h"
#include "config/referrers.h"
#include "matrix/entry_scans.h"
#include <string.h>

static const char *const index_names[] = {"filtered", "sparse", "verbatim"};
static const char *const on_change_names[] = {"update", "keep", "fail"};

struct reader {
  const struct settings *settings;
  const struct section_schema *schema;
  const struct section *section;
  const char *what;            /* "an entry of images" */
  const struct node *fallback; /* the section's defaults, paths absolute */
  struct entries *entries;
  struct scan_reader *scans;
  struct problems *problems;
};

/* A new architecture is no mistake, a slip of the finger is. */
static void warn_unusual(const struct reader *r, const struct node *at,
                         const struct platform *platform) {
  size_t count;
  const char *const *known = platform_architectures(&count);
  for (size_t i = 0; i < count; i++)
    if (strcmp(known[i], platform->architecture) == 0)
      return;
  struct problem *problem = problem_warn(r->problems, at, "unusual-platform",
                                         "'%s' is no usual architecture", platform->architecture);
  const char *nearest = text_nearest(platform->architecture, known, count);
  if (nearest != NULL)
    problem_hint(problem, "did you mean '%s'?", nearest);
}

static void read_versions(const struct reader *r, struct entry *entry) {
  const struct artm_field *axis = field_with_role(&r->schema->fields, ARTM_ROLE_AXIS);
  const struct node *list = axis != NULL ? config_node(&entry->config, axis->name) : NULL;
  if (list == NULL || list->kind != NODE_LIST || list->count == 0)
    return;
  entry->versions = arena_alloc(&r->entries->memory, list->count * sizeof(struct version_item));
  version_read_list(list, r->schema->dates, &r->entries->memory, entry->versions,
                    &entry->version_count, r->problems);
}

static void read_platforms(const struct reader *r, struct entry *entry) {
  const struct artm_field *field = field_with_role(&r->schema->fields, ARTM_ROLE_PLATFORMS);
  const struct node *list = field != NULL ? config_node(&entry->config, field->name) : NULL;
  if (list == NULL || list->kind != NODE_LIST || list->count == 0)
    return;
  entry->platforms = arena_alloc(&r->entries->memory, list->count * sizeof(struct platform));
  for (uint32_t i = 0; i < list->count; i++) {
    const struct node *item = list->items[i];
    const char *text = node_text(item);
    if (text == NULL)
      continue; /* reported as a wrong type */
    if (platform_parse(text, &entry->platforms[entry->platform_count])) {
      warn_unusual(r, item, &entry->platforms[entry->platform_count++]);
      continue;
    }
    struct problem *problem =
        problem_add(r->problems, item, "bad-platform", "'%s' is not a platform", text);
    problem_expected(problem, "os/architecture or os/architecture/variant in lower case, like "
                              "linux/amd64 or linux/arm/v7");
  }
}

/* A core field's node: the entry's, else that of defaults, else the top level's. */
static const struct node *core_value(const struct reader *r, const struct entry *entry,
                                     const char *field) {
  const struct node *node = config_node(&entry->core, field);
  return node != NULL || r->settings->all.table == NULL ? node
                                                        : config_node(&r->settings->all, field);
}

static uint32_t choice(const struct node *node, const char *const names[3], uint32_t otherwise) {
  const char *text = node != NULL ? node_text(node) : NULL;
  for (uint32_t i = 0; text != NULL && i < 3; i++)
    if (strcmp(names[i], text) == 0)
      return i;
  return otherwise;
}

static bool is_target_id(const struct settings *settings, const char *id) {
  for (size_t i = 0; i < settings->target_count; i++)
    if (text_equal(settings->targets[i].id, id))
      return true;
  return false;
}

static void unknown_target(const struct reader *r, const struct node *at, const char *id) {
  const struct settings *settings = r->settings;
  struct problem *problem =
      problem_add(r->problems, at, "unknown-target", "no target has the id '%s'", id);
  const char **ids = mem_array(settings->target_count + 1, sizeof *ids);
  size_t count = 0;
  auto_buf known = {0};
  for (size_t i = 0; i < settings->target_count; i++) {
    if (settings->targets[i].id == NULL)
      continue;
    buf_printf(&known, "%s%s", count > 0 ? ", " : "", settings->targets[i].id);
    ids[count++] = settings->targets[i].id;
  }
  const char *nearest = text_nearest(id, ids, count);
  if (count > 0)
    problem_expected(problem, "one of %s", known.data);
  if (nearest != NULL)
    problem_hint(problem, "did you mean '%s'?", nearest);
  else if (count == 0)
    problem_hint(problem, "give the targets names: targets: [{id: %s, ...}]", id);
  free_pointer(&ids);
}

static void read_targets(const struct reader *r, struct entry *entry) {
  const struct node *list = config_node(&entry->core, "targets");
  if (list == NULL || list->kind != NODE_LIST || list->count == 0)
    return;
  const char **ids = arena_alloc(&r->entries->memory, list->count * sizeof *ids);
  for (uint32_t i = 0; i < list->count; i++) {
    const char *id = node_text(list->items[i]);
    if (id == NULL)
      continue;
    if (!is_target_id(r->settings, id))
      unknown_target(r, list->items[i], id);
    ids[entry->target_count++] = id;
  }
  if (entry->target_count > 0)
    entry->targets = ids;
}

static void read_referrers(const struct reader *r, struct entry *entry) {
  struct referrer_rule *rule = &entry->referrers;
  const struct node *types;
  rule->wanted = referrers_wanted(core_value(r, entry, "referrers"), &types);
  if (!rule->wanted || types == NULL)
    return;
  const char **globs = arena_alloc(&r->entries->memory, types->count * sizeof *globs);
  for (uint32_t i = 0; i < types->count; i++)
    if (node_text(types->items[i]) != NULL)
      globs[rule->type_count++] = node_text(types->items[i]);
  rule->types = globs;
}

/* NULL for a name that was refused: what would come of it is not worth a second complaint. */
static const char *name_of(const struct entry *entry, bool fine) {
  const struct artm_field *field = field_with_role(&entry->schema->fields, ARTM_ROLE_NAME);
  const struct node *node = field != NULL ? config_node(&entry->config, field->name) : NULL;
  struct problems again = {0};
  bool usable = node != NULL && (fine || field_check(field, node, &again));
  problems_done(&again);
  return usable ? node_text(node) : NULL;
}

static void read_entry(const struct reader *r, const struct node *node, size_t section_index,
                       size_t entry_index) {
  const struct section_schema *schema = r->schema;
  const struct node *defaults = r->section->defaults;
  bool fine = section_check_entry(schema, r->what, node, defaults, r->problems);
  struct entries *all = r->entries;
  struct entry *entry = &all->items[all->count++];
  const struct node *own = section_has_core_fields(node) ? node : NULL;
  const struct node *absolute = paths_make_absolute(&schema->fields, node, &all->memory);
  *entry = (struct entry){.schema = schema,
                          .section_index = section_index,
                          .entry_index = entry_index,
                          .node = node,
                          .config = {&schema->fields, absolute, r->fallback},
                          .core = {core_entry_fields(), own, defaults}};
  entry->name = name_of(entry, fine);
  const struct node *destination = config_node(&entry->core, "destination");
  entry->destination = destination != NULL ? node_text(destination) : schema->destination;
  entry->index = choice(core_value(r, entry, "index"), index_names, INDEX_FILTERED);
  entry->on_change = choice(core_value(r, entry, "on_change"), on_change_names, schema->on_change);
  read_versions(r, entry);
  read_platforms(r, entry);
  read_targets(r, entry);
  read_referrers(r, entry);
  scan_reader_entry(r->scans, entry);
  entry->allow_empty = config_number(&entry->core, "allow_empty", 0) != 0;
}

static void make_room(struct entries *entries, size_t more) {
  size_t wanted = entries->count + more;
  if (wanted <= entries->capacity)
    return;
  entries->items = mem_resize(entries->items, wanted, sizeof *entries->items);
  entries->capacity = wanted;
}

void entries_read(const struct settings *settings, const struct section_schema *schemas,
                  size_t count, const struct scanners *scanners, struct entries *entries,
                  struct problems *problems) {
  struct scan_reader scans;
  scan_reader_begin(&scans, settings, scanners, entries, problems);
  struct reader r = {
      .settings = settings, .entries = entries, .scans = &scans, .problems = problems};
  for (size_t i = 0; i < settings->section_count; i++) {
    r.section = &settings->sections[i];
    r.schema = NULL;
    for (size_t k = 0; k < count; k++)
      if (text_equal(schemas[k].section, r.section->name))
        r.schema = &schemas[k];
    if (r.schema == NULL)
      continue; /* unclaimed, or its plugin did not open: reported there */
    if (r.section->defaults != NULL)
      section_check_defaults(r.schema, r.section->defaults, problems);
    scan_reader_section(&scans, r.section->defaults);
    r.fallback = paths_make_absolute(&r.schema->fields, r.section->defaults, &entries->memory);
    make_room(entries, r.section->entry_count);
    auto_free char *what = str_format("an entry of %s", r.schema->section);
    r.what = what;
    for (size_t k = 0; k < r.section->entry_count; k++)
      read_entry(&r, r.section->entries[k], i, k);
  }
  scan_reader_end(&scans);
}

void entries_done(struct entries *entries) {
  free_pointer(&entries->items);
  arena_done(&entries->memory);
  *entries = (struct entries){0};
}
