/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a chart's metadata, as tables in the order of Helm's structs: reading, checking and
 * writing go by them. Shared by the metadata*.c and *_json.c files only. */
#ifndef PLUGINS_HELM_METADATA_FIELDS_H
#define PLUGINS_HELM_METADATA_FIELDS_H
#include "helm/metadata/chart_yaml.h"
#include "helm/metadata/metadata.h"

enum field_type {
  FIELD_TEXT,    /* struct field */
  FIELD_BOOL,    /* bool */
  FIELD_TEXTS,   /* struct field_list of struct field */
  FIELD_RECORDS, /* struct field_list of pointers to records; NULL where null was written */
  FIELD_STRINGS, /* struct string_map */
  FIELD_ANY,     /* const struct value *, a list or NULL */
};

struct field {
  struct text text;
  const char *file; /* where it is written; NULL: nowhere */
  size_t line;
};

struct field_list {
  void *items;
  size_t count;
  size_t stored; /* items that are there, counted or not: see metadata_decode.c */
};

struct string_pair {
  struct keyed keyed;
  struct text value;
};
struct string_map {
  struct string_pair *pairs; /* sorted, each key once */
  size_t count;
};

struct field_rule {
  const char *key;
  enum field_type type;
  size_t offset;
  bool sanitised;                   /* spaces and what can't be printed are replaced */
  bool always;                      /* written even if it is empty */
  const struct record_rule *record; /* FIELD_RECORDS: what the items are */
};

struct record_rule {
  const struct field_rule *fields;
  size_t count;
  size_t size; /* of the struct */
};

struct maintainer {
  struct field name, email, url;
};
struct dependency {
  struct field name, version, repository, condition;
  struct field_list tags;
  bool enabled;
  const struct value *import_values;
  struct field alias;
};
struct metadata {
  struct field name, home;
  struct field_list sources;
  struct field version, description;
  struct field_list keywords;
  struct field_list maintainers; /* of struct maintainer * */
  struct field icon, api_version, condition, tags, app_version;
  bool deprecated;
  struct string_map annotations;
  struct field kube_version;
  struct field_list dependencies; /* of struct dependency * */
  struct field type;
  struct region region; /* of all the above */
};

extern const struct record_rule metadata_rule;

/* A field of a record. */
static inline void *field_of(void *record, const struct field_rule *rule) {
  return (char *)record + rule->offset;
}
static inline const void *field_in(const void *record, const struct field_rule *rule) {
  return (const char *)record + rule->offset;
}

/* Puts what a file says over what the metadata has. False, with *why, as Helm would refuse it. */
bool metadata_decode(struct metadata *, const char *file, const struct value *, char **why);
/* Sanitises and checks. False, with *why, as Helm would refuse it. */
bool metadata_check(struct metadata *, char **why);
#endif
