/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of what is here already: in memory, or in an unnamed file. */
#ifndef PLUGINS_HELM_BLOB_H
#define PLUGINS_HELM_BLOB_H
#include <artmirror/host.h>

/* data or, if that is NULL, fd: read at a place of the stream's own, so that several may be open.
 * It outlives the stream. Offsets behind size are ARTM_E_INTERNAL. */
int32_t blob_open(const struct artm_host *, struct artm_call *, const void *data, int fd,
                  uint64_t size, uint64_t offset, struct artm_stream **ret);
#endif
