/* SPDX-License-Identifier: Apache-2.0 */
/* One file being read; shared by the yaml*.c files only. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H
#include "base/map.h"
#include "config/load.h"
#include "config/problem.h"
#include <yaml.h>

#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 10000000  /* written in files: bounds memory */
#define YAML_ALIASES_MAX 1000000 /* nodes that aliases stand for: bounds time */
#define YAML_SCALAR_MAX (1u << 20)

/* Grows and is used again, for all maps and lists of a file. */
struct yaml_pairs {
  struct node_pair *items;
  size_t count, capacity;
};
void yaml_pairs_add(struct yaml_pairs *, const struct node_pair *);

struct yaml_reader {
  yaml_parser_t parser;
  struct document *document;
  const struct source_file *file;
  struct problems *problems;
  struct map anchors;        /* name: struct yaml_anchor */
  struct yaml_pairs members; /* of all collections being read; of a list: the value only */
  struct yaml_pairs merged;  /* of the map that yaml_finish_map makes */
};

/* Position of a mark, as a node that problem_add understands. */
struct node yaml_place(const struct yaml_reader *, yaml_mark_t);
/* What libyaml found wrong, in our words. */
void yaml_report_syntax(struct yaml_reader *);
/* False, with a problem, if the bytes are no text that libyaml should see. */
bool yaml_check_encoding(const struct source_file *, struct problems *);
/* Makes a map's pairs out of the members from first on: duplicates refused, "<<" merged. */
void yaml_finish_map(struct yaml_reader *, struct node *map, size_t first);
#endif
