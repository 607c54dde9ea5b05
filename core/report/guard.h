/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps text from outside from being read as a workflow command by a CI runner that watches our
 * output. */
#ifndef REPORT_GUARD_H
#define REPORT_GUARD_H
#include "base/buf.h"

/* Adds lines of text, in which no line begins with "::" and "##[" stands nowhere. */
void guard_text(struct buf *out, const char *text);
/* The same for one line of JSON. */
void guard_json(struct buf *out, const char *json);
#endif
