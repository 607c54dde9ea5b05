/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders. Descriptors are close-on-exec. Messages name the path. */
#ifndef BASE_FS_H
#define BASE_FS_H
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include <stdbool.h>

/* Reads a whole file of at most max bytes ("-" is standard input). ARTM_E_LOCAL with the path,
 * ARTM_E_NOT_FOUND if it does not exist. */
int fs_read(const char *path, size_t max, struct buf *out, struct error *err);
/* Replaces a file whole: temp file beside it, fsync, rename, fsync of the folder. */
int fs_write(const char *path, const void *data, size_t len, unsigned mode, struct error *err);
/* The same for what may be lost: after a power failure it may be empty. Many of them are cheap. */
int fs_write_unsynced(const char *path, const void *data, size_t len, unsigned mode,
                      struct error *err);
/* Copies a plain file whole, under another name until it is complete; not synced. */
int fs_copy(const char *from, const char *to, unsigned mode, struct error *err);
/* mkdir -p; the folders it makes get mode. */
int fs_make_folders(const char *path, unsigned mode, struct error *err);
/* Names in a folder, sorted by bytes, without "." and "..". */
int fs_list(const char *path, struct strings *names, struct error *err);
/* Removes a folder with all in it; does not follow links. */
int fs_remove_tree(const char *path, struct error *err);
/* A new private (0700) folder in $TMPDIR or /tmp; caller frees the path. */
int fs_private_folder(char **ret_path, struct error *err);
/* An unnamed file (O_TMPFILE or unlinked). */
int fs_temp_file(int *ret_fd, struct error *err);
bool fs_is_folder(const char *path);
bool fs_exists(const char *path);
char *fs_join(const char *folder, const char *name); /* name alone if it is absolute */
char *fs_parent(const char *path);                   /* "." if it has none */
/* Writes all bytes, through EINTR and short writes. 0 or -1 with errno. */
int fd_write_all(int fd, const void *data, size_t len);
/* Copies from one to the end into the other. 0 or -1 with errno. */
int fd_copy_all(int from, int to);
void fd_close(int *fd); /* for cleanup attributes; -1 is fine */
#define auto_fd __attribute__((cleanup(fd_close))) int
#endif
