/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of Grype's table: matches that look the same there are one. */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "grype/grype.h"
#include <string.h>

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_text(object, key);
  return text ? text : "";
}

/* "< 0.1%" or "1.2%", and whole percents of the rank. Caller frees. */
static char *epss_text(const json_t *vulnerability) {
  const json_t *first = json_array_get(json_object_get(vulnerability, "epss"), 0);
  double score = json_number_value(json_object_get(first, "epss"));
  double rank = json_number_value(json_object_get(first, "percentile"));
  if (!(rank > 0 && rank <= 1))
    return registry_format("N/A");
  if (score * 100 < 0.1)
    return registry_format("< 0.1%% (%d)", (int)(rank * 100));
  return registry_format("%.1f%% (%d)", score * 100, (int)(rank * 100));
}

static char *risk_text(const json_t *vulnerability) {
  double risk = json_number_value(json_object_get(vulnerability, "risk"));
  if (risk == 0)
    return registry_format("N/A");
  return risk < 0.1 ? registry_format("< 0.1") : registry_format("%.1f", risk);
}

/* All versions, where the table cuts a long list: what differs only there stays apart. Caller
 * frees. */
static char *fix_text(const json_t *vulnerability) {
  const json_t *fix = json_object_get(vulnerability, "fix");
  const char *state = text_of(fix, "state");
  if (!strcmp(state, "wont-fix"))
    return registry_format("(won't fix)");
  if (!strcmp(state, "unknown"))
    return registry_format("%s", "");
  char *versions = json_dumps(json_object_get(fix, "versions"), JSON_COMPACT);
  return versions ? versions : registry_format("%s", "");
}

/* The table names distributions when the image has several; of one, it makes no difference. */
static const char *distribution(const json_t *vulnerability) {
  const char *namespace = text_of(vulnerability, "namespace");
  return strstr(namespace, ":distro:") ? namespace : "";
}

char *grype_row(const json_t *match) {
  const json_t *vulnerability = json_object_get(match, "vulnerability");
  const json_t *artifact = json_object_get(match, "artifact");
  auto_free char *fix = fix_text(vulnerability);
  auto_free char *epss = epss_text(vulnerability);
  auto_free char *risk = risk_text(vulnerability);
  bool is_exploited = json_array_size(json_object_get(vulnerability, "knownExploited")) > 0;
  return registry_format(" |%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", text_of(artifact, "name"),
                         text_of(artifact, "version"), fix, text_of(artifact, "type"),
                         text_of(vulnerability, "id"), text_of(vulnerability, "severity"), epss,
                         risk, is_exploited ? "kev" : "", distribution(vulnerability));
}
