/* SPDX-License-Identifier: Apache-2.0 */
/* Where a SARIF result keeps what it has no member for. */
#include "exec/sarif.h"

const char *sarif_told(const struct sarif_subject *subject, const char *const *keys) {
  const char *value = line_value(subject->finding, subject->message, keys);
  return value ? value : line_value(subject->finding, subject->help, keys);
}

const json_t *sarif_property(const struct sarif_subject *subject, const char *key) {
  const json_t *own = json_object_get(json_object_get(subject->result, "properties"), key);
  return own ? own : json_object_get(json_object_get(subject->rule, "properties"), key);
}
