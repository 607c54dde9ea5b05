/* SPDX-License-Identifier: Apache-2.0 */
/* The one error object. A fallible function takes "struct error *err" last, returns 0 or the
 * negative ARTM_E_* code that it put there, and leaves err untouched on success. Callers add
 * context with error_wrap on the way up; only the top prints. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H
#include <artmirror/types.h>
#include <stdarg.h>
#include <stdbool.h>

struct error {
  int32_t code; /* ARTM_E_*, 0: none */
  uint64_t retry_after_ms;
  bool tried;    /* where it failed it was tried again already: no further attempts above */
  char *message; /* what happened */
  char *hint;    /* what the user can do, or NULL */
  char *where;   /* registry, reference or path, or NULL */
  char *field;   /* CONFIG: the field, or NULL */
};

/* Replaces what err holds; returns code. */
int error_set(struct error *err, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " before the message; returns err->code. */
int error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sets the hint; returns err->code. */
int error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sets where it happened; returns err->code. */
int error_where(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Moves from's content into to (which is emptied first), empties from; returns the code. */
int error_move(struct error *to, struct error *from);
/* Copies from's content into to, which is emptied first; returns the code. */
int error_copy(struct error *to, const struct error *from);
/* Copies a plugin's record. */
int error_copy_abi(struct error *to, const struct artm_error *from);
/* Frees the content and zeroes err; NULL and a zeroed one are fine. */
void error_done(struct error *err);
/* "auth", "not found", ...: the names of the run report. */
const char *error_code_name(int32_t code);

#define auto_error __attribute__((cleanup(error_done))) struct error
#endif
