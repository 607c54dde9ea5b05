/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins: found by their metadata, opened when used, never closed. */
#ifndef PLUGIN_PLUGIN_H
#define PLUGIN_PLUGIN_H
#include "base/text.h"
#include "config/settings.h"
#include "plugin/metadata.h"
#include <artmirror/plugin.h>
#include <pthread.h>

enum plugin_state { PLUGIN_FOUND, PLUGIN_OPEN, PLUGIN_REFUSED, PLUGIN_SHADOWED };

struct plugin {
  char *id; /* of the metadata; file name without ".so" when that could not be read */
  char *version, *summary;
  char *file; /* as found, before resolving links */
  char *real_file;
  struct metadata metadata;
  enum plugin_state state;
  char *reason; /* why refused, or which file shadows it */
  char *abi;    /* "1.0" */
  /* after plugin_open: our zero-filled copies */
  uint32_t threads;
  bool has_source, has_target, has_scanner;
  struct artm_source source;
  struct artm_target target;
  struct artm_scanner scanner;
  struct field_table source_fields, source_options, target_options, scanner_options;
  const char *build;
  pthread_mutex_t lock; /* serial-plugin thread model */
};
struct plugins {
  struct plugin **items; /* order of search */
  size_t count, capacity;
  struct strings folders; /* that were searched */
};

/* Finds every *.so in folders (--plugin-dir first), then ARTMIRROR_PLUGIN_PATH, then the installed
 * folder; nothing is opened. What is wrong with one stands in its state and reason. */
void plugins_search(struct plugins *, const struct strings *folders);
/* The same with another installed folder, or none. */
void plugins_search_in(struct plugins *, const struct strings *folders, const char *installed);
void plugins_done(struct plugins *);

/* Found or open, neither refused nor shadowed. */
bool plugin_is_usable(const struct plugin *);
/* From now on nobody uses it. */
void plugin_refuse(struct plugin *, const char *reason);
/* The usable plugin with this id, or NULL. */
struct plugin *plugins_by_id(const struct plugins *, const char *id);
/* The plugin that claims a section: config's "plugins: {SECTION: ID}" decides between several.
 * ARTM_E_CONFIG: nobody, or two without a decision. */
int plugins_for_section(const struct plugins *, const char *section, const char *chosen_id,
                        struct plugin **ret, struct error *err);
/* The plugin with the longest prefix of a target string; type decides if given; a tie is
 * ARTM_E_CONFIG naming both. *ret_value is where the plugin's part begins. */
int plugins_for_target(const struct plugins *, const char *text, const char *type,
                       struct plugin **ret, const char **ret_value, struct error *err);
/* The plugin with the longest "reference" prefix of a command line reference. */
int plugins_for_reference(const struct plugins *, const char *text, struct plugin **ret,
                          struct error *err);
/* All "section=noun" claims, for messages: "docker (images), oci-layout (layouts)". Caller frees.
 */
char *plugins_describe_sections(const struct plugins *);
/* Host facts of all usable plugins. */
void plugins_host_facts(const struct plugins *, struct host_facts *);
/* The target when none is configured: "registry.example/owner" from the environment, or NULL.
 * Caller frees.
 */
char *plugins_default_target(const struct plugins *);

/* Opens it: first in a child process, then here; checks and copies its tables. Single-threaded
 * only. ARTM_E_CONFIG with the reason; the plugin is then PLUGIN_REFUSED. Again: no work. */
int plugin_open(struct plugin *, struct error *err);
/* The validator's view of an open plugin with a source; borrowed from the plugin. */
void plugin_section_schema(const struct plugin *, struct section_schema *);
#endif
