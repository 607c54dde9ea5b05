/* SPDX-License-Identifier: Apache-2.0 */
/* YAML 1.1 as sigs.k8s.io/yaml reads it: what is written in a chart's files, as a tree. */
#ifndef PLUGINS_HELM_CHART_YAML_H
#define PLUGINS_HELM_CHART_YAML_H
#include "common/region.h"
#include "helm/metadata/keyed.h"
#include <stdint.h>

enum value_kind {
  VALUE_NULL,
  VALUE_BOOL,
  VALUE_INT,
  VALUE_UINT, /* only what is no int64_t */
  VALUE_FLOAT,
  VALUE_TEXT,
  VALUE_LIST,
  VALUE_MAP,
};

struct value_pair {
  struct keyed keyed;
  const struct value *value;
};

struct value {
  enum value_kind kind;
  bool open;     /* while it is being read: an alias to it would contain itself */
  bool infinite; /* it, or something in it, is a number that JSON doesn't have */
  size_t line;   /* from 1 on */
  size_t nodes;  /* that it consists of, aliases expanded; saturating */
  size_t bytes;  /* of text in it, aliases expanded; saturating */
  union {
    bool boolean;
    int64_t integer;
    uint64_t natural;
    double number;
    struct {
      const struct value **items;
      size_t count;
    } list;
    struct {
      struct value_pair *pairs; /* sorted by key, each key once: the last one wins */
      size_t count;
    } map;
  };
  struct text text; /* a scalar's, as it is when text is wanted: "511" for 0777, "true" for yes */
};

/* Reads the first document of a file; without one the value is VALUE_NULL. All of it lives in the
 * region. NULL: it can't be read, and *why (caller frees) says why. */
const struct value *chart_yaml_read(struct region *, const char *file, const char *data,
                                    size_t size, char **why);
#endif
