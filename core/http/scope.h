/* SPDX-License-Identifier: Apache-2.0 */
/* Token scopes: "repository:a/b:pull,push repository:c:pull", merged by resource. */
#ifndef HTTP_SCOPE_H
#define HTTP_SCOPE_H
#include "base/text.h"

struct scope {
  char *resource; /* "repository:a/b": all before the last colon */
  struct strings actions;
};
struct scopes { /* in the order they were added */
  struct scope *items;
  size_t count, capacity;
};

void scopes_add(struct scopes *, const char *text); /* NULL adds nothing */
void scopes_add_all(struct scopes *, const struct scopes *from);
void scopes_keep_first(struct scopes *);
/* Whether a token for the first may do all that the second asks. */
bool scopes_cover(const struct scopes *have, const struct scopes *want);
char *scope_text(const struct scope *); /* caller frees */
/* The same for every order; caller frees. */
char *scopes_key(const struct scopes *);
/* "a/b" of the first repository, or NULL; caller frees. */
char *scopes_repository(const struct scopes *);
void scopes_done(struct scopes *);
#define auto_scopes __attribute__((cleanup(scopes_done))) struct scopes
#endif
