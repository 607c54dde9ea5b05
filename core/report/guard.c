/* SPDX-License-Identifier: Apache-2.0 */
/* Text on its way out. */
#include "report/guard.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/log.h"
#include <stdbool.h>
#include <string.h>

#define FIELD_MAX 8192

char *guard_field(const char *text) {
  auto_free char *clean = log_redact(text != NULL ? text : "");
  auto_buf out = {0};
  text_escape(&out, clean, -1, FIELD_MAX);
  return buf_take(&out);
}

json_t *guard_string(const char *text) {
  if (text == NULL)
    return json_null();
  auto_free char *clean = log_redact(text);
  json_t *value = json_string(clean);
  if (value != NULL)
    return value;
  auto_free char *escaped = text_escaped(clean);
  return json_string(escaped);
}

/* The runner trims Unicode white space too, so any byte above ASCII counts as space here. */
static bool may_be_trimmed(unsigned char c) {
  return c <= ' ' || c >= 0x80;
}

void guard_text(struct buf *out, const char *text) {
  bool at_start = true;
  for (const char *p = text; *p != '\0'; p++) {
    if (at_start && p[0] == ':' && p[1] == ':') {
      buf_text(out, "\\x3a");
    } else if (strncmp(p, "##[", 3) == 0) {
      buf_text(out, "#\\x23[");
      p += 2;
    } else {
      buf_add(out, p, 1);
    }
    at_start = *p == '\n' || (at_start && may_be_trimmed((unsigned char)*p));
  }
}

void guard_json(struct buf *out, const char *json) {
  const char *found;
  while ((found = strstr(json, "##[")) != NULL) {
    buf_add(out, json, (size_t)(found - json));
    buf_text(out, "#\\u0023[");
    json = found + 3;
  }
  buf_text(out, json);
}
