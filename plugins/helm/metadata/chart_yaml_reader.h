/* SPDX-License-Identifier: Apache-2.0 */
/* One file being read; shared by the chart_yaml*.c files only. */
#ifndef PLUGINS_HELM_CHART_YAML_READER_H
#define PLUGINS_HELM_CHART_YAML_READER_H
#include "helm/metadata/chart_yaml.h"
#include <yaml.h>

#define CHART_DEPTH_MAX 100
#define CHART_NODES_MAX 100000u    /* written in a file: bounds memory */
#define CHART_ANCHORS_MAX 1000u    /* bounds time */
#define CHART_EXPANDED_MAX 200000u /* nodes, when aliases are expanded */
#define CHART_TEXT_MAX (8u << 20)  /* bytes of text, when aliases are expanded */

struct chart_anchor {
  const char *name;
  struct value *value;
};

struct chart_reader {
  yaml_parser_t parser;
  struct region *region;
  const char *file, *data;
  size_t size;
  size_t nodes_left;
  struct chart_anchor *anchors;
  size_t anchor_count;
  char **why;
};

/* One key with its value, as it is written. */
struct chart_entry {
  struct value *key, *value;
  bool merge; /* the key is "<<" */
};

/* Says why the file can't be read. Returns false. */
bool chart_yaml_refuse(struct chart_reader *, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes nodes from what may yet be read; false, with the reason, if that is too much. */
bool chart_yaml_spend(struct chart_reader *, size_t line, size_t nodes);
/* Makes the content of a list, or of a map: "<<" merged, keys made text, sorted and unique. */
void chart_yaml_finish_list(struct chart_reader *, struct value *list, struct value *const *items,
                            size_t count);
bool chart_yaml_finish_map(struct chart_reader *, struct value *map,
                           const struct chart_entry *entries, size_t count);
#endif
