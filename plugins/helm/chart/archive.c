/* SPDX-License-Identifier: Apache-2.0 */
/* The packaged chart: one libarchive reader unpacks, a second one reads the tar in what the first
 * gives, so that every unpacked byte is counted and none after the tar's end stays unseen. */
#include "helm/chart/archive.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/chart/member.h"
#include "helm/helm.h"
#include "helm/printable.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 10000u
#define BLOCK 65536u

struct reading {
  const struct artm_host *host;
  struct artm_call *call;
  const char *where;
  int fd;
  off_t at; /* where the next packed block begins */
  struct archive *gzip, *tar;
  uint64_t unpacked; /* bytes so far */
  uint64_t used;     /* all unpacked bytes behind these are zero */
  uint64_t content;  /* of all files */
  uint32_t count;
  int32_t answer; /* why a callback gave up */
  char packed[BLOCK];
};

static int32_t refuse(const struct reading *reading, const char *name, const char *what) {
  static const char hint[] = "this is no chart that helm would take; ask who publishes it";
  if (!name)
    return fail(reading->host, reading->call, ARTM_E_DIGEST, reading->where, hint,
                "the chart's archive %s", what);
  auto_free char *shown = printable(name);
  return fail(reading->host, reading->call, ARTM_E_DIGEST, reading->where, hint,
              "'%s' in the archive %s", shown, what);
}

static la_ssize_t read_packed(struct archive *archive, void *arg, const void **block) {
  struct reading *reading = arg;
  ssize_t got;
  (void)archive;
  do
    got = pread(reading->fd, reading->packed, sizeof reading->packed, reading->at);
  while (got < 0 && errno == EINTR);
  char reason[128];
  if (got < 0) {
    reading->answer =
        fail(reading->host, reading->call, ARTM_E_LOCAL, reading->where, NULL,
             "can't read the downloaded file: %s", strerror_r(errno, reason, sizeof reason));
    return ARCHIVE_FATAL;
  }
  reading->at += got;
  *block = reading->packed;
  return got;
}

static void note_end(struct reading *reading, const char *block, size_t size) {
  size_t end = size;
  while (end && !block[end - 1])
    end--;
  if (end)
    reading->used = reading->unpacked + end;
}

static la_ssize_t read_unpacked(struct archive *archive, void *arg, const void **block) {
  struct reading *reading = arg;
  size_t size = 0;
  (void)archive;
  while (!size) {
    la_int64_t offset;
    reading->answer = reading->host->cancelled(reading->call);
    if (reading->answer)
      return ARCHIVE_FATAL;
    int result = archive_read_data_block(reading->gzip, block, &size, &offset);
    if (result == ARCHIVE_EOF)
      return 0;
    if (result < ARCHIVE_WARN) {
      if (!reading->answer)
        reading->answer = refuse(reading, NULL, "is damaged: its gzip data end or break early");
      return ARCHIVE_FATAL;
    }
  }
  note_end(reading, *block, size);
  reading->unpacked += size;
  if (reading->unpacked <= CHART_MAX)
    return (la_ssize_t)size;
  reading->answer = refuse(reading, NULL, "unpacks to more than 100 MiB");
  return ARCHIVE_FATAL;
}

/* A first look, for a better word than libarchive has. */
static int32_t check_magic(const struct reading *reading) {
  char magic[3] = "";
  ssize_t got = pread(reading->fd, magic, sizeof magic, 0);
  if (got == sizeof magic && !memcmp(magic, "\x1f\x8b\x08", sizeof magic))
    return 0;
  return refuse(reading, NULL,
                got == 0 ? "is empty" : "does not begin as gzip; is its address a web page?");
}

static int32_t open_gzip(struct reading *reading) {
  struct archive_entry *whole;
  archive_read_support_filter_gzip(reading->gzip);
  archive_read_support_format_raw(reading->gzip);
  int result = archive_read_open(reading->gzip, reading, NULL, read_packed, NULL);
  if (result >= ARCHIVE_WARN)
    result = archive_read_next_header(reading->gzip, &whole);
  if (reading->answer)
    return reading->answer;
  if (result < ARCHIVE_WARN || result == ARCHIVE_EOF)
    return refuse(reading, NULL, "is damaged: its gzip data can't be read");
  if (archive_filter_count(reading->gzip) == 2) /* gzip and the file itself */
    return 0;
  return refuse(reading, NULL, "is no whole gzip, or packed more than once");
}

static int32_t tar_failed(const struct reading *reading) {
  return reading->answer ? reading->answer : refuse(reading, NULL, "holds no whole tar");
}

/* Keeps the file that the reader stands at. */
static int32_t keep(const struct reading *reading, const char *name, size_t size, char **ret,
                    size_t *ret_size) {
  if (*ret)
    return refuse(reading, name, "stands there a second time");
  auto_free char *data = registry_zalloc(size + 1);
  size_t have = 0;
  while (have < size) {
    la_ssize_t got = archive_read_data(reading->tar, data + have, size - have);
    if (got < 0)
      return tar_failed(reading);
    if (got == 0)
      return refuse(reading, name, "is cut");
    have += (size_t)got;
  }
  *ret = registry_take(&data);
  *ret_size = size;
  return 0;
}

static int32_t read_file(struct reading *reading, struct archive_entry *entry, const char *name,
                         const char *path, struct chart_files *files) {
  int64_t size = archive_entry_size(entry);
  if (size < 0 || size > CHART_FILE_MAX)
    return refuse(reading, name, "has more than 5 MiB");
  reading->content += (uint64_t)size;
  if (reading->content > CHART_MAX) /* sparse files say less than they are */
    return refuse(reading, NULL, "unpacks to more than 100 MiB");
  if (!strcmp(path, "Chart.yaml"))
    return keep(reading, name, (size_t)size, &files->chart, &files->chart_size);
  if (!strcmp(path, "requirements.yaml"))
    return keep(reading, name, (size_t)size, &files->requirements, &files->requirements_size);
  return 0;
}

static int32_t read_entry(struct reading *reading, struct archive_entry *entry,
                          struct chart_files *files) {
  const char *name = archive_entry_pathname(entry);
  if (!name)
    name = archive_entry_pathname_utf8(entry);
  if (++reading->count > FILES_MAX)
    return refuse(reading, NULL, "has more than 10,000 files");
  if (!name || !*name)
    return refuse(reading, NULL, "has a file without a name");
  bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  if (archive_entry_hardlink(entry) || archive_entry_symlink(entry))
    return refuse(reading, name, "is a link");
  if (!is_folder && archive_entry_filetype(entry) != AE_IFREG)
    return refuse(reading, name, "is neither a file nor a folder");
  auto_free char *path = NULL;
  const char *why = member_path(name, is_folder, &path);
  if (why)
    return refuse(reading, name, why);
  return is_folder ? 0 : read_file(reading, entry, name, path, files);
}

static int32_t read_tar(struct reading *reading, struct chart_files *files) {
  archive_read_support_format_tar(reading->tar);
  int result = archive_read_open(reading->tar, reading, NULL, read_unpacked, NULL);
  while (result >= ARCHIVE_WARN) {
    struct archive_entry *entry;
    result = archive_read_next_header(reading->tar, &entry);
    if (result == ARCHIVE_EOF)
      return 0;
    int32_t answer = result < ARCHIVE_WARN ? 0 : read_entry(reading, entry, files);
    if (answer)
      return answer;
  }
  return tar_failed(reading);
}

/* What stands behind the tar's end is read by some tools and not by others. */
static int32_t check_end(struct reading *reading) {
  uint64_t end = (uint64_t)archive_filter_bytes(reading->tar, -1);
  const void *block;
  la_ssize_t got;
  do
    got = read_unpacked(reading->tar, reading, &block);
  while (got > 0);
  if (got < 0)
    return reading->answer;
  if (reading->used > end)
    return refuse(reading, NULL, "goes on after the tar's end");
  struct stat st;
  if (!fstat(reading->fd, &st) && archive_filter_bytes(reading->gzip, -1) == st.st_size)
    return 0;
  return refuse(reading, NULL, "goes on after the gzip data");
}

static int32_t read_all(struct reading *reading, struct chart_files *files) {
  int32_t answer = check_magic(reading);
  if (!answer)
    answer = open_gzip(reading);
  if (!answer)
    answer = read_tar(reading, files);
  if (!answer)
    answer = check_end(reading);
  if (!answer && !files->chart)
    answer = refuse(reading, NULL, "has no FOLDER/Chart.yaml");
  return answer;
}

int32_t archive_read(const struct artm_host *host, struct artm_call *call, int fd,
                     const char *where, struct chart_files *ret) {
  auto_free struct reading *reading = registry_zalloc(sizeof *reading);
  reading->host = host;
  reading->call = call;
  reading->where = where;
  reading->fd = fd;
  reading->gzip = archive_read_new();
  reading->tar = archive_read_new();
  struct chart_files files = {0};
  int32_t answer = reading->gzip && reading->tar
                       ? read_all(reading, &files)
                       : artm_fail(host, call, ARTM_E_NOMEM, "out of memory", where);
  archive_read_free(reading->tar);
  archive_read_free(reading->gzip);
  if (answer)
    chart_files_done(&files);
  else
    *ret = files;
  return answer;
}

void chart_files_done(struct chart_files *files) {
  free(files->chart);
  free(files->requirements);
  *files = (struct chart_files){0};
}
