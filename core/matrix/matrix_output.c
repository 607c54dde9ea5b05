/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix as it is printed: the compact JSON array of a section, and a table for people. */
#include "config/load.h"
#include "matrix/matrix.h"
#include <string.h>

struct column {
  const struct artm_field *field;
  struct buf key;           /* what stands before the value: {"name": */
  const struct node *shown; /* matrix_default, read once for all rows; or NULL */
};

static void add_string(struct buf *out, const char *text) {
  buf_add(out, "\"", 1);
  for (const char *at = text; *at != '\0';) {
    size_t plain = 0;
    while ((unsigned char)at[plain] >= 0x20 && at[plain] != '"' && at[plain] != '\\')
      plain++;
    buf_add(out, at, plain);
    at += plain;
    if (*at == '\0')
      break;
    const char *escapes = "\b\f\n\r\t\"\\", *letters = "bfnrt\"\\";
    const char *found = strchr(escapes, *at);
    if (found != NULL) {
      const char pair[2] = {'\\', letters[found - escapes]};
      buf_add(out, pair, 2);
    } else {
      buf_printf(out, "\\u%04x", (unsigned)(unsigned char)*at);
    }
    at++;
  }
  buf_add(out, "\"", 1);
}

/* Most fields are texts or lists of them, written in the entry: no look-up for each item then. */
static bool add_texts(struct buf *out, const struct node *node, const struct artm_field *field) {
  bool list = field->type == ARTM_TYPE_LIST;
  if (node == NULL || (list ? field->element : field->type) != ARTM_TYPE_STRING ||
      node->kind != (list ? NODE_LIST : NODE_SCALAR) || (list && node->count == 0))
    return false;
  if (!list) {
    add_string(out, node_text(node) != NULL ? node_text(node) : "");
    return true;
  }
  for (uint32_t i = 0; i < node->count; i++) {
    const char *text = node_text(node->items[i]);
    buf_add(out, i == 0 ? "[" : ",", 1);
    add_string(out, text != NULL ? text : "");
  }
  buf_add(out, "]", 1);
  return true;
}

/* Value i of a field as JSON; type is the field's own or that of its items. */
static void add_value(struct buf *out, const struct artm_config *config,
                      const struct artm_field *field, uint32_t type, uint32_t i) {
  const char *text = config_text(config, field->name, i);
  if (type == ARTM_TYPE_BOOL)
    buf_text(out, config_number(config, field->name, i) != 0 ? "true" : "false");
  else if (type == ARTM_TYPE_INT)
    buf_printf(out, "%lld", (long long)config_number(config, field->name, i));
  else
    add_string(out, text != NULL ? text : "");
}

/* A node of matrix_default. */
static void add_node(struct buf *out, const struct node *node) {
  if (node->kind == NODE_SCALAR) {
    if (node->type == NODE_STRING)
      add_string(out, node->text);
    else
      buf_text(out, node->type == NODE_NULL ? "null" : node->text);
    return;
  }
  bool map = node->kind == NODE_MAP;
  buf_text(out, map ? "{" : "[");
  for (uint32_t i = 0; i < node->count; i++) {
    if (i > 0)
      buf_add(out, ",", 1);
    if (map) {
      add_string(out, node->pairs[i].key->text);
      buf_add(out, ":", 1);
    }
    add_node(out, map ? node->pairs[i].value : node->items[i]);
  }
  buf_text(out, map ? "}" : "]");
}

static void add_field(struct buf *out, const struct matrix_row *row, const struct column *column) {
  const struct artm_field *field = column->field;
  /* Paths are shown as written: absolute ones would differ from machine to machine. */
  const struct entry *entry = row->entry;
  const struct artm_config as_written = {entry->config.table, entry->node, entry->core.fallback};
  const struct artm_config *config = &as_written;
  if (add_texts(out, config_node(config, field->name), field))
    return;
  uint32_t count = config_count(config, field->name);
  bool list = field->type == ARTM_TYPE_LIST, map = field->type == ARTM_TYPE_MAP;
  if (count == 0) {
    if (column->shown != NULL)
      add_node(out, column->shown);
    else
      buf_text(out, "null");
    return;
  }
  if (!list && !map) {
    add_value(out, config, field, field->type, 0);
    return;
  }
  buf_add(out, map ? "{" : "[", 1);
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0)
      buf_add(out, ",", 1);
    if (map) {
      const char *key = config_key(config, field->name, i);
      add_string(out, key != NULL ? key : "");
      buf_add(out, ":", 1);
    }
    add_value(out, config, field, field->element, i);
  }
  buf_add(out, map ? "}" : "]", 1);
}

static void add_key(struct buf *out, const struct artm_field *field, bool first) {
  bool named = field->role == ARTM_ROLE_AXIS && field->matrix_key != NULL;
  buf_add(out, first ? "{" : ",", 1);
  add_string(out, named ? field->matrix_key : field->name);
  buf_add(out, ":", 1);
}

static void add_row(struct buf *out, const struct matrix_row *row, const struct column *columns,
                    size_t count) {
  const struct version_item *version = row->version;
  for (size_t i = 0; i < count; i++) {
    const struct artm_field *field = columns[i].field;
    bool axis = field->role == ARTM_ROLE_AXIS;
    buf_add(out, columns[i].key.data, columns[i].key.len);
    if (axis && version->selector != NULL)
      add_node(out, version->at);
    else if (axis)
      add_string(out, version->text != NULL ? version->text : version->digest);
    else
      add_field(out, row, &columns[i]);
  }
  buf_add(out, count > 0 ? "}" : "{}", count > 0 ? 1 : 2);
}

void matrix_section_json(const struct matrix *matrix, const struct section_schema *schema,
                         struct buf *out) {
  const struct field_table *fields = &schema->fields;
  struct column *columns = mem_array(fields->count + 1, sizeof *columns);
  struct document *shown = mem_array(fields->count + 1, sizeof *shown);
  size_t count = 0;
  for (size_t i = 0; i < fields->count; i++) {
    const struct artm_field *field = &fields->fields[i];
    if ((field->flags & ARTM_FIELD_MATRIX) == 0)
      continue;
    struct problems ignored = {0};
    if (field->matrix_default != NULL &&
        document_load_text(field->name, field->matrix_default, &shown[count], &ignored) == 0 &&
        shown[count].file_count > 0)
      columns[count].shown = shown[count].roots[0];
    problems_done(&ignored);
    columns[count].field = field;
    add_key(&columns[count].key, field, count == 0);
    count++;
  }
  bool first = true;
  buf_add(out, "[", 1);
  for (size_t i = 0; i < matrix->count; i++) {
    if (matrix->rows[i].entry->schema != schema)
      continue;
    if (!first)
      buf_add(out, ",", 1);
    first = false;
    add_row(out, &matrix->rows[i], columns, count);
  }
  buf_add(out, "]", 1);
  for (size_t i = 0; i < count; i++) {
    document_done(&shown[i]);
    buf_done(&columns[i].key);
  }
  free_pointer(&shown);
  free_pointer(&columns);
}

static char *destination_text(const struct matrix_row *row) {
  if (row->repository == NULL)
    return str_copy(row->version->selector != NULL ? "(not resolved)" : "-");
  return row->tag != NULL ? str_format("%s:%s", row->repository, row->tag)
                          : str_format("%s@%s", row->repository, row->version->digest);
}

/* The cells of a row, escaped; caller frees. */
static void row_cells(const struct matrix_row *row, char *cells[4]) {
  auto_free char *version = matrix_version_text(row->version);
  auto_free char *destination = destination_text(row);
  cells[0] = text_escaped(row->entry->schema->section);
  cells[1] = text_escaped(row->entry->name != NULL ? row->entry->name : "-");
  cells[2] = text_escaped(version);
  cells[3] = text_escaped(destination);
}

void matrix_table(const struct matrix *matrix, struct buf *out) {
  const char *titles[4] = {"SECTION", "NAME", "VERSION", "DESTINATION"};
  size_t widths[3];
  for (size_t c = 0; c < 3; c++)
    widths[c] = strlen(titles[c]);
  for (int pass = 0; pass < 2; pass++) {
    if (pass == 1)
      buf_printf(out, "%-*s  %-*s  %-*s  %s\n", (int)widths[0], titles[0], (int)widths[1],
                 titles[1], (int)widths[2], titles[2], titles[3]);
    for (size_t i = 0; i < matrix->count; i++) {
      char *cells[4];
      row_cells(&matrix->rows[i], cells);
      for (size_t c = 0; c < 3 && pass == 0; c++)
        widths[c] = strlen(cells[c]) > widths[c] ? strlen(cells[c]) : widths[c];
      if (pass == 1)
        buf_printf(out, "%-*s  %-*s  %-*s  %s\n", (int)widths[0], cells[0], (int)widths[1],
                   cells[1], (int)widths[2], cells[2], cells[3]);
      for (size_t c = 0; c < 4; c++)
        free_pointer(&cells[c]);
    }
  }
}
