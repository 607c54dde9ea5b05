/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a plugin: first in a child process, then here, for good. */
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/adopt.h"
#include "plugin/plugin.h"
#include "plugin/trial.h"
#include "plugin/trust.h"
#include <dlfcn.h>
#include <stdlib.h>

/* Never closed: a library may have left thread-local destructors or exit handlers behind. */
static int load(struct plugin *plugin, struct error *err) {
  void *library = dlopen(plugin->real_file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const struct artm_entry *entry = library ? dlsym(library, "artmirror_plugin") : NULL;
  if (!entry) {
    const char *why = dlerror();
    return error_set(err, ARTM_E_CONFIG, "can't be loaded: %s", why ? why : "no reason is known");
  }
  return adopt_entry(plugin, entry, err);
}

static void load_in_child(void *arg) {
  auto_error ignored = {0};
  load(arg, &ignored);
}

/* The file may have been replaced since it was found. */
static int check_again(const struct plugin *plugin, struct error *err) {
  auto_fd fd = -1;
  struct metadata metadata = {0};
  int rc = trust_open(plugin->real_file, &fd, err);
  if (!rc)
    rc = metadata_read(fd, &metadata, err);
  if (!rc)
    rc = metadata_judge(fd, &metadata, err);
  metadata_done(&metadata);
  return rc;
}

static int refused(const struct plugin *plugin, struct error *err) {
  error_set(err, ARTM_E_CONFIG, "the plugin %s %s is refused: %s", plugin->id, plugin->version,
            plugin->reason);
  error_where(err, "%s", plugin->file);
  return error_hint(err, "remove the file, or put one there that this artmirror can use");
}

int plugin_open(struct plugin *plugin, struct error *err) {
  if (plugin->state == PLUGIN_OPEN)
    return 0;
  if (plugin->state == PLUGIN_FOUND) {
    auto_error why = {0};
    int rc = check_again(plugin, &why);
    if (!rc)
      rc = trial_run(load_in_child, plugin, "loading", &why);
    if (!rc)
      rc = load(plugin, &why);
    if (!rc) {
      plugin->state = PLUGIN_OPEN;
      return 0;
    }
    plugin_refuse(plugin, why.message);
  }
  return refused(plugin, err);
}

void plugin_section_schema(const struct plugin *plugin, struct section_schema *ret) {
  *ret = (struct section_schema){
      .section = metadata_value(&plugin->metadata, "section", 0),
      .noun = metadata_value(&plugin->metadata, "noun", 0),
      .plugin = plugin->id,
      .fields = plugin->source_fields,
      .options = plugin->source_options,
      .destination = plugin->source.destination,
      .on_change = plugin->source.on_change,
      .dates = (plugin->source.caps & ARTM_SOURCE_DATES) != 0,
  };
}
