/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in the config made absolute. */
#include "config/path.h"
#include "base/fs.h"
#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a relative path starts. Caller frees. */
static char *base_of(const struct node *at) {
  const char *folder = at->file != NULL && at->file->folder != NULL ? at->file->folder : ".";
  auto_free char *here = folder[0] == '/' ? NULL : getcwd(NULL, 0);
  if (here == NULL || strcmp(folder, ".") == 0)
    return str_copy(here != NULL ? here : folder);
  return fs_join(here, folder);
}

static bool starts_at_home(const char *text) {
  return text[0] == '~' && text[1] == '/';
}

bool path_lacks_home(const char *path) {
  const char *home = getenv("HOME");
  return starts_at_home(path) && (home == NULL || home[0] != '/');
}

char *path_absolute(const struct node *scalar) {
  const char *text = scalar->text;
  if (text[0] == '/' || text[0] == '\0' || path_lacks_home(text))
    return str_copy(text);
  if (starts_at_home(text))
    return fs_join(getenv("HOME"), text + 2);
  while (text[0] == '.' && text[1] == '/')
    text += 1 + strspn(text + 1, "/");
  auto_free char *base = base_of(scalar);
  return text[0] == '\0' || strcmp(text, ".") == 0 ? str_copy(base) : fs_join(base, text);
}

#define FILE_SCHEME "file://"

/* A path as it stands in a URL (RFC 3986, 3.3). Caller frees. */
static char *encoded(const char *path) {
  struct buf out = {0};
  for (; *path != '\0'; path++) {
    bool plain = isalnum((unsigned char)*path) || strchr("/-._~", *path) != NULL;
    buf_printf(&out, plain ? "%c" : "%%%02X", (unsigned)(unsigned char)*path);
  }
  return buf_take(&out);
}

/* "file://../x": the only relative URLs. What is no URL of a file stays as it is. */
static char *url_absolute(const struct node *scalar) {
  if (!text_starts(scalar->text, FILE_SCHEME "./") && !text_starts(scalar->text, FILE_SCHEME "../"))
    return str_copy(scalar->text);
  const char *path = scalar->text + strlen(FILE_SCHEME);
  path += path[1] == '/' ? 2 : 0;
  auto_free char *base = base_of(scalar), *start = encoded(base);
  return str_format(FILE_SCHEME "%s/%s", start, path);
}

static struct node *changed_scalar(struct node *scalar, uint32_t type, struct arena *memory) {
  if (scalar->kind != NODE_SCALAR || scalar->type != NODE_STRING)
    return scalar;
  auto_free char *path = type == ARTM_TYPE_URL ? url_absolute(scalar) : path_absolute(scalar);
  if (strcmp(path, scalar->text) == 0)
    return scalar;
  struct node *copy = arena_alloc(memory, sizeof *copy);
  *copy = *scalar;
  copy->text = arena_copy(memory, path);
  return copy;
}

static struct node *changed_value(struct node *value, const struct artm_field *field,
                                  struct arena *memory) {
  if (value->kind != NODE_LIST)
    return changed_scalar(value, field->type, memory);
  struct node *copy = arena_alloc(memory, sizeof *copy);
  *copy = *value;
  copy->items = arena_alloc(memory, (value->count + 1) * sizeof(struct node *));
  for (uint32_t i = 0; i < value->count; i++)
    copy->items[i] = changed_scalar(value->items[i], field->element, memory);
  return copy;
}

const struct node *paths_make_absolute(const struct field_table *table, const struct node *map,
                                       struct arena *memory) {
  struct node *copy = NULL;
  if (map == NULL || map->kind != NODE_MAP)
    return map;
  for (uint32_t i = 0; i < map->count; i++) {
    const char *key = node_text(map->pairs[i].key);
    const struct artm_field *field = key != NULL ? field_find(table, key) : NULL;
    if (field == NULL || (field->flags & ARTM_FIELD_PATH) == 0)
      continue;
    if (copy == NULL) {
      copy = arena_alloc(memory, sizeof *copy);
      *copy = *map;
      copy->pairs = arena_alloc(memory, map->count * sizeof *copy->pairs);
      memcpy(copy->pairs, map->pairs, map->count * sizeof *copy->pairs);
    }
    copy->pairs[i].value = changed_value(map->pairs[i].value, field, memory);
  }
  return copy != NULL ? copy : map;
}
