/* SPDX-License-Identifier: Apache-2.0 */
/* A table of text for people. */
#include "report/table.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

#define GAP 2
#define CUT_MIN 10

struct table_row *table_add(struct table *table) {
  table->rows = mem_grow(table->rows, table->count, &table->capacity, sizeof *table->rows);
  struct table_row *row = &table->rows[table->count++];
  *row = (struct table_row){0};
  return row;
}

static bool starts_character(char c) {
  return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t characters(const char *text) {
  size_t count = 0;
  for (; *text != '\0'; text++)
    count += starts_character(*text);
  return count;
}

static const char *cell(const struct table_row *row, size_t column) {
  return row->cells[column] != NULL ? row->cells[column] : "";
}

static void pad(struct buf *out, size_t count) {
  for (; count > 0; count--)
    buf_text(out, " ");
}

/* The last width characters, after three dots if some are missing: the end of a name tells more. */
static void add_cut(struct buf *out, const char *text, size_t width) {
  size_t size = characters(text);
  if (size > width) {
    buf_text(out, "...");
    for (size_t skip = size - width + 3; skip > 0 || !starts_character(*text); text++)
      skip -= starts_character(*text);
  }
  buf_text(out, text);
}

/* Makes the widest column that may be cut narrower by one; false: none is left. */
static bool narrow(const struct table *table, size_t widths[TABLE_COLUMNS]) {
  size_t widest = table->columns;
  for (size_t column = 0; column < table->columns; column++)
    if (table->cut[column] && widths[column] > CUT_MIN &&
        (widest == table->columns || widths[column] >= widths[widest]))
      widest = column;
  if (widest == table->columns)
    return false;
  widths[widest]--;
  return true;
}

static void measure(const struct table *table, size_t width, size_t widths[TABLE_COLUMNS]) {
  size_t total = 0;
  for (size_t column = 0; column < table->columns; column++) {
    widths[column] = 0;
    for (size_t i = 0; i < table->count; i++) {
      size_t size = characters(cell(&table->rows[i], column));
      if (size > widths[column])
        widths[column] = size;
    }
    total += widths[column] + (column > 0 ? GAP : 0);
  }
  while (width > 0 && total > width && narrow(table, widths))
    total--;
}

static void write_row(const struct table *table, const struct table_row *row, const size_t *widths,
                      struct buf *out) {
  size_t last = table->columns;
  while (last > 1 && cell(row, last - 1)[0] == '\0')
    last--;
  for (size_t column = 0; column < last; column++) {
    const char *text = cell(row, column);
    size_t size = characters(text), width = widths[column];
    size_t padding = size < width ? width - size : 0;
    bool colored = row->color != NULL && column == row->colored;
    if (table->right[column])
      pad(out, padding);
    if (colored)
      buf_text(out, row->color);
    add_cut(out, text, width);
    if (colored)
      buf_text(out, "\033[0m");
    if (column + 1 < last)
      pad(out, GAP + (table->right[column] ? 0 : padding));
  }
  buf_text(out, "\n");
  if (row->below != NULL)
    buf_text(out, row->below);
}

void table_write(const struct table *table, size_t width, struct buf *out) {
  size_t widths[TABLE_COLUMNS];
  if (table->count < 2)
    return;
  measure(table, width, widths);
  for (size_t i = 0; i < table->count; i++)
    write_row(table, &table->rows[i], widths, out);
}

void table_done(struct table *table) {
  for (size_t i = 0; i < table->count; i++) {
    for (size_t column = 0; column < TABLE_COLUMNS; column++)
      free(table->rows[i].cells[column]);
    free(table->rows[i].below);
  }
  free(table->rows);
  *table = (struct table){0};
}
