/* SPDX-License-Identifier: Apache-2.0 */
/* Files of this machine: of a file:// repository, and Helm's own settings. */
#ifndef PLUGINS_HELM_LOCAL_H
#define PLUGINS_HELM_LOCAL_H
#include <artmirror/host.h>
#include <stddef.h>

/* Opens a regular file. ARTM_NO: not there. */
int32_t local_open(const struct artm_host *, struct artm_call *, const char *path, int *fd,
                   uint64_t *size);
/* The same as a stream. */
int32_t local_stream(const struct artm_host *, struct artm_call *, const char *path,
                     struct artm_stream **ret, uint64_t *size);
/* Reads all of it, ended by NUL; more than max bytes are an error. Caller frees. */
int32_t local_read(const struct artm_host *, struct artm_call *, const char *path, size_t max,
                   char **data, size_t *size);
#endif
