/* SPDX-License-Identifier: Apache-2.0 */
/* One value against one field; shared by the floor's own files only. */
#ifndef CONFIG_FIELD_VALUE_H
#define CONFIG_FIELD_VALUE_H
#include "config/automaton.h"
#include "config/field.h"
#include <regex.h>

struct field_pattern {
  bool set;
  regex_t regex;
  struct automaton *automaton; /* the same, or NULL */
};
/* Does the text match? */
bool field_pattern_match(const struct field_pattern *, const char *text);

/* Does this field's constraint hold a pattern for its text? */
bool field_has_pattern(const struct artm_field *);
/* Type of the scalars: the element's of a list or map. */
uint32_t field_scalar_type(const struct artm_field *);
/* "1..64", "1..", "..64". False: not a range. */
bool field_range(const char *constraint, int64_t *min, int64_t *max);
/* Calls use for each alternative of "a|b" until it says true; that is the answer then. */
bool field_alternatives(const char *constraint, bool (*use)(void *arg, const char *word),
                        void *arg);

/* The number of a bool, int, duration or size. False: it is none. */
bool value_number(uint32_t type, const struct node *, int64_t *ret);
/* As field_check, with the compiled pattern if there is one. */
bool value_check(const struct artm_field *, const struct field_pattern *, const struct node *,
                 struct problems *);
/* Adds the problem that text is wanted where a number or true/false stands, with the advice to
 * quote it. what: "a version", "'name'". */
void value_wants_quotes(const char *what, const struct node *, struct problems *);
/* NULL, or what is wrong with the URL. */
const char *value_url_error(const char *schemes, const char *url);
#define URL_SCHEMES "https|http" /* without a constraint */
#endif
