/* SPDX-License-Identifier: Apache-2.0 */
/* The config that comes of an import, part by part. */
#include "import/import.h"
#include "base/text.h"
#include "import/part.h"
#include <string.h>

#define LINE_MAX_COLUMNS 90 /* longer lists take a line for each item */

bool import_is_full(const struct import *import) {
  return import->size > IMPORT_SIZE_MAX;
}

static void write_versions(const char *name, const struct map *versions, struct buf *out) {
  size_t width = strlen(name);
  for (size_t i = 0; i < versions->count; i++)
    width += strlen(versions->items[i].key) + 2;
  bool in_line = width < LINE_MAX_COLUMNS;
  buf_printf(out, "    %s:%s", name, in_line ? " [" : "\n");
  for (size_t i = 0; i < versions->count; i++)
    buf_printf(out, in_line ? "%s%s" : "%s      - %s\n", in_line && i ? ", " : "",
               versions->items[i].key);
  buf_text(out, in_line ? "]\n" : "");
}

static void write_item(const struct import *import, const struct import_item *item,
                       struct buf *out) {
  auto_buf lines = {0};
  write_remarks(out, &item->remarks, "  ");
  if (!item->fields)
    return;
  const struct field_table *table = &item->schema->fields;
  const struct artm_field *axis = field_with_role(table, ARTM_ROLE_AXIS);
  const struct artm_field *platforms = field_with_role(table, ARTM_ROLE_PLATFORMS);
  write_fields(item->schema, item->fields, "    ", &lines);
  write_versions(axis->name, &item->versions, &lines);
  if (item->platforms.count && platforms) {
    buf_printf(&lines, "    %s: ", platforms->name);
    write_list(&lines, &item->platforms);
    buf_text(&lines, "\n");
  }
  buf_text(&lines, item->sparse ? "    index: sparse\n" : "");
  if (item->referrers)
    buf_printf(&lines, "    referrers: %s\n", item->referrers);
  write_place(import, item, "    ", &lines);
  buf_printf(out, "  - %s", lines.data + strlen("    "));
}

/* Sections in the order in which they first appear; items without fields are comments, and stay
 * behind what they stood behind. */
static void write_sections(const struct import *import, struct buf *out) {
  const struct section_schema *written[64] = {0};
  size_t count = 0;
  for (size_t i = 0; i < import->item_count; i++) {
    const struct section_schema *schema = import->items[i].fields ? import->items[i].schema : NULL;
    bool known = schema == NULL;
    for (size_t k = 0; k < count; k++)
      known = known || written[k] == schema;
    if (!known && count < sizeof written / sizeof written[0])
      written[count++] = schema;
  }
  for (size_t k = 0; k < count; k++) {
    const struct section_schema *current = written[0];
    buf_printf(out, "\n%s:\n", written[k]->section);
    for (size_t i = 0; i < import->item_count; i++) {
      if (import->items[i].fields)
        current = import->items[i].schema;
      if (current == written[k])
        write_item(import, &import->items[i], out);
    }
  }
  for (size_t i = 0; count == 0 && i < import->item_count; i++)
    write_remarks(out, &import->items[i].remarks, "");
}

/* defaults: of every section in use. */
static void write_defaults(const struct import *import, struct buf *out) {
  struct map sections = {0};
  for (size_t i = 0; import->destination && i < import->item_count; i++)
    if (import->items[i].fields)
      map_put(&sections, import->items[i].schema->section, (void *)(uintptr_t)import);
  for (size_t i = 0; i < sections.count; i++) {
    buf_printf(out, "%s  %s:\n    destination: ", i ? "" : "defaults:\n", sections.items[i].key);
    write_quoted(out, import->destination);
    buf_text(out, "\n");
  }
  map_done(&sections);
}

static void write_all(struct import *import, struct buf *out) {
  places_find(import);
  write_remarks(out, &import->remarks, "");
  write_targets(import, out);
  write_registries(import, out);
  if (import->parallel)
    buf_printf(out, "run:\n  parallel: %s\n", import->parallel);
  if (import->referrers)
    buf_printf(out, "referrers: %s\n", import->referrers);
  write_defaults(import, out);
  write_sections(import, out);
}

static void unknown_format(struct import *import, const struct node *root) {
  struct problem *problem = problem_add(import->problems, root, "unknown-format",
                                        "this is no config of regsync or of skopeo sync");
  problem_expected(problem, "regsync's list 'sync:', or skopeo's HOST: {images: ..., "
                            "images-by-tag-regex: ..., images-by-semver: ...}");
}

static void read_file(struct import *import, const struct node *root, const char *path) {
  const char *program = is_regsync(root) ? "regsync" : is_skopeo(root) ? "skopeo sync" : NULL;
  if (!program) {
    unknown_format(import, root);
    return;
  }
  auto_free char *head =
      str_format("Imported from %s's config %s, whose lines are named below.", program, path);
  remark_text(import, &import->remarks, head);
  if (is_regsync(root))
    import_regsync(import, root);
  else
    import_skopeo(import, root);
  if (import_is_full(import))
    problem_add(import->problems, root, "too-large", "it makes a config of more than %u MiB",
                IMPORT_SIZE_MAX >> 20);
}

static void done(struct import *import) {
  for (size_t i = 0; i < import->item_count; i++)
    item_done(&import->items[i]);
  for (size_t i = 0; i < import->registry_count; i++) {
    strings_done(&import->registries[i].lines);
    map_done(&import->registries[i].remarks);
  }
  free_pointer(&import->items);
  free_pointer(&import->registries);
  free_pointer(&import->places);
  map_done(&import->remarks);
  map_done(&import->registry_of);
  map_done(&import->by_key);
  map_done(&import->taken);
  map_done(&import->place_of);
  arena_done(&import->memory);
}

int import_config(const struct document *document, const struct import_lookup *lookup,
                  struct problems *problems, struct buf *out, bool *ret_complete) {
  struct import import = {.lookup = lookup, .problems = problems};
  read_file(&import, document->roots[0], document->files[0]->path);
  bool fine = problems->errors == 0;
  if (fine) {
    write_all(&import, out);
    *ret_complete = !import.incomplete;
  }
  done(&import);
  return fine ? 0 : ARTM_E_CONFIG;
}
