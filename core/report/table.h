/* SPDX-License-Identifier: Apache-2.0 */
/* A table of text for people. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H
#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS 14

struct table_row {
  char *cells[TABLE_COLUMNS]; /* owned; escaped by whoever adds them */
  const char *color;          /* an escape sequence; NULL: none */
  size_t colored;             /* the column that it is for */
  char *below;                /* owned; whole lines that follow the row, or NULL */
};
struct table {
  size_t columns;
  bool right[TABLE_COLUMNS]; /* numbers */
  bool cut[TABLE_COLUMNS];   /* names, of which the end is enough */
  struct table_row *rows;    /* the first one is the heading */
  size_t count, capacity;
};
/* The new row, all empty. */
struct table_row *table_add(struct table *);
/* Nothing without a row below the heading. In a width (0: any) too narrow, the widest of the
 * columns that may be cut gives way, the last one of equals. */
void table_write(const struct table *, size_t width, struct buf *out);
void table_done(struct table *);
#endif
