/* SPDX-License-Identifier: Apache-2.0 */
/* A match of Grype's report as a finding. */
#include "common/cleanup.h"
#include "grype/grype.h"
#include <string.h>

static void set_severity(const json_t *vulnerability, struct artm_finding *row) {
  row->severity_raw = json_text(vulnerability, "severity");
  row->severity_source = json_text(vulnerability, "namespace");
  if (!severity_of(row->severity_raw, &row->severity))
    row->severity = ARTM_SEVERITY_UNKNOWN;
}

static void set_fix(const json_t *vulnerability, struct finding *finding) {
  static const struct {
    const char *word;
    uint32_t state;
  } states[] = {
      {"fixed", ARTM_FIX_FIXED}, {"not-fixed", ARTM_FIX_AFFECTED}, {"wont-fix", ARTM_FIX_WONT_FIX}};
  const json_t *fix = json_object_get(vulnerability, "fix");
  const char *word = json_text(fix, "state");
  for (size_t i = 0; word && i < sizeof states / sizeof states[0]; i++)
    if (!strcmp(word, states[i].word))
      finding->row.fix_state = states[i].state;
  finding->row.fix_versions = finding_strings(finding, json_object_get(fix, "versions"));
}

/* The scores of the vulnerability, or of the first related one that has any. */
static const json_t *find_scores(const json_t *match, const char **ret_source) {
  const json_t *vulnerability = json_object_get(match, "vulnerability"), *related;
  size_t i;
  const json_t *scores = json_object_get(vulnerability, "cvss");
  *ret_source = json_text(vulnerability, "namespace");
  if (json_array_size(scores))
    return scores;
  json_array_foreach(json_object_get(match, "relatedVulnerabilities"), i, related) {
    scores = json_object_get(related, "cvss");
    *ret_source = json_text(related, "namespace");
    if (json_array_size(scores))
      break;
  }
  return scores;
}

static void set_scores(const json_t *match, struct finding *finding) {
  const char *namespace;
  const json_t *scores = find_scores(match, &namespace), *score;
  size_t count = json_array_size(scores);
  count = count < FINDING_LIST_MAX ? count : FINDING_LIST_MAX;
  if (!count)
    return;
  struct artm_cvss *list = finding_memory(finding, count, sizeof *list);
  uint32_t found = 0;
  for (size_t i = 0; i < count; i++) {
    score = json_array_get(scores, i);
    const json_t *base = json_object_get(json_object_get(score, "metrics"), "baseScore");
    const char *source = json_text(score, "source");
    if (json_is_number(base))
      list[found++] = (struct artm_cvss){.struct_size = sizeof *list,
                                         .score = json_scaled(base, 10, 100),
                                         .source = source ? source : namespace,
                                         .version = json_text(score, "version"),
                                         .vector = json_text(score, "vector")};
  }
  finding->row.cvss = list;
  finding->row.cvss_count = found;
}

static void set_exploitation(const json_t *vulnerability, struct artm_finding *row) {
  if (json_array_size(json_object_get(vulnerability, "knownExploited")))
    row->flags |= ARTM_FINDING_KEV;
  const json_t *first = json_array_get(json_object_get(vulnerability, "epss"), 0);
  const json_t *epss = json_object_get(first, "epss");
  if (json_is_number(epss)) {
    row->flags |= ARTM_FINDING_EPSS;
    row->epss = json_scaled(epss, 1e6, 1000000);
  }
  const json_t *risk = json_object_get(vulnerability, "risk");
  if (json_is_number(risk)) {
    row->flags |= ARTM_FINDING_RISK;
    row->risk = json_scaled(risk, 1e3, UINT32_MAX);
  }
}

static const char *description(const json_t *match) {
  const char *text = json_text(json_object_get(match, "vulnerability"), "description");
  const json_t *related;
  size_t i;
  json_array_foreach(json_object_get(match, "relatedVulnerabilities"), i, related) {
    if (!text)
      text = json_text(related, "description");
  }
  return text;
}

static void set_vulnerability(const json_t *match, struct finding *finding) {
  const json_t *vulnerability = json_object_get(match, "vulnerability");
  struct artm_finding *row = &finding->row;
  row->id = json_text(vulnerability, "id");
  row->aliases =
      finding_members(finding, json_object_get(match, "relatedVulnerabilities"), "id", row->id);
  row->data_source = json_text(vulnerability, "namespace");
  row->url = json_text(vulnerability, "dataSource");
  row->description = description(match);
  row->references = finding_strings(finding, json_object_get(vulnerability, "urls"));
  row->cwes = finding_members(finding, json_object_get(vulnerability, "cwes"), "cwe", NULL);
  set_severity(vulnerability, row);
  set_fix(vulnerability, finding);
  set_scores(match, finding);
  set_exploitation(vulnerability, row);
}

static void set_package(const json_t *artifact, struct artm_finding *row) {
  const json_t *location = json_array_get(json_object_get(artifact, "locations"), 0);
  const json_t *upstream = json_array_get(json_object_get(artifact, "upstreams"), 0);
  row->package_type = json_text(artifact, "type");
  row->package_class = package_class_of(row->package_type);
  row->package_name = json_text(artifact, "name");
  row->package_version = json_text(artifact, "version");
  row->package_path = json_text(location, "path");
  row->layer_diff_id = json_text(location, "layerID");
  row->purl = json_text(artifact, "purl");
  row->source_name = json_text(upstream, "name");
  row->source_version = json_text(upstream, "version");
}

/* By the first of the rules that applied. */
static void set_suppressed(const json_t *match, struct artm_finding *row) {
  const json_t *rule = json_array_get(json_object_get(match, "appliedIgnoreRules"), 0);
  const char *status = json_text(rule, "vex-status");
  const char *reason = json_text(rule, "reason");
  row->suppressed_status = status ? status : "ignored";
  row->suppressed_statement = reason ? reason : json_text(rule, "vex-justification");
  row->suppressed_source = status ? "VEX" : "Grype";
}

bool grype_match(const json_t *match, bool is_ignored, struct finding *finding) {
  set_vulnerability(match, finding);
  set_package(json_object_get(match, "artifact"), &finding->row);
  if (is_ignored)
    set_suppressed(match, &finding->row);
  return finding->row.id && finding->row.package_name;
}
