/* SPDX-License-Identifier: Apache-2.0 */
/* One import as it goes on; shared by the floor's own files only. */
#ifndef IMPORT_PART_H
#define IMPORT_PART_H
#include "base/map.h"
#include "import/import.h"

#define IMPORT_TEXT_MAX 4096        /* bytes of a text of the file that is used */
#define IMPORT_SIZE_MAX (16u << 20) /* of what is written */

struct import_item { /* an entry of ours */
  const struct section_schema *schema;
  const struct node *fields; /* as the plugin read the source; NULL: only comments stand here */
  const char *registry;      /* of the source */
  struct map versions;       /* a set, as they are written */
  struct strings platforms;
  bool sparse;
  const char *referrers; /* as it is written, NULL: as at the top */
  /* where the file wants it, NULL: the file names no target */
  const char *target_registry, *target_repository;
  const char *target_tag;  /* NULL: the version */
  const char *destination; /* written whole, NULL: made of the target's repository */
  struct map remarks;      /* a set */
};

struct import_place { /* a target of ours */
  const char *registry, *id;
  char *common;       /* what all repositories there lie below, "": nothing */
  const char *prefix; /* "": none */
  uintptr_t votes;    /* entries that need no destination with this prefix */
};

struct import_registry { /* an item of registries: */
  const char *host;
  struct strings lines; /* "plain_http: true" */
  struct map remarks;
  bool has_login;
  int64_t min_remaining;
};

struct import {
  const struct import_lookup *lookup;
  struct problems *problems;
  struct arena memory;
  bool incomplete;
  size_t size;        /* of what is kept to be written */
  struct map remarks; /* that stand at the top */
  struct import_registry *registries;
  size_t registry_count, registry_capacity;
  struct map registry_of;    /* host: position + 1 */
  struct import_item *items; /* in the file's order */
  size_t item_count, item_capacity;
  struct map by_key; /* of items: position + 1 */
  struct map taken;  /* "registry/repository:tag" at the target: the source's reference */
  struct import_place *places;
  size_t place_count, place_capacity;
  struct map place_of;                 /* a target's registry: position + 1 */
  const struct section_schema *probed; /* what registry_field last answered */
  const char *probed_field;
  const char *parallel;    /* run.parallel, or NULL */
  const char *referrers;   /* for all entries, or NULL */
  const char *destination; /* defaults of every section in use, or NULL */
};

/* Does it grow too large? Nothing more need be kept then. */
bool import_is_full(const struct import *);

/* --- remarks.c: comments */

/* "# TEXT", in one line whatever it holds. */
void remark_text(struct import *, struct map *to, const char *text);

/* "# not carried over: WHAT (line N): WHY", at its place in to. */
void remark_lost(struct import *, struct map *to, const struct node *at, const char *what,
                 const char *why, ...) __attribute__((format(printf, 5, 6)));
/* "# note: TEXT": nothing is missing. */
void remark_note(struct import *, struct map *to, const char *text, ...)
    __attribute__((format(printf, 3, 4)));
/* "schedule '5 4 * * *'" where the value is a text, else "schedule". Caller frees. */
char *remark_pair(const struct node_pair *);

/* What is to be done about a key that has no counterpart. */
enum key_fate {
  KEY_READ,         /* read elsewhere */
  KEY_LOST,         /* a comment with its value */
  KEY_LOST_HIDDEN,  /* a comment without the value */
  KEY_LOST_IF_TRUE, /* false is what we do */
  KEY_NEEDLESS,     /* changes nothing in what is mirrored */
};
struct key_rule {
  const char *name;
  enum key_fate fate;
  const char *why;
};
/* Remarks for the keys of a map; those without a rule are lost. hide: values are never shown. */
void remark_keys(struct import *, struct map *to, const struct node *map,
                 const struct key_rule *rules, size_t count, bool hide);

/* --- values.c: what stands in the file */

bool is_nothing(const struct node *); /* absent or null */
/* The text of a scalar; NULL with a problem for anything else, or for one that is too long or can't
 * be written in a line. */
const char *text_of(struct import *, const struct node *, const char *what);
/* The text of a key; "" if it is absent, NULL with a problem. */
const char *text_at(struct import *, const struct node *map, const char *key);
bool bool_at(const struct node *map, const char *key, bool otherwise);
/* A list of texts; a problem and false for anything else. Absent: none. */
bool texts_at(struct import *, const struct node *map, const char *key, struct strings *ret);
/* Has a problem if it is something else; NULL if it is absent. */
const struct node *map_at(struct import *, const struct node *map, const char *key);

/* --- write.c: YAML */

/* A text that every YAML reader takes for a string: in quotes, or only where they are needed. */
void write_quoted(struct buf *, const char *text);
void write_text(struct buf *, const char *text);
/* The same in settings, where "$" begins a variable. Caller frees. */
char *setting_text(const char *text);
/* The fields of an entry but its axis, "KEY: VALUE" each behind indent. */
void write_fields(const struct section_schema *, const struct node *fields, const char *indent,
                  struct buf *);
void write_list(struct buf *, const struct strings *); /* "['a', 'b']" */
void write_remarks(struct buf *, const struct map *, const char *indent);

/* --- items.c */

/* Asks the plugin for "HOST/REPOSITORY[:TAG]"; on an error there is a remark, and false. */
bool item_source(struct import *, struct import_item *, const struct node *at, const char *what,
                 const char *reference);
/* Registry and repository of a reference, as the plugin for it reads them; memory owns them. */
int reference_split(struct import *, const char *reference, const char **ret_registry,
                    const char **ret_repository, struct error *err);
/* The name of the field that holds the registry, or NULL. */
const char *registry_field(struct import *, const struct section_schema *);
void item_version(struct import *, struct import_item *, const char *written);
/* Adds the item, or what it has to the one that is like it; empties it. */
void item_add(struct import *, struct import_item *);
void item_done(struct import_item *);

/* --- selectors.c: tags */

/* All tags of the repository. */
void select_all(struct import *, struct import_item *);
/* A regular expression that is searched for. False with a remark: it is none. */
bool select_pattern(struct import *, struct import_item *, const struct node *at, const char *what,
                    const char *pattern);
/* A range in the grammar that is ours too. */
bool select_range(struct import *, struct import_item *, const struct node *at, const char *what,
                  const char *range);
/* One set {allow, deny, semverRange} of regsync. */
void select_set(struct import *, struct import_item *, const struct node *set);

/* --- range.c */

/* A range of regsync in our grammar; NULL, and why not. Caller frees. */
char *range_translate(const char *text, const char **ret_why);

/* --- registries.c */

struct import_registry *registry_for(struct import *, const char *host);
/* By the name that entries have for it; NULL with a remark if it can't be one. */
struct import_registry *registry_named(struct import *, const struct node *at, const char *text);
void registry_line(struct import *, struct import_registry *, const char *key, const char *value);
/* User and password; either may be NULL. A password is never written. */
void registry_login(struct import *, struct import_registry *, const struct node *user,
                    const struct node *password, bool templates);
void write_registries(const struct import *, struct buf *);

/* --- places.c: targets and destinations */

/* Makes targets of where the items go; once, when all are known. */
void places_find(struct import *);
void write_targets(const struct import *, struct buf *);
/* The lines targets and destination of an item. */
void write_place(const struct import *, const struct import_item *, const char *indent,
                 struct buf *);
/* Where an item goes without a destination. False: it can't tell. memory owns it. */
bool place_by_default(const struct import_item *, struct arena *memory, const char **ret);

/* --- the programs */

bool is_regsync(const struct node *root);
void import_regsync(struct import *, const struct node *root);
void import_creds(struct import *, const struct node *list); /* of regsync */
bool is_skopeo(const struct node *root);
void import_skopeo(struct import *, const struct node *root);
#endif
