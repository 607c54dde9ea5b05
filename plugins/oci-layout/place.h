/* SPDX-License-Identifier: Apache-2.0 */
/* Where a layout is on disk, and how its files are reached: only the folder that the user named may
 * lie behind symbolic links, nothing below it. Functions answer a descriptor or 0, else -errno. */
#ifndef LAYOUT_PLACE_H
#define LAYOUT_PLACE_H
#include "common/cleanup.h"
#include "common/grammar.h"
#include <artmirror/host.h>
#include <stdbool.h>
#include <sys/stat.h>

#define MANIFEST_MAX (4u << 20)
#define HIDDEN ".artmirror" /* the target's own folder; no repository may begin with a dot */

struct place {
  const struct artm_host *host;
  const char *root;      /* the folder that the user named */
  const char *name;      /* repository below it, "" for the folder itself */
  const char *reference; /* for messages */
};

/* Path of a blob in its layout, "blobs/sha256/0123". */
#define BLOB_PATH_MAX (sizeof "blobs/" + DIGEST_TEXT_MAX)
void blob_path(const char *digest, char ret[BLOB_PATH_MAX]);

/* Opens the user's folder itself. */
int place_root(const struct place *);
/* Opens the folder of the layout. */
int place_folder(const struct place *);
/* Opens a folder below a folder. */
int folder_at(int folder, const char *below);
/* The same; makes what is missing, and lasting. */
int make_folder_at(int folder, const char *below);
/* Opens a regular file below a folder for reading. */
int file_at(int folder, const char *below, struct stat *ret);
/* 0 if a regular file of that size is there, -ENOENT if it is not or is something else. */
int has_file(int folder, const char *below, uint64_t size);
/* Writes all bytes. */
int file_write(int fd, const void *data, size_t len);

/* Fails with "can't ACTION: reason", naming the path (root/name/below). -ENOMEM and the like
 * included. */
int32_t place_fail(const struct place *, struct artm_call *, int negative_errno, const char *action,
                   const char *below);
/* Reads a regular file whole; the data is followed by a NUL. 0, ARTM_NO: absent, or an error. */
int32_t place_read(const struct place *, struct artm_call *, const char *below, size_t max,
                   char **data, size_t *size);
#endif
