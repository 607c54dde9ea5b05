/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the config, reads its files and merges them into one document. */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H
#include "base/error.h"
#include "base/text.h"
#include "config/node.h"
#include "config/problem.h"

struct document {
  struct arena memory;
  struct source_file **files; /* in order of loading */
  size_t file_count;
  struct node **roots; /* one map a file; NULL for an empty file */
  char *origin;        /* what was picked and why, for the first line of output: "./configs" */
  size_t node_count;   /* written in the files */
  size_t alias_count;  /* that aliases stand for */
};

/* Reads one YAML text into a tree (events only, depth 64, alias budget, duplicate keys refused,
 * "<<" merged). NULL with problems added when it can't be read. An empty text gives NULL without a
 * problem. */
struct node *yaml_read(struct document *, struct source_file *, struct problems *);

/* paths: --config values (files, folders, "-"); none: $ARTMIRROR_CONFIG, ./configs,
 * $XDG_CONFIG_HOME/artmirror (~/.config/artmirror), /etc/artmirror, the first that exists.
 * err (CONFIG) only if nothing is found or can't be opened, and then the document stays as it was;
 * what is wrong inside goes to problems. */
int document_load(const struct strings *paths, struct document *, struct problems *,
                  struct error *err);
/* Adds a file from a text in memory, whose folder is ".". */
int document_load_text(const char *name, const char *text, struct document *, struct problems *);
void document_done(struct document *);
#endif
