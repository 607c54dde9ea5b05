/* SPDX-License-Identifier: Apache-2.0 */
/* Multiplies entries out by their axis and finds rows that are listed twice or collide. */
#include "matrix/matrix.h"
#include "base/map.h"
#include <string.h>

static bool same_values(const struct entry *a, const struct entry *b, const char *field) {
  uint32_t count = config_count(&a->config, field);
  if (count != config_count(&b->config, field))
    return false;
  for (uint32_t i = 0; i < count; i++)
    if (!text_equal(config_text(&a->config, field, i), config_text(&b->config, field, i)) ||
        !text_equal(config_key(&a->config, field, i), config_key(&b->config, field, i)))
      return false;
  return true;
}

/* Would both rows bring the same content? */
static bool same_source(const struct matrix_row *a, const struct matrix_row *b) {
  const struct section_schema *schema = a->entry->schema;
  if (schema != b->entry->schema || !text_equal(a->version->text, b->version->text) ||
      !text_equal(a->version->digest, b->version->digest) || a->entry->index != b->entry->index)
    return false;
  if (a->entry == b->entry)
    return true;
  for (size_t i = 0; i < schema->fields.count; i++)
    if (schema->fields.fields[i].role != ARTM_ROLE_AXIS &&
        !same_values(a->entry, b->entry, schema->fields.fields[i].name))
      return false;
  return true;
}

static bool share_target(const struct entry *a, const struct entry *b) {
  if (a->targets == NULL || b->targets == NULL)
    return true;
  for (size_t i = 0; i < a->target_count; i++)
    for (size_t k = 0; k < b->target_count; k++)
      if (strcmp(a->targets[i], b->targets[k]) == 0)
        return true;
  return false;
}

static const struct node *place_of(const struct matrix_row *row) {
  return row->version->at != NULL ? row->version->at : row->entry->node;
}

static char *describe_place(const struct node *at) {
  if (at->file == NULL)
    return str_copy("the command line");
  return at->line > 0 ? str_format("%s:%u:%u", at->file->path, at->line, at->column)
                      : str_copy(at->file->path);
}

char *matrix_version_text(const struct version_item *version) {
  const char *text = version->text != NULL ? version->text : version->digest;
  return text != NULL ? str_copy(text) : version_spelled(version);
}

static void report_clash(const struct matrix_row *first, const struct matrix_row *second,
                         const char *destination, struct problems *problems) {
  const struct node *here = place_of(second), *there = place_of(first);
  auto_free char *first_place = describe_place(there), *second_place = describe_place(here);
  const char *name = second->entry->name;
  auto_free char *version = matrix_version_text(second->version);
  auto_free char *first_version = matrix_version_text(first->version);
  if (same_source(first, second)) {
    problem_hint(problem_add(problems, here, "duplicate", "'%s' %s is listed twice", name, version),
                 "it is already at %s: remove one of them", first_place);
    return;
  }
  if (first->entry == second->entry && here == there) { /* picked by one selector */
    problem_hint(problem_add(problems, here, "collision",
                             "'%s' %s and %s, both picked here, have one destination, %s", name,
                             first_version, version, destination),
                 "put {version} into the tag of the destination, or pick only one");
    return;
  }
  const char *hint = "give one of them another destination, like "
                     "destination: 'other/{name}:{version}'";
  problem_hint(problem_add(problems, there, "collision",
                           "'%s' %s and another job (at %s) have one destination, %s",
                           first->entry->name, first_version, second_place, destination),
               "%s", hint);
  problem_hint(problem_add(problems, here, "collision",
                           "'%s' %s has the same destination as '%s' %s at %s: %s", name, version,
                           first->entry->name, first_version, first_place, destination),
               "%s", hint);
}

/* Is it only a selector's doing that both would bring the same? */
static bool is_picked_again(const struct matrix_row *first, const struct matrix_row *second) {
  return (first->version->picked || second->version->picked) && same_source(first, second);
}

/* Rows with one destination that share no target form a chain, which is therefore never longer than
 * there are targets. False: the row is not needed. */
static bool check_row(const struct matrix *matrix, size_t index, struct map *seen, size_t *previous,
                      struct buf *key, struct problems *problems) {
  const struct matrix_row *row = &matrix->rows[index];
  key->len = 0;
  buf_text(key, row->repository);
  buf_text(key, row->tag != NULL ? ":" : "@");
  buf_text(key, row->tag != NULL ? row->tag : row->version->digest);
  size_t newest = (size_t)(uintptr_t)map_get(seen, key->data);
  for (size_t at = newest; at > 0; at = previous[at - 1]) {
    const struct matrix_row *other = &matrix->rows[at - 1];
    if (!share_target(other->entry, row->entry))
      continue;
    if (is_picked_again(other, row))
      return false;
    report_clash(other, row, key->data, problems);
    return true;
  }
  previous[index] = newest;
  map_put(seen, key->data, (void *)(uintptr_t)(index + 1));
  return true;
}

static void check_clashes(struct matrix *matrix, struct problems *problems) {
  struct map seen = {0};
  auto_buf key = {0};
  size_t *previous = mem_array(matrix->count + 1, sizeof *previous), kept = 0;
  bool *keep = mem_array(matrix->count + 1, sizeof *keep);
  for (size_t i = 0; i < matrix->count; i++)
    keep[i] =
        matrix->rows[i].repository == NULL || check_row(matrix, i, &seen, previous, &key, problems);
  for (size_t i = 0; i < matrix->count; i++)
    if (keep[i])
      matrix->rows[kept++] = matrix->rows[i];
  matrix->count = kept;
  free_pointer(&keep);
  free_pointer(&previous);
  map_done(&seen);
}

/* What a selector picks is not known yet, but its entry's template can be checked. */
static void check_template(const struct matrix_row *row, struct problems *problems) {
  struct arena unused = {0};
  const struct version_item any = {.text = "0", .at = row->version->at};
  const char *repository, *tag;
  destination_make(row->entry, &any, &unused, &repository, &tag, problems);
  arena_done(&unused);
}

void matrix_expand(const struct entries *entries, struct matrix *matrix,
                   struct problems *problems) {
  size_t total = 0;
  for (size_t i = 0; i < entries->count; i++)
    total += entries->items[i].version_count;
  matrix->rows = mem_array(total + 1, sizeof *matrix->rows);
  for (size_t i = 0; i < entries->count; i++) {
    const struct entry *entry = &entries->items[i];
    for (size_t k = 0; k < entry->version_count; k++) {
      const struct version_item *version = &entry->versions[k];
      struct matrix_row *row = &matrix->rows[matrix->count++];
      *row = (struct matrix_row){.entry = entry, .version = version};
      if (version->selector != NULL)
        check_template(row, problems);
      else
        destination_make(entry, version, &matrix->memory, &row->repository, &row->tag, problems);
    }
  }
  check_clashes(matrix, problems);
}

void matrix_select(const struct matrix *all, const struct selection *selection, const char *section,
                   struct matrix *matrix) {
  matrix->rows = mem_array(all->count + 1, sizeof *matrix->rows);
  for (size_t i = 0; i < all->count; i++) {
    const struct matrix_row *row = &all->rows[i];
    if ((section == NULL || strcmp(row->entry->schema->section, section) == 0) &&
        selection_has(selection, row->entry, row->version))
      matrix->rows[matrix->count++] = *row;
  }
}

size_t matrix_section_count(const struct matrix *matrix, const struct section_schema *schema) {
  size_t count = 0;
  for (size_t i = 0; i < matrix->count; i++)
    if (matrix->rows[i].entry->schema == schema)
      count++;
  return count;
}

bool matrix_is_unresolved(const struct matrix *matrix) {
  for (size_t i = 0; i < matrix->count; i++)
    if (matrix->rows[i].version->selector != NULL && matrix->rows[i].version->error == NULL)
      return true;
  return false;
}

void matrix_done(struct matrix *matrix) {
  free_pointer(&matrix->rows);
  arena_done(&matrix->memory);
  *matrix = (struct matrix){0};
}
