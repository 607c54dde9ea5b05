/* SPDX-License-Identifier: Apache-2.0 */
/* Finding plugins: folders in order, files by name, nothing opened. */
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/claims.h"
#include "plugin/plugin.h"
#include "plugin/trust.h"
#include "plugin/visit.h"
#include "report/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".so"

static void plugin_free(struct plugin *plugin) {
  field_table_done(&plugin->source_fields);
  field_table_done(&plugin->source_options);
  field_table_done(&plugin->target_options);
  field_table_done(&plugin->scanner_options);
  metadata_done(&plugin->metadata);
  pthread_mutex_destroy(&plugin->lock);
  free(plugin->id);
  free(plugin->version);
  free(plugin->summary);
  free(plugin->file);
  free(plugin->real_file);
  free(plugin->reason);
  free(plugin->abi);
  free(plugin);
}

static struct plugin *plugin_new(const char *folder, const char *name) {
  struct plugin *plugin = mem_alloc(sizeof *plugin);
  instance_lock_init(&plugin->lock);
  plugin->file = fs_join(folder, name);
  plugin->id = str_copy_n(name, strlen(name) - strlen(SUFFIX));
  return plugin;
}

void plugin_refuse(struct plugin *plugin, const char *reason) {
  char *copy = str_copy(reason);
  free(plugin->reason);
  plugin->reason = copy;
  plugin->state = PLUGIN_REFUSED;
}

static void take_names(struct plugin *plugin) {
  const char *version = metadata_value(&plugin->metadata, "version", 0);
  const char *summary = metadata_value(&plugin->metadata, "summary", 0);
  free(plugin->id);
  plugin->id = str_copy(metadata_value(&plugin->metadata, "id", 0));
  plugin->version = str_copy(version ? version : "");
  plugin->summary = str_copy(summary ? summary : "");
  plugin->abi = str_copy(metadata_value(&plugin->metadata, "artmirror", 0));
}

static int examine(struct plugin *plugin, struct error *err) {
  plugin->real_file = realpath(plugin->file, NULL);
  if (!plugin->real_file)
    return error_set(err, ARTM_E_CONFIG, "can't be opened: %s", strerror(errno));
  auto_fd fd = -1;
  int rc = trust_open(plugin->real_file, &fd, err);
  if (!rc)
    rc = metadata_read(fd, &plugin->metadata, err);
  if (rc)
    return rc;
  take_names(plugin);
  rc = metadata_judge(fd, &plugin->metadata, err);
  return rc ? rc : claims_check(&plugin->metadata, err);
}

static void find_file(struct plugins *plugins, const char *folder, const char *name) {
  struct plugin *plugin = plugin_new(folder, name);
  auto_error error = {0};
  if (examine(plugin, &error) != 0) {
    auto_free char *reason =
        error.hint ? str_format("%s (%s)", error.message, error.hint) : str_copy(error.message);
    plugin_refuse(plugin, reason);
    log_write(LOG_DEBUG, plugin->id, "%s is refused: %s", plugin->file, reason);
  } else {
    const struct plugin *first = plugins_by_id(plugins, plugin->id);
    if (first) {
      plugin->state = PLUGIN_SHADOWED;
      plugin->reason = str_format("%s has the same id and was found first", first->file);
    }
  }
  plugins->items = mem_grow(plugins->items, plugins->count, &plugins->capacity, sizeof(plugin));
  plugins->items[plugins->count++] = plugin;
}

/* missing_is_fine: the installed folder, which need not exist. */
static void search_folder(struct plugins *plugins, const char *folder, bool missing_is_fine) {
  auto_free char *real = realpath(folder, NULL);
  auto_strings names = {0};
  auto_error error = {0};
  if (!real || fs_list(real, &names, &error) != 0) {
    if (!missing_is_fine)
      log_write(LOG_WARNING, NULL, "the plugin folder %s can't be read: %s", folder,
                real ? error.message : strerror(errno));
    return;
  }
  if (strings_has(&plugins->folders, real))
    return;
  strings_add(&plugins->folders, real);
  for (size_t i = 0; i < names.count; i++)
    if (text_ends(names.items[i], SUFFIX) && names.items[i][0] != '.')
      find_file(plugins, folder, names.items[i]);
}

void plugins_search_in(struct plugins *plugins, const struct strings *folders,
                       const char *installed) {
  for (size_t i = 0; folders && i < folders->count; i++)
    search_folder(plugins, folders->items[i], false);
  const char *path = secure_getenv("ARTMIRROR_PLUGIN_PATH");
  for (const char *part = path ? path : ""; *part;) {
    size_t len = strcspn(part, ":");
    auto_free char *folder = str_copy_n(part, len);
    if (len)
      search_folder(plugins, folder, false);
    part += len + (part[len] == ':');
  }
  if (installed)
    search_folder(plugins, installed, true);
}

void plugins_search(struct plugins *plugins, const struct strings *folders) {
  plugins_search_in(plugins, folders, PLUGIN_FOLDER);
}

void plugins_done(struct plugins *plugins) {
  for (size_t i = 0; i < plugins->count; i++)
    plugin_free(plugins->items[i]);
  free(plugins->items);
  strings_done(&plugins->folders);
  *plugins = (struct plugins){0};
}
