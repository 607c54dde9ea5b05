/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the command line: one table drives parsing and help. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H
#include "base/error.h"
#include "base/text.h"
#include <stdbool.h>

struct option {
  const char *name;    /* "config" */
  char letter;         /* 'h', or 0 */
  const char *value;   /* what it takes, "FILE"; NULL: a flag */
  const char *choices; /* legal values, "text|json"; NULL: any */
  const char *doc;     /* one line */
};
struct option_table {
  const struct option *items;
  size_t count;
};

struct given_option {
  const struct option *option;
  char *value; /* NULL: a flag */
};
struct arguments {
  struct given_option *given; /* in order */
  size_t given_count, given_capacity;
  struct strings words; /* what is no option */
};

enum arguments_mode {
  ARGUMENTS_ALL,        /* unknown options are errors */
  ARGUMENTS_UNTIL_WORD, /* stops before the first word */
  ARGUMENTS_LENIENT     /* unknown options are skipped, each with a value */
};
/* Adds what argv[0 .. argc) holds to ret and returns how many were read; ARTM_E_CONFIG for an
 * unknown option ("did you mean"), a missing value, a value that is no choice. Options are
 * "--name value", "--name=value", "-x" and, after "--", nothing more. */
int arguments_parse(int argc, char *const *argv, const struct option_table *tables, size_t count,
                    enum arguments_mode mode, struct arguments *ret, struct error *err);
void arguments_done(struct arguments *);

bool argument_is_given(const struct arguments *, const char *name);
const char *argument_value(const struct arguments *, const char *name); /* the last one, or NULL */
void argument_values(const struct arguments *, const char *name, struct strings *ret);
/* Is value one of "a|b|c"? */
bool option_is_choice(const char *choices, const char *value);
/* Puts "text, json" and the nearest one into the error; returns its code. */
int option_bad_choice(const char *where, const char *choices, const char *value, struct error *err);
#endif
