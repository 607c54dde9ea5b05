/* SPDX-License-Identifier: Apache-2.0 */
/* Which plugin claims what. */
#include "plugin/claims.h"
#include "base/memory.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

bool plugin_is_usable(const struct plugin *plugin) {
  return plugin->state == PLUGIN_FOUND || plugin->state == PLUGIN_OPEN;
}

static bool is_name(const char *s) {
  return *s >= 'a' && *s <= 'z' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

int claims_check(const struct metadata *metadata, struct error *err) {
  static const char *const facts[] = {"host", "realm", "login", "default", "budget"};
  const char *section = metadata_value(metadata, "section", 0);
  const char *noun = metadata_value(metadata, "noun", 0);
  const char *scanner = metadata_value(metadata, "scanner", 0);
  if (metadata_value(metadata, "section", 1))
    return error_set(err, ARTM_E_CONFIG, "it claims more than one section");
  if (section && (!noun || !is_name(section) || !is_name(noun)))
    return error_set(err, ARTM_E_CONFIG,
                     "its section \"%s\" or noun \"%s\" is no name (a-z, 0-9, _ and -)", section,
                     noun ? noun : "");
  if (section && settings_is_key(section))
    return error_set(err, ARTM_E_CONFIG, "\"%s:\" belongs to artmirror and can't be its section",
                     section);
  if (scanner && strcmp(scanner, "on") != 0 && strcmp(scanner, "off") != 0)
    return error_set(err, ARTM_E_CONFIG, "\"scanner=%s\" is neither on nor off", scanner);
  for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
    const char *fact;
    for (size_t n = 0; (fact = metadata_value(metadata, facts[i], n)); n++)
      if (!strchr(fact, '=') || fact[0] == '=' || text_ends(fact, "="))
        return error_set(err, ARTM_E_CONFIG, "\"%s=%s\" has no left or right side", facts[i], fact);
  }
  return 0;
}

struct plugin *plugins_by_id(const struct plugins *plugins, const char *id) {
  for (size_t i = 0; i < plugins->count; i++)
    if (plugin_is_usable(plugins->items[i]) && strcmp(plugins->items[i]->id, id) == 0)
      return plugins->items[i];
  return NULL;
}

static bool claims_section(const struct plugin *plugin, const char *section) {
  return text_equal(metadata_value(&plugin->metadata, "section", 0), section);
}

/* Says that nobody usable is there, and why, if there is somebody who was refused. */
static int nobody(const struct plugins *plugins, const char *section, const char *id,
                  struct error *err) {
  auto_free char *loaded = plugins_describe_sections(plugins);
  if (id)
    error_set(err, ARTM_E_CONFIG, "there is no usable plugin '%s' for '%s:'; loaded: %s", id,
              section, loaded);
  else
    error_set(err, ARTM_E_CONFIG, "no plugin claims '%s:'; loaded: %s", section, loaded);
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    if (plugin->state == PLUGIN_REFUSED &&
        (claims_section(plugin, section) || (id && strcmp(plugin->id, id) == 0)))
      return error_hint(err, "plugin %s (%s) was refused: %s", plugin->id, plugin->file,
                        plugin->reason);
  }
  return err->code;
}

int plugins_for_section(const struct plugins *plugins, const char *section, const char *chosen_id,
                        struct plugin **ret, struct error *err) {
  struct plugin *found = NULL;
  for (size_t i = 0; i < plugins->count; i++) {
    struct plugin *plugin = plugins->items[i];
    if (!plugin_is_usable(plugin) || !claims_section(plugin, section) ||
        (chosen_id && strcmp(plugin->id, chosen_id) != 0))
      continue;
    if (found) {
      error_set(err, ARTM_E_CONFIG, "two plugins claim '%s:': %s (%s) and %s (%s)", section,
                found->id, found->file, plugin->id, plugin->file);
      return error_hint(err, "choose one in the config: plugins: {%s: %s}", section, found->id);
    }
    found = plugin;
  }
  if (!found)
    return nobody(plugins, section, chosen_id, err);
  *ret = found;
  return 0;
}

/* Length of the longest prefix under key that text starts with, -1: none. */
static long longest_prefix(const struct plugin *plugin, const char *key, const char *text) {
  long best = -1;
  const char *prefix;
  for (size_t i = 0; (prefix = metadata_value(&plugin->metadata, key, i)); i++)
    if (text_starts(text, prefix) && (long)strlen(prefix) > best)
      best = (long)strlen(prefix);
  return best;
}

/* *ret stays NULL if nobody claims the text; ARTM_E_CONFIG for a tie. */
static int longest_claim(const struct plugins *plugins, const char *key, const char *text,
                         const char *what, struct plugin **ret, struct error *err) {
  struct plugin *found = NULL, *tie = NULL;
  long best = -1;
  for (size_t i = 0; i < plugins->count; i++) {
    struct plugin *plugin = plugins->items[i];
    long len = plugin_is_usable(plugin) ? longest_prefix(plugin, key, text) : -1;
    if (len < 0 || len < best)
      continue;
    tie = len == best ? plugin : NULL;
    if (!tie)
      found = plugin;
    best = len;
  }
  if (tie)
    return error_set(err, ARTM_E_CONFIG, "%s '%s' is claimed by two plugins: %s (%s) and %s (%s)",
                     what, text, found->id, found->file, tie->id, tie->file);
  *ret = found;
  return 0;
}

static char *list_ids(const struct plugins *plugins, const char *key) {
  auto_buf list = {0};
  for (size_t i = 0; i < plugins->count; i++)
    if (plugin_is_usable(plugins->items[i]) && metadata_value(&plugins->items[i]->metadata, key, 0))
      buf_printf(&list, "%s%s", list.len ? ", " : "", plugins->items[i]->id);
  return list.len ? buf_take(&list) : str_copy("none");
}

static int target_of_type(const struct plugins *plugins, const char *type, struct plugin **ret,
                          struct error *err) {
  struct plugin *plugin = plugins_by_id(plugins, type);
  if (!plugin || !metadata_value(&plugin->metadata, "prefix", 0)) {
    auto_free char *known = list_ids(plugins, "prefix");
    return error_set(err, ARTM_E_CONFIG, "there is no target plugin '%s'; loaded: %s", type, known);
  }
  *ret = plugin;
  return 0;
}

int plugins_for_target(const struct plugins *plugins, const char *text, const char *type,
                       struct plugin **ret, const char **ret_value, struct error *err) {
  struct plugin *plugin = NULL;
  log_userinfo(text); /* it doesn't belong there, and is about to be shown */
  size_t id_len = strcspn(text, ":");
  auto_free char *id = text[id_len] == ':' ? str_copy_n(text, id_len) : NULL;
  struct plugin *named = id ? plugins_by_id(plugins, id) : NULL;
  bool has_id =
      named && metadata_value(&named->metadata, "prefix", 0) && (!type || strcmp(type, id) == 0);
  const char *value = has_id ? text + id_len + 1 : text;
  int rc;
  if (type || has_id)
    rc = target_of_type(plugins, type ? type : id, &plugin, err);
  else
    rc = longest_claim(plugins, "prefix", text, "the target", &plugin, err);
  if (rc)
    return !type && !has_id ? error_hint(err, "choose with type: in the config or ID: before it")
                            : rc;
  if (!plugin) {
    auto_free char *known = list_ids(plugins, "prefix");
    return error_set(err, ARTM_E_CONFIG, "no plugin takes the target '%s'; loaded: %s", text,
                     known);
  }
  *ret = plugin;
  *ret_value = value;
  return 0;
}

int plugins_for_reference(const struct plugins *plugins, const char *text, struct plugin **ret,
                          struct error *err) {
  struct plugin *plugin = NULL;
  log_userinfo(text);
  log_query(text);
  int rc = longest_claim(plugins, "reference", text, "the reference", &plugin, err);
  if (rc)
    return rc;
  if (!plugin) {
    auto_free char *known = list_ids(plugins, "reference");
    return error_set(err, ARTM_E_CONFIG, "no plugin takes the reference '%s'; loaded: %s", text,
                     known);
  }
  *ret = plugin;
  return 0;
}

char *plugins_describe_sections(const struct plugins *plugins) {
  auto_buf list = {0};
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    const char *section = metadata_value(&plugin->metadata, "section", 0);
    if (plugin_is_usable(plugin) && section)
      buf_printf(&list, "%s%s (%s)", list.len ? ", " : "", plugin->id, section);
  }
  return list.len ? buf_take(&list) : str_copy("none");
}
