/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a folder are ours: nothing else in it is ever moved or removed. */
#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/folder_part.h"
#include "report/json_write.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEMA "artmirror.reports/1"
#define MARKER_MAX ((size_t)32 << 20)

void folder_marker_done(struct folder_marker *marker) {
  free_pointer(&marker->run);
  strings_done(&marker->files);
  *marker = (struct folder_marker){0};
}

static int refuse(const struct folder *folder, const char *why, struct error *err) {
  error_set(err, ARTM_E_LOCAL, "%s in the report folder is not artmirror's: %s", FOLDER_MARKER,
            why);
  error_where(err, "%s", folder->path);
  return error_hint(err, "remove it, or choose another folder");
}

static int read_all(int fd, size_t len, struct buf *out) {
  char chunk[65536];
  while (out->len < len) {
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    if (!buf_add(out, chunk, (size_t)got))
      return -1;
  }
  return 0;
}

/* A name in this very folder, and no hidden one. */
static bool is_name(const char *name) {
  return name != NULL && name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static bool take_document(const json_t *document, struct folder_marker *ret) {
  const char *schema = json_text(document, "schema"), *run = json_text(document, "run");
  const json_t *files = json_object_get(document, "files"), *file;
  json_int_t start = json_number(document, "start_ms", -1);
  size_t i;
  if (schema == NULL || strcmp(schema, SCHEMA) != 0 || run == NULL || !json_is_array(files) ||
      start < 0 || start / 1000 > TIME_MAX_SECONDS)
    return false;
  json_array_foreach(files, i, file) {
    if (!is_name(json_string_value(file)))
      return false;
    strings_add(&ret->files, json_string_value(file));
  }
  ret->run = str_copy(run);
  ret->start_ms = start;
  return true;
}

int folder_marker_read(const struct folder *folder, struct folder_marker *ret, struct error *err) {
  struct stat status;
  auto_fd fd =
      openat(folder->fd, FOLDER_MARKER, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return 0;
  if (fd < 0)
    return refuse(folder, strerrordesc_np(errno), err);
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return refuse(folder, "no plain file", err);
  auto_buf text = {.max = MARKER_MAX};
  auto_error problem = {0};
  auto_json document = NULL;
  auto_marker marker = {0};
  if (read_all(fd, (size_t)status.st_size, &text) != 0)
    return refuse(folder, "it is too large or can't be read", err);
  if (json_parse(text.len > 0 ? text.data : "", text.len, &document, &problem) != 0)
    return refuse(folder, problem.message, err);
  if (!take_document(document, &marker))
    return refuse(folder, "it has another content", err);
  *ret = marker;
  marker = (struct folder_marker){0};
  return 1;
}

int folder_marker_write(const struct folder *folder, const struct folder_marker *marker,
                        struct error *err) {
  json_t *files = json_array();
  for (size_t i = 0; i < marker->files.count; i++)
    json_array_append_new(files, json_string(marker->files.items[i]));
  auto_json document = json_pack("{s:s,s:s,s:I,s:o}", "schema", SCHEMA, "run", marker->run,
                                 "start_ms", (json_int_t)marker->start_ms, "files", files);
  auto_free char *text = json_compact(document);
  return folder_write(folder, FOLDER_MARKER, text, strlen(text), err);
}
