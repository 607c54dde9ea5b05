/* SPDX-License-Identifier: Apache-2.0 */
/* What tools put into lines of text for people. */
#include "exec/sarif.h"
#include <string.h>
#include <strings.h>

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/* Where the value begins if the line has the key: "Key: value", "Key : value" and, as
 * "Vulnerability CVE-1" has it, without a colon. */
static const char *after_key(const char *line, const char *end, const char *key) {
  size_t length = strlen(key);
  if ((size_t)(end - line) < length || strncasecmp(line, key, length) != 0)
    return NULL;
  const char *at = line + length;
  while (at < end && is_blank(*at))
    at++;
  if (at < end && *at == ':')
    return at + 1;
  return at > line + length && at < end && !strcasecmp(key, "vulnerability") ? at : NULL;
}

static const char *value_of(struct finding *finding, const char *from, const char *end) {
  while (from < end && is_blank(*from))
    from++;
  while (end > from && is_blank(end[-1]))
    end--;
  return finding_copy(finding, from, (size_t)(end - from));
}

const char *line_value(struct finding *finding, const char *text, const char *const *keys) {
  while (text && *text) {
    const char *end = text + strcspn(text, "\n");
    while (text < end && is_blank(*text))
      text++;
    for (size_t i = 0; keys[i]; i++) {
      const char *value = after_key(text, end, keys[i]);
      if (value)
        return value_of(finding, value, end);
    }
    text = *end ? end + 1 : end;
  }
  return NULL;
}

const char *const *list_of(struct finding *finding, const char *text) {
  size_t count = 1, found = 0;
  for (const char *at = text; *at; at++)
    count += *at == ',';
  count = count < FINDING_LIST_MAX ? count : FINDING_LIST_MAX;
  const char **list = finding_memory(finding, count + 1, sizeof *list);
  while (*text && found < count) {
    const char *end = text + strcspn(text, ",");
    const char *value = value_of(finding, text, end);
    if (*value)
      list[found++] = value;
    text = *end ? end + 1 : end;
  }
  return found ? list : NULL;
}
