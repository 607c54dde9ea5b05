/* SPDX-License-Identifier: Apache-2.0 */
/* --select SECTION=NAME[@VERSION], --image, TARGET_IMAGE: which entries and versions a run has. */
#ifndef MATRIX_SELECTION_H
#define MATRIX_SELECTION_H
#include "base/error.h"
#include "matrix/entry.h"

struct selector {
  const char *section; /* borrowed */
  char *name;          /* glob */
  char *version;       /* glob, or NULL: all */
  char *spelled;       /* as the user wrote it, for messages */
};
struct selection {
  struct selector *items; /* none: everything */
  size_t count, capacity;
};
/* Adds one. section NULL: text is "SECTION=NAME[@VERSION]" and names one of the schemas. */
int selection_add(struct selection *, const char *section, const char *text,
                  const struct section_schema *schemas, size_t count, struct error *err);
/* "TARGET_IMAGE" for "image". Caller frees. */
char *selection_variable(const char *noun);
/* Reads TARGET_<NOUN> of every schema for sections that no flag selects from; empty: everything. */
int selection_from_environment(struct selection *, const struct section_schema *schemas,
                               size_t count, struct error *err);
bool selection_has(const struct selection *, const struct entry *, const struct version_item *);
/* ARTM_E_CONFIG if a selector matches nothing; the message lists what there is. */
int selection_check(const struct selection *, const struct entries *, struct error *err);
void selection_done(struct selection *);
#endif
