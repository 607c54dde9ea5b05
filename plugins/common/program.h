/* SPDX-License-Identifier: Apache-2.0 */
/* A program as artmirror.process/1 would find it, so that what it once told of itself can be kept
 * and believed for as long as it is the same file. */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H
#include <artmirror/state.h>
#include <stdbool.h>

struct program {
  char *path; /* real path */
  char
      *identity; /* path, inode, size and times; NULL: a file that starts another one by its name */
};
/* Looks a name up in PATH. False: no such program. */
bool program_find(const char *name, struct program *);
void program_done(struct program *);

/* The version that was kept for this very file, NULL: none. Caller frees. */
char *program_kept_version(const struct program *, const struct artm_state *, struct artm_call *);
/* Keeps it; NULL forgets it. Neither state nor a failure matters. */
void program_keep_version(const struct program *, const struct artm_state *, struct artm_call *,
                          const char *version);
#endif
