/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints of text in simple form, ^...$, matched much faster than regexec does it, which a
 * config with a hundred thousand names notices. */
#ifndef CONFIG_AUTOMATON_H
#define CONFIG_AUTOMATON_H
#include <stdbool.h>

/* Read-only once it is made. */
struct automaton;
/* An extended regular expression of bytes, sets, groups, "|", "*", "+", "?" and "{m,n}" between "^"
 * and "$". NULL: it has something else, or too much of it; regexec is to be asked then. */
struct automaton *automaton_new(const char *pattern);
void automaton_free(struct automaton *);
/* Does it match the whole text? -1: unknown, as the text is not ASCII. */
int automaton_match(const struct automaton *, const char *text);
#endif
