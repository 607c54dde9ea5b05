/* SPDX-License-Identifier: Apache-2.0 */
/* How bad a SARIF result is. */
#include "exec/sarif.h"
#include <string.h>

/* A severity among the rule's tags. */
static const char *severity_tag(const struct sarif_subject *subject, uint32_t *ret) {
  const json_t *tags = sarif_property(subject, "tags"), *tag;
  size_t i;
  json_array_foreach(tags, i, tag) {
    if (severity_of(json_string_value(tag), ret))
      return json_string_value(tag);
  }
  return NULL;
}

static bool set_word(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  static const char *const keys[] = {"severity", "cvssV3_severity", "cvssv3_severity"};
  const char *word = SARIF_TOLD(subject, "Severity");
  for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !severity_of(word, &row->severity); i++)
    word = json_string_value(sarif_property(subject, keys[i]));
  if (!severity_of(word, &row->severity))
    word = severity_tag(subject, &row->severity);
  row->severity_raw = word;
  return word != NULL;
}

/* A number, or a number in a string. */
static int32_t tenths_of(const json_t *value) {
  if (json_is_number(value))
    return (int32_t)json_scaled(value, 10, 100);
  return cvss_tenths(json_string_value(value));
}

static void set_score(const struct sarif_subject *subject) {
  static const char *const keys[] = {"cvssV3", "cvssv3_baseScore"};
  struct artm_finding *row = &subject->finding->row;
  int32_t tenths = -1;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0] && tenths < 0; i++)
    tenths = tenths_of(sarif_property(subject, keys[i]));
  if (tenths < 0)
    return;
  struct artm_cvss *score = finding_memory(subject->finding, 1, sizeof *score);
  *score = (struct artm_cvss){.struct_size = sizeof *score,
                              .score = (uint32_t)tenths,
                              .source = subject->driver,
                              .version = "3"};
  row->cvss = score;
  row->cvss_count = 1;
}

/* The tool's own word first, then the number for GitHub, which is often the CVSS score of somebody
 * else, then the level, whose default is "warning". */
void sarif_set_severity(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  set_score(subject);
  if (set_word(subject))
    return;
  int32_t tenths = tenths_of(sarif_property(subject, "security-severity"));
  if (tenths >= 0) {
    row->severity = severity_of_score((uint32_t)tenths);
    row->severity_raw = json_string_value(sarif_property(subject, "security-severity"));
    return;
  }
  const char *level = json_text(subject->result, "level");
  if (!level)
    level = json_text(json_object_get(subject->rule, "defaultConfiguration"), "level");
  row->severity_raw = level;
  if (!level || !strcmp(level, "warning"))
    row->severity = ARTM_SEVERITY_MEDIUM;
  else if (!strcmp(level, "error"))
    row->severity = ARTM_SEVERITY_HIGH;
  else
    row->severity = !strcmp(level, "note") ? ARTM_SEVERITY_LOW : ARTM_SEVERITY_UNKNOWN;
}
