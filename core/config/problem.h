/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is wrong with a config, collected and printed at the end of one pass. */
#ifndef CONFIG_PROBLEM_H
#define CONFIG_PROBLEM_H
#include "base/buf.h"
#include "config/node.h"

struct problem {
  const struct source_file *file; /* NULL: no place */
  uint32_t line, column, length;  /* length of the caret's underline, at least 1 */
  bool warning;
  char *code;    /* "unknown-key", "duplicate-key", "missing-field", "wrong-type", ...: for --format
                    json */
  char *message; /* what is wrong */
  char *expected; /* what was expected, or NULL */
  char *hint;     /* "did you mean 'versions'?", or NULL */
};
struct problems {
  struct problem *items;
  size_t count, capacity, errors;
};
/* Adds one at a node (NULL: no place); returns it so that expected and hint can be set, valid until
 * the next one is added. */
struct problem *problem_add(struct problems *, const struct node *at, const char *code,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));
struct problem *problem_warn(struct problems *, const struct node *at, const char *code,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
void problem_expected(struct problem *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void problem_hint(struct problem *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sorts by file (order of loading), line, column and drops exact repeats; those without a place
 * come last. */
void problems_sort(struct problems *);
/* Adds all of from to the others and empties from. */
void problems_move(struct problems *, struct problems *from);
void problems_done(struct problems *);

enum problem_format { PROBLEM_TEXT, PROBLEM_JSON, PROBLEM_GITHUB };
/* text: "file:line:column: error: message", the source line, a caret, expected and hint.
 * json: one array of objects. github: ::error file=...,line=...,col=...::message, escaped. */
void problems_print(const struct problems *, enum problem_format, bool color, struct buf *out);
#endif
