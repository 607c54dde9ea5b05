/* SPDX-License-Identifier: Apache-2.0 */
/* The part of Go's text/template that configs use: fields of the entry and functions on texts. */
#ifndef IMPORT_GOTEMPLATE_H
#define IMPORT_GOTEMPLATE_H
#include "base/error.h"
#include "config/node.h"

/* Fills "{{ .Sync.Source }}" and the like; a field is the entry's text of that name with a small
 * first letter, .Sync.Source is source where that is given. Caller frees. ARTM_E_CONFIG says what
 * can't be filled here: it needs the environment, a file, or more of the language. */
int gotemplate_fill(const char *text, const struct node *entry, const char *source, char **ret,
                    struct error *err);
/* Is text nothing but {{ FUNCTION "ARGUMENT" }}? Then ret is the argument; caller frees. */
bool gotemplate_is_call(const char *text, const char *function, char **ret);
bool gotemplate_has_action(const char *text);
#endif
