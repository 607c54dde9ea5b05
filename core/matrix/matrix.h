/* SPDX-License-Identifier: Apache-2.0 */
/* Entries multiplied out by their axis: what `artmirror matrix` prints and the engine runs. */
#ifndef MATRIX_MATRIX_H
#define MATRIX_MATRIX_H
#include "base/buf.h"
#include "matrix/entry.h"
#include "matrix/selection.h"

struct matrix_row {
  const struct entry *entry;
  const struct version_item *version;
  const char *repository; /* below the target; NULL while version is a selector */
  const char *tag;        /* NULL: by digest only */
};
struct matrix {
  struct matrix_row *rows; /* file order */
  size_t count;
  struct arena memory;
};
/* Expands everything and checks for rows that are listed twice and for two rows with one
 * destination and different sources (problems, at both places). */
void matrix_expand(const struct entries *, struct matrix *, struct problems *);
/* The rows of an expanded matrix, which outlives it, that are selected; section NULL: of all. */
void matrix_select(const struct matrix *all, const struct selection *, const char *section,
                   struct matrix *);
void matrix_done(struct matrix *);

/* What a version is called: its tag, else its digest, else its selector as written. Caller frees.
 */
char *matrix_version_text(const struct version_item *);
/* The compact JSON array of one section, without a newline. */
void matrix_section_json(const struct matrix *, const struct section_schema *, struct buf *out);
/* Rows of one section. */
size_t matrix_section_count(const struct matrix *, const struct section_schema *);
/* Is one of the rows a selector that was not tried yet? */
bool matrix_is_unresolved(const struct matrix *);
/* For people. */
void matrix_table(const struct matrix *, struct buf *out);
#endif
