/* SPDX-License-Identifier: Apache-2.0 */
/* Text on its way out: secrets hidden, harmless for terminals, and never read as a workflow command
 * by a CI runner that watches our output. */
#ifndef REPORT_GUARD_H
#define REPORT_GUARD_H
#include "base/buf.h"
#include <jansson.h>

/* Redacted and escaped for a line; "" for NULL. Caller frees. */
char *guard_field(const char *text);
/* Redacted, and escaped where it is no UTF-8; JSON null for NULL. Caller decrefs. */
json_t *guard_string(const char *text);
/* Adds lines of text, in which no line begins with "::" and "##[" stands nowhere. */
void guard_text(struct buf *out, const char *text);
/* The same for one line of JSON. */
void guard_json(struct buf *out, const char *json);
#endif
