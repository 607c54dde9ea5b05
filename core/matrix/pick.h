/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry's selectors pick from what its source offers (spec.md, Versions). */
#ifndef MATRIX_PICK_H
#define MATRIX_PICK_H
#include "matrix/entry.h"

/* One version that the source offers. */
struct candidate {
  const char *version;
  int64_t created; /* 1970 seconds, if dated */
  bool dated;
};

/* What became of a candidate. */
struct verdict {
  const struct version_item *by; /* the first selector that picked it, or the item that names it;
                                    NULL: left out */
  const char *reason;            /* why it was left out: "not in ^1.2", "not among the latest 3" */
};
/* In order stand the picks of the first selector as it sorts them, then what the second adds, and
 * so on; what is named whole is not in it. A selector sorts the newest first: by semver's
 * precedence (what is no full version behind all that are), by date, or by the bytes of the text.
 * Of equals by date the one higher by precedence stands first, of equals by precedence (1.2.3,
 * v1.2.3, 1.2.3_b) the one whose text is higher in byte order; all of them count for latest. */
struct picks {
  struct verdict *verdicts; /* one a candidate, same order */
  size_t *order;            /* of candidates */
  size_t count;
  bool *matched; /* one an item of the entry's versions: did this selector pick any by itself, also
                    one named or picked by another, that no {exclude: ...} took away? */
  struct arena memory;
};

/* Applies all selectors of an entry. Candidates are distinct. now: 1970 seconds, for newer_than
 * with an age; what is exactly as old is picked. With several selectors, reason is that of the one
 * which came nearest. ret is zero or done. ARTM_E_CONFIG: a pattern that ran into its limits. */
int versions_pick(const struct entry *, const struct candidate *, size_t count, int64_t now,
                  struct picks *ret, struct error *err);
void picks_done(struct picks *);
#endif
