/* SPDX-License-Identifier: Apache-2.0 */
/* The settings (all top-level keys that are no section), checked and typed. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H
#include "config/field.h"
#include "config/load.h"
#include "http/client.h"

struct target_setting {    /* one of target: or targets: */
  const struct node *at;   /* for messages; NULL: made from a flag */
  const char *type;        /* plugin id, or NULL */
  const char *id;          /* the user's name for it, or NULL */
  const char *value;       /* "registry.example/owner", or NULL */
  const struct node *node; /* the map with the plugin's options, or NULL */
};

struct section { /* a top-level list claimed by a source */
  const char *name;
  const struct node **entries; /* of all files, in order; maps (others were refused) */
  size_t entry_count, entry_capacity;
  const struct node *defaults; /* defaults: SECTION:, or NULL */
  const struct node *key;      /* first key node, for messages */
};

struct settings {
  struct target_setting *targets;
  size_t target_count;
  struct registry_settings *registries;
  size_t registry_count;
  struct artm_config run;      /* parallel, retries, fail_fast, connect_timeout, stall_timeout */
  struct artm_config all;      /* on_change, index, referrers for all entries (top level) */
  const struct node *scanners; /* scanners: {ID: {...}}, or NULL; config/scanning.h reads it */
  const struct node *gate;     /* gate: of the top level, or NULL */
  struct artm_config reports;  /* dir, keep */
  const struct node *plugins;  /* plugins: {SECTION: ID | {id: ID, options}}, or NULL */
  struct section *sections;    /* in order of appearance */
  size_t section_count;
  struct arena memory;
  struct strings secrets; /* resolved passwords, wiped at the end */
};

/* A source as the validator sees it; made by the plugin floor's caller. */
struct section_schema {
  const char *section, *noun, *plugin;
  struct field_table fields;
  struct field_table options;
  const char *destination; /* default template */
  uint32_t on_change;
  bool dates;
};

/* The core fields of every entry (destination, targets, index, on_change, referrers, scan, gate,
 * allow_empty). No plugin may claim any of them. */
const struct field_table *core_entry_fields(void);
/* Their names, in the order of the table: "reserved" of the functions in field.h. */
const char *const *core_entry_names(size_t *ret_count);

/* Does the entry set any of them? Most set none. */
bool section_has_core_fields(const struct node *entry);

/* Checks an entry whole, the plugin's fields and the core's. what: "an entry of images", for
 * messages. True if fine. */
bool section_check_entry(const struct section_schema *, const char *what, const struct node *entry,
                         const struct node *defaults, struct problems *);
/* Checks defaults: SECTION: (settings_read does it where the schema has its fields already). */
bool section_check_defaults(const struct section_schema *, const struct node *defaults,
                            struct problems *);

/* Splits the document into settings and sections and checks the settings: unknown top-level keys
 * ("no plugin claims 'wheels:'; loaded: docker (images)"), keys given in two files, ${VAR}
 * expansion, types. known: sections that plugins claim. Needs no plugin to be opened. */
void settings_read(struct document *, const struct section_schema *known, size_t known_count,
                   struct settings *, struct problems *);
void settings_done(struct settings *);
/* Is this top-level key the core's own, so that no plugin can have it for its section? */
bool settings_is_key(const char *key);
/* What plugins: says of a section: the id, or NULL; the map with the plugin's options (reserved
 * key: id), or NULL. */
const char *settings_plugin_id(const struct settings *, const char *section);
const struct node *settings_plugin_options(const struct settings *, const char *section);

/* The core's own option tables, for schema, help and man pages. */
struct settings_tables {
  const struct field_table *top, *run, *registry, *entry, *reports;
};
const struct settings_tables *settings_tables(void);
#endif
