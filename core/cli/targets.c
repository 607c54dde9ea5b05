/* SPDX-License-Identifier: Apache-2.0 */
/* The targets of a run. */
#include "cli/targets.h"
#include "config/path.h"
#include <string.h>

static const char *const reserved[] = {"id", "type", "value"};

static size_t add(struct targets *targets, struct plugin *plugin, const char *name, const char *id,
                  const struct node *options) {
  size_t count = targets->count + 1;
  targets->items = mem_resize(targets->items, count, sizeof *targets->items);
  targets->plugins = mem_resize(targets->plugins, count, sizeof(struct plugin *));
  targets->options = mem_resize(targets->options, count, sizeof *targets->options);
  targets->items[count - 1] = (struct run_target){arena_copy(&targets->memory, name), id, NULL};
  targets->plugins[count - 1] = plugin;
  targets->options[count - 1] = (struct artm_config){&plugin->target_options, options, NULL};
  targets->count = count;
  return count - 1;
}

static int open_target(struct plugin *plugin, struct error *err) {
  if (plugin_open(plugin, err) != 0)
    return err->code;
  return plugin->has_target
             ? 0
             : error_set(err, ARTM_E_CONFIG, "plugin '%s' has no target", plugin->id);
}

static struct node *new_node(struct arena *memory, enum node_kind kind, const struct node *at) {
  struct node *node = arena_alloc(memory, sizeof *node);
  node->kind = (uint8_t)kind;
  if (at != NULL) {
    node->file = at->file;
    node->line = at->line;
    node->column = at->column;
  }
  return node;
}

/* A copy of map (which may be NULL) with one more pair. */
static struct node *with_option(struct arena *memory, const struct node *map, const char *name,
                                const char *value, const struct node *at) {
  uint32_t count = map != NULL ? map->count : 0;
  struct node *ret = new_node(memory, NODE_MAP, at);
  ret->pairs = arena_alloc(memory, (count + 1) * sizeof *ret->pairs);
  ret->count = count + 1;
  for (uint32_t i = 0; i < count; i++)
    ret->pairs[i] = map->pairs[i];
  struct node *key = new_node(memory, NODE_SCALAR, at);
  key->text = arena_copy(memory, name);
  struct node *scalar = new_node(memory, NODE_SCALAR, at);
  scalar->text = arena_copy(memory, value);
  scalar->quoted = true;
  ret->pairs[count] = (struct node_pair){key, scalar};
  return ret;
}

/* Checks the options, which may hold a "value" that went to another one, and makes them final. */
static bool check_options(struct targets *targets, size_t i, struct problems *problems) {
  const struct field_table *table = &targets->plugins[i]->target_options;
  struct artm_config *options = &targets->options[i];
  auto_free char *what = str_format("a target of plugin '%s'", targets->plugins[i]->id);
  bool fine = field_check_map(table, options->node, NULL, reserved,
                              field_find(table, "value") != NULL ? 2 : 3, what, problems);
  options->node = paths_make_absolute(table, options->node, &targets->memory);
  return fine;
}

/* Puts value where the plugin wants it. */
static int set_value(struct targets *targets, size_t i, const char *value, const struct node *at,
                     struct error *err) {
  const struct plugin *plugin = targets->plugins[i];
  const struct artm_field *field = field_with_role(&plugin->target_options, ARTM_ROLE_VALUE);
  if (field == NULL)
    return error_set(err, ARTM_E_CONFIG, "plugin '%s' takes no value for its target", plugin->id);
  targets->options[i].node =
      with_option(&targets->memory, targets->options[i].node, field->name, value, at);
  return 0;
}

static void report(struct problems *problems, const struct node *at, const struct error *err) {
  struct problem *problem = problem_add(problems, at, "target", "%s", err->message);
  if (err->hint != NULL)
    problem_hint(problem, "%s", err->hint);
}

/* A map of the config with type: the plugin's own option holds the value. */
static int add_map(const struct plugins *plugins, const struct target_setting *setting,
                   struct targets *targets, struct error *err) {
  struct plugin *plugin;
  const char *ignored;
  if (plugins_for_target(plugins, "", setting->type, &plugin, &ignored, err) != 0 ||
      open_target(plugin, err) != 0)
    return err->code;
  size_t i = add(targets, plugin, plugin->id, setting->id, setting->node);
  const struct artm_field *field = field_with_role(&plugin->target_options, ARTM_ROLE_VALUE);
  const char *value = field != NULL ? config_text(&targets->options[i], field->name, 0) : NULL;
  if (value != NULL)
    targets->items[i].name = arena_copy(&targets->memory, value);
  return 0;
}

static int add_value(const struct plugins *plugins, const struct target_setting *setting,
                     struct targets *targets, struct error *err) {
  struct plugin *plugin;
  const char *part;
  if (plugins_for_target(plugins, setting->value, setting->type, &plugin, &part, err) != 0 ||
      open_target(plugin, err) != 0)
    return err->code;
  size_t i = add(targets, plugin, setting->value, setting->id, setting->node);
  return set_value(targets, i, part, setting->at, err);
}

/* Whose option a value would be is not known. */
static int no_type(const struct plugins *plugins, struct error *err) {
  auto_buf types = {0};
  for (size_t i = 0; i < plugins->count; i++)
    if (plugin_is_usable(plugins->items[i]) &&
        metadata_value(&plugins->items[i]->metadata, "prefix", 0) != NULL)
      buf_printf(&types, "%s%s", types.len > 0 ? ", " : "", plugins->items[i]->id);
  error_set(err, ARTM_E_CONFIG, "this target has neither 'type' nor 'value'");
  return types.len > 0 ? error_hint(err, "add type:, one of %s", types.data) : err->code;
}

void targets_from_config(const struct plugins *plugins, const struct settings *settings,
                         struct targets *targets, struct problems *problems) {
  for (size_t i = 0; i < settings->target_count; i++) {
    const struct target_setting *setting = &settings->targets[i];
    auto_error err = {0};
    int result = 0;
    size_t before = targets->count;
    if (setting->value != NULL)
      result = add_value(plugins, setting, targets, &err);
    else if (setting->type != NULL)
      result = add_map(plugins, setting, targets, &err);
    else
      result = no_type(plugins, &err);
    if (result != 0) {
      report(problems, setting->at, &err);
      continue;
    }
    check_options(targets, before, problems);
  }
}

int targets_add(const struct plugins *plugins, const char *text, struct targets *targets,
                struct error *err) {
  struct plugin *plugin;
  const char *value;
  struct problems problems = {0};
  if (plugins_for_target(plugins, text, NULL, &plugin, &value, err) != 0 ||
      open_target(plugin, err) != 0)
    return err->code;
  size_t i = add(targets, plugin, text, NULL, NULL);
  if (set_value(targets, i, value, NULL, err) != 0)
    return err->code;
  if (!check_options(targets, i, &problems)) {
    error_set(err, ARTM_E_CONFIG, "target '%s': %s", text, problems.items[0].message);
    if (problems.items[0].expected != NULL)
      error_hint(err, "expected %s", problems.items[0].expected);
  }
  problems_done(&problems);
  return err->code;
}

/* The target that a plugin would take by default, spelled for people: the variable's part shown as
 * OWNER. */
static char *example_target(const struct plugins *plugins) {
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    const char *fact = metadata_value(&plugin->metadata, "default", 0);
    const char *pattern = fact != NULL ? strchr(fact, '=') : NULL;
    const char *open = pattern != NULL ? strchr(pattern, '{') : NULL;
    const char *close = open != NULL ? strchr(open, '}') : NULL;
    if (close != NULL)
      return str_format("%.*sOWNER%s", (int)(open - pattern - 1), pattern + 1, close + 1);
  }
  return str_copy("registry.example:5000/mirror");
}

int targets_add_default(const struct plugins *plugins, struct targets *targets, struct error *err) {
  auto_free char *text = plugins_default_target(plugins);
  if (text != NULL)
    return targets_add(plugins, text, targets, err);
  auto_free char *example = example_target(plugins);
  error_set(err, ARTM_E_CONFIG, "no target: neither --target nor the config names one");
  return error_hint(err, "add this line to the config: target: %s", example);
}

static int check_distinct(const struct targets *targets, size_t i, struct error *err) {
  for (size_t j = 0; j < i; j++)
    if (strcmp(targets->items[i].name, targets->items[j].name) == 0) {
      error_set(err, ARTM_E_CONFIG, "the same target is named twice");
      return error_hint(err, "remove one of the two: each job would be done twice");
    }
  return 0;
}

static int create(struct targets *targets, size_t i, const struct host_services *services,
                  struct error *err) {
  if (check_distinct(targets, i, err) != 0)
    return err->code;
  return target_new(targets->plugins[i], services, &targets->options[i], &targets->items[i].target,
                    err);
}

void targets_check(struct targets *targets, const struct settings *settings,
                   const struct host_services *services, struct problems *problems) {
  for (size_t i = 0; i < targets->count; i++) {
    auto_error err = {0};
    if (create(targets, i, services, &err) != 0)
      report(problems, settings->targets[i].at, &err);
  }
}

int targets_create(struct targets *targets, const struct host_services *services,
                   struct error *err) {
  for (size_t i = 0; i < targets->count; i++)
    if (create(targets, i, services, err) != 0)
      return error_wrap(err, "target %s", targets->items[i].name);
  return 0;
}

void targets_done(struct targets *targets) {
  for (size_t i = 0; i < targets->count; i++)
    if (targets->items[i].target != NULL)
      target_free(targets->items[i].target);
  free_pointer(&targets->items);
  free_pointer(&targets->plugins);
  free_pointer(&targets->options);
  arena_done(&targets->memory);
  *targets = (struct targets){0};
}
