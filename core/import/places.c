/* SPDX-License-Identifier: Apache-2.0 */
/* Targets and destinations: the file names a repository for each step, we a target for all and what
 * stands below it. */
#include "base/text.h"
#include "import/part.h"
#include "matrix/entry.h"
#include <string.h>

#define ANY_TAG "latest"

bool place_by_default(const struct import_item *item, struct arena *memory, const char **ret) {
  const struct section_schema *schema = item->schema;
  const struct artm_field *name = field_with_role(&schema->fields, ARTM_ROLE_NAME);
  const struct entry entry = {
      .schema = schema,
      .node = item->fields,
      .config = {&schema->fields, item->fields, NULL},
      .core = {core_entry_fields(), item->fields, NULL},
      .name = name ? node_text(node_get(item->fields, name->name)) : NULL,
      .destination = schema->destination,
  };
  const struct version_item version = {.text = ANY_TAG, .at = item->fields};
  struct problems ignored = {0};
  const char *tag;
  bool fine = destination_make(&entry, &version, memory, ret, &tag, &ignored);
  problems_done(&ignored);
  return fine && strcmp(tag, ANY_TAG) == 0;
}

/* Is "a/b" the same as, or above, "a/b/c"? "" is above all. */
static bool is_above(const char *prefix, const char *path) {
  size_t len = strlen(prefix);
  return len == 0 || (strncmp(prefix, path, len) == 0 && (path[len] == '/' || path[len] == '\0'));
}

/* The part of repository before "/NAME"; "" if there is none. False: NAME is not its end. */
static bool prefix_before(const char *repository, const char *name, char **ret) {
  size_t len = strlen(repository), name_len = strlen(name);
  if (strcmp(repository, name) == 0) {
    *ret = str_copy("");
    return true;
  }
  if (len <= name_len + 1 || !text_ends(repository, name) || repository[len - name_len - 1] != '/')
    return false;
  *ret = str_copy_n(repository, len - name_len - 1);
  return true;
}

/* Cuts common until it is above the repository's parent. */
static void cut_common(char *common, const char *repository) {
  const char *slash = strrchr(repository, '/');
  auto_free char *parent =
      slash ? str_copy_n(repository, (size_t)(slash - repository)) : str_copy("");
  while (!is_above(common, parent)) {
    char *cut = strrchr(common, '/');
    *(cut ? cut : common) = '\0';
  }
}

/* Where an item goes, or NULL. */
static struct import_place *place_of(const struct import *import, const struct import_item *item) {
  uintptr_t position = item->fields && item->target_registry
                           ? (uintptr_t)map_get(&import->place_of, item->target_registry)
                           : 0;
  return position ? &import->places[position - 1] : NULL;
}

/* The prefix below which this item needs no destination, if all that go there can be below it. */
static char *fitting_prefix(const struct import_item *item, const struct import_place *place) {
  struct arena memory = {0};
  const char *name;
  auto_free char *prefix = NULL;
  bool fits = place_by_default(item, &memory, &name) &&
              prefix_before(item->target_repository, name, &prefix) &&
              is_above(prefix, place->common);
  arena_done(&memory);
  return fits ? take(prefix) : NULL;
}

/* The prefix below which most entries need no destination, else the longest that all have. */
static void choose_prefixes(struct import *import) {
  struct map votes = {0};
  for (size_t i = 0; i < import->item_count; i++) {
    struct import_place *place = place_of(import, &import->items[i]);
    if (place)
      cut_common(place->common, import->items[i].target_repository);
  }
  for (size_t i = 0; i < import->item_count; i++) {
    struct import_place *place = place_of(import, &import->items[i]);
    auto_free char *prefix = place ? fitting_prefix(&import->items[i], place) : NULL;
    if (!prefix)
      continue;
    auto_free char *key = str_format("%s/%s", place->registry, prefix);
    uintptr_t count = (uintptr_t)map_get(&votes, key) + 1;
    map_put(&votes, key, (void *)count);
    if (count <= place->votes)
      continue;
    place->votes = count;
    place->prefix = arena_copy(&import->memory, prefix);
  }
  map_done(&votes);
}

/* Letters, digits and . _ -, unlike those before. */
static const char *make_id(struct import *import, const char *registry, struct map *ids) {
  auto_free char *id = str_copy(registry);
  for (char *p = id; *p; p++)
    if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *p))
      *p = '-';
  auto_free char *unique = str_copy(id);
  for (size_t n = 2; !map_put(ids, unique, import); n++) {
    free_pointer(&unique);
    unique = str_format("%s-%zu", id, n);
  }
  return arena_copy(&import->memory, unique);
}

void places_find(struct import *import) {
  struct map ids = {0};
  for (size_t i = 0; i < import->item_count; i++) {
    const struct import_item *item = &import->items[i];
    if (!item->fields || !item->target_registry || place_of(import, item))
      continue;
    import->places = mem_grow(import->places, import->place_count, &import->place_capacity,
                              sizeof *import->places);
    import->places[import->place_count++] =
        (struct import_place){.registry = item->target_registry,
                              .common = arena_copy(&import->memory, item->target_repository),
                              .id = make_id(import, item->target_registry, &ids)};
    map_put(&import->place_of, item->target_registry, (void *)(uintptr_t)import->place_count);
  }
  choose_prefixes(import);
  for (size_t i = 0; i < import->place_count; i++)
    if (!import->places[i].prefix)
      import->places[i].prefix = import->places[i].common;
  map_done(&ids);
}

static char *target_value(const struct import_place *place) {
  auto_free char *value =
      str_format("%s%s%s", place->registry, *place->prefix ? "/" : "", place->prefix);
  return setting_text(value);
}

void write_targets(const struct import *import, struct buf *out) {
  if (import->place_count == 1) {
    auto_free char *value = target_value(&import->places[0]);
    buf_printf(out, "target: %s\n", value);
    return;
  }
  for (size_t i = 0; i < import->place_count; i++) {
    auto_free char *id = setting_text(import->places[i].id);
    auto_free char *value = target_value(&import->places[i]);
    buf_printf(out, "%s  - id: %s\n    value: %s\n", i ? "" : "targets:\n", id, value);
  }
}

void write_place(const struct import *import, const struct import_item *item, const char *indent,
                 struct buf *out) {
  auto_buf destination = {0};
  if (item->target_registry) {
    const struct import_place *place = place_of(import, item);
    const char *below = item->target_repository + strlen(place->prefix) + (*place->prefix != 0);
    const char *name;
    struct arena memory = {0};
    if (import->place_count > 1) {
      buf_printf(out, "%stargets: [", indent);
      write_text(out, place->id);
      buf_text(out, "]\n");
    }
    bool by_default = place_by_default(item, &memory, &name) && strcmp(name, below) == 0;
    if (!by_default || item->target_tag)
      buf_printf(&destination, "%s:%s", below, item->target_tag ? item->target_tag : "{version}");
    arena_done(&memory);
  } else if (item->destination) {
    buf_text(&destination, item->destination);
  }
  if (!destination.len)
    return;
  buf_printf(out, "%sdestination: ", indent);
  write_quoted(out, destination.data);
  buf_text(out, "\n");
}
