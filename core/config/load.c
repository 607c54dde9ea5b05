/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the config, reads its files and merges them into one document. */
#include "config/load.h"
#include "base/fs.h"
#include "oci/digest.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (64u << 20)

/* Takes text over. */
static void add_file(struct document *document, const char *path, char *folder, struct buf *text,
                     uint32_t mode, struct problems *problems) {
  struct source_file *file = mem_alloc(sizeof *file);
  file->path = str_copy(path);
  file->folder = folder;
  file->size = text->len;
  file->text = buf_take(text);
  file->index = (uint32_t)document->file_count;
  file->mode = mode;
  struct digest digest = digest_of(file->text, file->size, NULL);
  memcpy(file->digest, digest.text, sizeof file->digest - 1);
  size_t count = document->file_count + 1;
  document->files = mem_resize(document->files, count, sizeof *document->files);
  document->roots = mem_resize(document->roots, count, sizeof *document->roots);
  document->files[count - 1] = file;
  document->roots[count - 1] = NULL;
  document->file_count = count;
  document->roots[count - 1] = yaml_read(document, file, problems);
}

int document_load_text(const char *name, const char *text, struct document *document,
                       struct problems *problems) {
  auto_buf copy = {0};
  buf_text(&copy, text);
  add_file(document, name, str_copy("."), &copy, 0, problems);
  return 0;
}

static int unreadable(struct error *err, const char *path, const struct error *reason) {
  error_set(err, ARTM_E_CONFIG, "the config can't be read: %s", reason->message);
  return error_where(err, "%s", path);
}

static int load_file(struct document *document, const char *path, struct problems *problems,
                     struct error *err) {
  auto_buf text = {0};
  auto_error reason = {0};
  bool is_input = strcmp(path, "-") == 0;
  if (fs_read(path, FILE_MAX, &text, &reason) < 0)
    return unreadable(err, path, &reason);
  struct stat status;
  bool is_file = !is_input && stat(path, &status) == 0 && S_ISREG(status.st_mode);
  char *folder = is_input ? str_copy(".") : fs_parent(path);
  add_file(document, is_input ? "<stdin>" : path, folder, &text,
           is_file ? status.st_mode & 07777 : 0, problems);
  return 0;
}

static bool is_config_name(const char *name) {
  return name[0] != '.' && (text_ends(name, ".yaml") || text_ends(name, ".yml"));
}

static int load_folder(struct document *document, const char *folder, struct problems *problems,
                       struct error *err) {
  auto_strings names = {0};
  auto_error reason = {0};
  if (fs_list(folder, &names, &reason) < 0)
    return unreadable(err, folder, &reason);
  size_t before = document->file_count;
  for (size_t i = 0; i < names.count; i++) {
    if (!is_config_name(names.items[i]))
      continue;
    auto_free char *path = fs_join(folder, names.items[i]);
    if (fs_is_folder(path))
      continue;
    int code = load_file(document, path, problems, err);
    if (code < 0)
      return code;
  }
  if (document->file_count > before)
    return 0;
  error_set(err, ARTM_E_CONFIG, "the folder '%s' holds no *.yaml or *.yml file", folder);
  error_where(err, "%s", folder);
  return error_hint(err, "write images.yaml into it, or name another place with --config");
}

static int load_path(struct document *document, const char *path, struct problems *problems,
                     struct error *err) {
  if (strcmp(path, "-") != 0 && fs_is_folder(path))
    return load_folder(document, path, problems, err);
  if (strcmp(path, "-") != 0 && !fs_exists(path)) {
    error_set(err, ARTM_E_CONFIG, "there is no config at '%s'", path);
    return error_where(err, "%s", path);
  }
  return load_file(document, path, problems, err);
}

static int load_named(struct document *document, const struct strings *paths,
                      struct problems *problems, struct error *err) {
  auto_buf origin = {0};
  for (size_t i = 0; i < paths->count; i++) {
    int code = load_path(document, paths->items[i], problems, err);
    if (code < 0)
      return code;
    buf_printf(&origin, "%s%s", i ? ", " : "",
               strcmp(paths->items[i], "-") == 0 ? "<stdin>" : paths->items[i]);
  }
  document->origin = buf_take(&origin);
  return 0;
}

/* The user's own folder, NULL if the environment names none. */
static char *user_folder(void) {
  const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  if (config && config[0] == '/')
    return str_format("%s/artmirror", config);
  return home && home[0] == '/' ? str_format("%s/.config/artmirror", home) : NULL;
}

static int load_found(struct document *document, struct problems *problems, struct error *err) {
  const char *named = getenv("ARTMIRROR_CONFIG");
  if (named && *named) {
    int code = load_path(document, named, problems, err);
    if (code < 0)
      return error_wrap(err, "ARTMIRROR_CONFIG");
    document->origin = str_format("%s (from ARTMIRROR_CONFIG)", named);
    return 0;
  }
  auto_free char *user = user_folder();
  const char *const places[] = {"configs", user, "/etc/artmirror"};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (!places[i] || !fs_exists(places[i]))
      continue;
    document->origin = str_format("%s%s", i == 0 ? "./" : "", places[i]);
    return load_path(document, places[i], problems, err);
  }
  error_set(err, ARTM_E_CONFIG, "no config found; looked at ./configs%s%s and /etc/artmirror",
            user ? ", " : "", user ? user : "");
  return error_hint(err, "write ./configs/images.yaml, or name a file or folder with --config");
}

int document_load(const struct strings *paths, struct document *ret, struct problems *problems,
                  struct error *err) {
  struct document document = {0};
  struct problems found = {0};
  int code = paths && paths->count ? load_named(&document, paths, &found, err)
                                   : load_found(&document, &found, err);
  if (code < 0) {
    problems_done(&found);
    document_done(&document);
    return code;
  }
  problems_move(problems, &found);
  *ret = document;
  return 0;
}

void document_done(struct document *document) {
  for (size_t i = 0; i < document->file_count; i++) {
    struct source_file *file = document->files[i];
    free(file->path);
    free(file->folder);
    if (file->text)
      explicit_bzero(file->text, file->size);
    free(file->text);
    free(file);
  }
  free(document->files);
  free(document->roots);
  free(document->origin);
  arena_done(&document->memory);
  *document = (struct document){0};
}
