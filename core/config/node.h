/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a tree of nodes with positions. Everything lives in the document's arena; read-only and
 * shared between threads after loading. Aliases and "<<" are already resolved (shared subtrees). */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H
#include "base/memory.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
/* YAML 1.2 core schema type of a scalar; quoted ones are always NODE_STRING. */
enum node_type { NODE_STRING, NODE_NULL, NODE_BOOL, NODE_INT, NODE_FLOAT };

struct source_file;
struct node_pair;
/* There are millions of them in a long config: kept within 32 bytes. */
struct node {
  const struct source_file *file;
  union {
    const char *text; /* SCALAR, as written without quotes */
    struct node **items;
    struct node_pair *pairs;
  };
  uint32_t count;        /* LIST, MAP */
  uint32_t line, column; /* from 1; 0: not in a text that people see */
  uint8_t kind;          /* enum node_kind */
  uint8_t type;          /* SCALAR: enum node_type */
  bool quoted : 1;
  bool expanded : 1; /* ${VAR} was replaced: the text may stand for any scalar type */
  bool broken : 1;   /* its ${VAR} was reported: not checked further */
};
struct node_pair {
  struct node *key; /* a scalar */
  struct node *value;
};

struct source_file {
  char *path;   /* as named to the user; "-" is "<stdin>" */
  char *folder; /* relative paths start here */
  char *text;   /* for source lines in messages */
  size_t size;
  char digest[80]; /* "sha256:..." for the run report */
  uint32_t index;  /* order of loading */
  uint32_t mode;   /* permissions; 0: not a file */
};

/* First pair with this key, NULL if absent or map is no map. */
struct node *node_get(const struct node *map, const char *key);
struct node_pair *node_pair(const struct node *map, const char *key);
const char *node_text(const struct node *scalar); /* NULL if not a scalar or NULL */
#endif
