/* SPDX-License-Identifier: Apache-2.0 */
/* The sample's chart repository: two versions of the chart in TEXTS/chart, and their index. */
#include "make-sample.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "hello-pages"
#define WRITTEN "1.0.0" /* the version in chart/Chart.yaml */
#define TEXT_MAX 8192
#define ARCHIVE_MAX (64 * 1024)

static const char *const versions[] = {"1.1.0", WRITTEN}; /* newest first, as helm's index */
static const char *const files[] = {"Chart.yaml", "values.yaml", "templates/deployment.yaml",
                                    "templates/service.yaml", "templates/NOTES.txt"};

struct text {
  char data[TEXT_MAX];
  size_t size;
};

static void append(struct text *text, const char *data, size_t size) {
  errno = EFBIG;
  if (size > sizeof text->data - text->size)
    die("hold a text of", target);
  memcpy(text->data + text->size, data, size);
  text->size += size;
}

static void append_string(struct text *text, const char *string) {
  append(text, string, strlen(string));
}

/* A file of the chart. What names the written version gets another one. */
static void read_file(const char *name, const char *version, struct text *ret) {
  char path[100], data[TEXT_MAX];
  path_in(path, sizeof path, "chart/%s", name);
  data[read_text(path, data, sizeof data - 1)] = '\0';
  ret->size = 0;
  const char *rest = data;
  for (const char *found; (found = strstr(rest, WRITTEN)) != NULL;) {
    append(ret, rest, (size_t)(found - rest));
    append_string(ret, version);
    rest = found + strlen(WRITTEN);
  }
  append_string(ret, rest);
}

static void must(int result, struct archive *archive) {
  if (result == ARCHIVE_OK)
    return;
  errno = archive_errno(archive);
  die("pack the chart into", target);
}

static void add_file(struct archive *archive, const char *name, const struct text *text) {
  char path[100];
  path_in(path, sizeof path, NAME "/%s", name);
  struct archive_entry *entry = archive_entry_new();
  if (!entry)
    die("add", name);
  archive_entry_set_pathname(entry, path);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, (la_int64_t)text->size);
  archive_entry_set_mtime(entry, date, 0);
  must(archive_write_header(archive, entry), archive);
  archive_entry_free(entry);
  if (archive_write_data(archive, text->data, text->size) != (la_ssize_t)text->size)
    must(ARCHIVE_FATAL, archive);
}

static size_t pack(const char *version, void *ret) {
  struct archive *archive = archive_write_new();
  size_t size = 0;
  if (!archive)
    die("pack", NAME);
  must(archive_write_add_filter_gzip(archive), archive);
  must(archive_write_set_format_ustar(archive), archive);
  must(archive_write_set_options(archive, "gzip:!timestamp"), archive);
  must(archive_write_open_memory(archive, ret, ARCHIVE_MAX, &size), archive);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    struct text text;
    read_file(files[i], version, &text);
    add_file(archive, files[i], &text);
  }
  must(archive_write_close(archive), archive);
  archive_write_free(archive);
  return size;
}

/* One version in the index: its Chart.yaml, then what only the index has. */
static void add_entry(struct text *index, const char *version, const char *digest) {
  struct text chart;
  char created[DATE_SIZE], more[256];
  read_file("Chart.yaml", version, &chart);
  const char *start = "  - ";
  for (size_t at = 0; at < chart.size;) {
    const char *line = chart.data + at;
    const char *end = memchr(line, '\n', chart.size - at);
    size_t len = end ? (size_t)(end - line) + 1 : chart.size - at;
    append_string(index, start);
    append(index, line, len);
    start = "    ";
    at += len;
  }
  date_text(created);
  path_in(more, sizeof more,
          "    created: '%s'\n    digest: %s\n    urls:\n      - " NAME "-%s.tgz\n", created,
          digest + strlen("sha256:"), version);
  append_string(index, more);
}

void make_charts(void) {
  struct text index = {.size = 0};
  char path[4096];
  char *archive = malloc(ARCHIVE_MAX);
  if (!archive)
    die("pack", NAME);
  append_string(&index, "apiVersion: v1\nentries:\n  " NAME ":\n");
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
    char digest[DIGEST_SIZE];
    size_t size = pack(versions[i], archive);
    path_in(path, sizeof path, "%s/" NAME "-%s.tgz", target, versions[i]);
    write_file(path, archive, size);
    digest_of(archive, size, digest);
    add_entry(&index, versions[i], digest);
  }
  free(archive);
  char created[DATE_SIZE], end[64];
  date_text(created);
  path_in(end, sizeof end, "generated: '%s'\n", created);
  append_string(&index, end);
  path_in(path, sizeof path, "%s/index.yaml", target);
  write_file(path, index.data, index.size);
}
