/* SPDX-License-Identifier: Apache-2.0 */
/* A file being written in the target's .artmirror/tmp. */
#ifndef LAYOUT_TEMP_H
#define LAYOUT_TEMP_H
#include "store.h"

struct temp {
  int folder; /* .artmirror/tmp */
  int fd;
  char name[24];
};
/* Makes root and the folder of temp files, and opens a new file; answers 0 or -errno. */
int temp_open(struct store *, struct temp *);
/* Removes the file, if it still has its temporary name, and closes. */
void temp_done(struct temp *);
#define TEMP_NONE ((struct temp){.folder = -1, .fd = -1})
#define auto_temp __attribute__((cleanup(temp_done))) struct temp

/* mkdir -p of the target's folder; opens it, or -errno. */
int store_root(const struct store *);
#endif
