/* SPDX-License-Identifier: Apache-2.0 */
/* Files of this machine. */
#include "helm/repository/local.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct local_file {
  struct artm_stream stream; /* first */
  const struct artm_host *host;
  char *path;
  int fd;
};

int32_t local_open(const struct artm_host *host, struct artm_call *call, const char *path, int *fd,
                   uint64_t *size) {
  struct stat status;
  auto_fd opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us up */
  if (opened < 0 && (errno == ENOENT || errno == ENOTDIR))
    return ARTM_NO;
  if (opened < 0 || fstat(opened, &status) < 0)
    return fail(host, call, ARTM_E_LOCAL, path, NULL, "it can't be read: %s",
                strerrordesc_np(errno));
  if (!S_ISREG(status.st_mode))
    return fail(host, call, ARTM_E_LOCAL, path, NULL, "it is no regular file");
  *fd = opened;
  *size = (uint64_t)status.st_size;
  opened = -1;
  return 0;
}

static int64_t read_some(const struct artm_host *host, struct artm_call *call, const char *path,
                         int fd, void *buffer, size_t length) {
  for (;;) {
    ssize_t got = read(fd, buffer, length);
    if (got >= 0)
      return got;
    if (errno != EINTR)
      return fail(host, call, ARTM_E_LOCAL, path, NULL, "it can't be read: %s",
                  strerrordesc_np(errno));
  }
}

static int64_t stream_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                           uint64_t len) {
  const struct local_file *file = (const struct local_file *)(const void *)stream;
  int32_t rc = file->host->cancelled(call);
  size_t most = len < (1u << 20) ? (size_t)len : 1u << 20;
  return rc ? rc : read_some(file->host, call, file->path, file->fd, buffer, most);
}

static void stream_close(struct artm_stream *stream) {
  struct local_file *file = (struct local_file *)(void *)stream;
  close(file->fd);
  free(file->path);
  free(file);
}

int32_t local_stream(const struct artm_host *host, struct artm_call *call, const char *path,
                     struct artm_stream **ret, uint64_t *size) {
  int fd = -1;
  int32_t rc = local_open(host, call, path, &fd, size);
  if (rc)
    return rc;
  struct local_file *file = registry_zalloc(sizeof *file);
  *file = (struct local_file){
      {(uint32_t)sizeof file->stream, 0, stream_read, stream_close}, host, NULL, fd};
  file->path = registry_format("%s", path);
  *ret = &file->stream;
  return 0;
}

int32_t local_read(const struct artm_host *host, struct artm_call *call, const char *path,
                   size_t max, char **data, size_t *size) {
  uint64_t told = 0;
  auto_fd fd = -1;
  int32_t rc = local_open(host, call, path, &fd, &told);
  if (rc)
    return rc;
  char *text = registry_zalloc(max + 2);
  size_t length = 0;
  int64_t got = 1;
  while (length <= max && got > 0) {
    got = read_some(host, call, path, fd, text + length, max + 1 - length);
    length += got > 0 ? (size_t)got : 0;
  }
  if (got >= 0 && length <= max) {
    *data = text;
    *size = length;
    return 0;
  }
  explicit_bzero(text, length);
  free(text);
  return got < 0
             ? (int32_t)got
             : fail(host, call, ARTM_E_CONFIG, path, NULL, "it is larger than %zu KiB", max >> 10);
}
