/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of what is here already. */
#include "helm/chart/blob.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct blob {
  struct artm_stream abi; /* first: the host's pointer is cast back */
  const struct artm_host *host;
  const char *data; /* NULL: it is in fd */
  int fd;
  uint64_t at, size;
};

static int64_t blob_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                         uint64_t len) {
  struct blob *blob = (struct blob *)(void *)stream;
  uint64_t left = blob->size - blob->at;
  size_t part = (size_t)(len < left ? len : left);
  if (!part)
    return 0;
  ssize_t got = (ssize_t)part;
  if (blob->data)
    memcpy(buffer, blob->data + blob->at, part);
  else
    do
      got = pread(blob->fd, buffer, part, (off_t)blob->at);
    while (got < 0 && errno == EINTR);
  char reason[128];
  if (got <= 0)
    return fail(blob->host, call, ARTM_E_LOCAL, NULL, NULL, "can't read a downloaded chart: %s",
                got ? strerror_r(errno, reason, sizeof reason) : "its file was cut");
  blob->at += (uint64_t)got;
  return got;
}

static void blob_close(struct artm_stream *stream) {
  free(stream);
}

int32_t blob_open(const struct artm_host *host, struct artm_call *call, const void *data, int fd,
                  uint64_t size, uint64_t offset, struct artm_stream **ret) {
  if (offset > size)
    return artm_fail(host, call, ARTM_E_INTERNAL, "a blob of a chart ends before the offset", NULL);
  struct blob *blob = registry_zalloc(sizeof *blob);
  *blob = (struct blob){.abi = {(uint32_t)sizeof(struct artm_stream), 0, blob_read, blob_close},
                        .host = host,
                        .data = data,
                        .fd = fd,
                        .at = offset,
                        .size = size};
  *ret = &blob->abi;
  return 0;
}
