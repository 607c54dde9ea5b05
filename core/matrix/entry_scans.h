/* SPDX-License-Identifier: Apache-2.0 */
/* The scans of entries: rules that entries share are made once; entry.c only. */
#ifndef MATRIX_ENTRY_SCANS_H
#define MATRIX_ENTRY_SCANS_H
#include "matrix/entry.h"

/* Rules of the top level, or of a section's defaults. What is wrong with them is nobody's problem
 * unless an entry uses them. */
struct shared_scans {
  struct scan_rule *rules;
  struct problems problems;
  bool used;
};
struct scan_reader {
  const struct settings *settings;
  const struct scanners *scanners;
  struct entries *entries;
  struct problems *problems;
  const struct node *defaults; /* of the section being read, or NULL */
  struct shared_scans top, section;
};
void scan_reader_begin(struct scan_reader *, const struct settings *, const struct scanners *,
                       struct entries *, struct problems *);
/* The entries that follow are of a section with these defaults, or NULL. */
void scan_reader_section(struct scan_reader *, const struct node *defaults);
/* Checks scan: of the entry and sets its rules. */
void scan_reader_entry(struct scan_reader *, struct entry *);
void scan_reader_end(struct scan_reader *);
#endif
