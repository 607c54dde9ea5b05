/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JSON: members that a finding lacks are left out. */
#include "report/finding_json.h"
#include "report/guard.h"
#include "report/json_write.h"

static void add_text(json_t *object, const char *name, const char *value) {
  if (value != NULL)
    json_set_text(object, name, value);
}

static json_t *list_json(const char *const *list) {
  json_t *array = json_array();
  for (; list != NULL && *list != NULL; list++)
    json_array_append_new(array, guard_string(*list));
  return array;
}

static void add_list(json_t *object, const char *name, const char *const *list) {
  if (list != NULL && list[0] != NULL)
    json_object_set_new(object, name, list_json(list));
}

static json_t *package_json(const struct artm_finding *finding) {
  json_t *package = json_object();
  json_set_text(package, "class", package_class_name(finding->package_class));
  add_text(package, "type", finding->package_type);
  add_text(package, "name", finding->package_name);
  add_text(package, "version", finding->package_version);
  add_text(package, "path", finding->package_path);
  add_text(package, "purl", finding->purl);
  add_text(package, "src_name", finding->source_name);
  add_text(package, "src_version", finding->source_version);
  return package;
}

static json_t *fix_json(const struct artm_finding *finding) {
  json_t *fix = json_object();
  json_set_text(fix, "state", fix_state_name(finding->fix_state));
  json_object_set_new(fix, "versions", list_json(finding->fix_versions));
  return fix;
}

static void add_scores(json_t *object, const struct artm_finding *finding) {
  json_t *array = finding->cvss_count > 0 ? json_array() : NULL;
  for (uint32_t i = 0; i < finding->cvss_count; i++) {
    const struct artm_cvss *cvss = &finding->cvss[i];
    json_t *item = json_object();
    add_text(item, "source", cvss->source);
    add_text(item, "version", cvss->version);
    add_text(item, "vector", cvss->vector);
    json_object_set_new(item, "score", json_real(cvss->score / 10.0));
    json_array_append_new(array, item);
  }
  if (array != NULL)
    json_object_set_new(object, "cvss", array);
}

static void add_layer(json_t *object, const struct artm_finding *finding) {
  if (finding->layer_digest == NULL && finding->layer_diff_id == NULL)
    return;
  json_t *layer = json_object();
  add_text(layer, "digest", finding->layer_digest);
  add_text(layer, "diff_id", finding->layer_diff_id);
  json_object_set_new(object, "layer", layer);
}

static json_t *suppressed_json(const struct artm_finding *finding) {
  if (finding->suppressed_status == NULL)
    return json_null();
  json_t *suppressed = json_object();
  json_set_text(suppressed, "status", finding->suppressed_status);
  json_set_text(suppressed, "statement", finding->suppressed_statement);
  json_set_text(suppressed, "source", finding->suppressed_source);
  return suppressed;
}

json_t *finding_json(const struct artm_finding *finding) {
  json_t *object = json_object();
  json_set_text(object, "id", finding->id);
  add_list(object, "aliases", finding->aliases);
  add_text(object, "namespace", finding->data_source);
  add_text(object, "url", finding->url);
  add_text(object, "title", finding->title);
  add_text(object, "description", finding->description);
  json_set_text(object, "severity", severity_name(finding->severity));
  add_text(object, "severity_raw", finding->severity_raw);
  add_text(object, "severity_source", finding->severity_source);
  json_object_set_new(object, "pkg", package_json(finding));
  json_object_set_new(object, "fix", fix_json(finding));
  add_scores(object, finding);
  add_list(object, "cwe", finding->cwes);
  add_list(object, "refs", finding->references);
  if (finding->flags & ARTM_FINDING_PUBLISHED)
    json_set_time(object, "published", finding->published * 1000);
  if (finding->flags & ARTM_FINDING_MODIFIED)
    json_set_time(object, "modified", finding->modified * 1000);
  add_layer(object, finding);
  if (finding->flags & ARTM_FINDING_EPSS)
    json_object_set_new(object, "epss", json_real(finding->epss / 1e6));
  json_set_bool(object, "kev", finding->flags & ARTM_FINDING_KEV);
  if (finding->flags & ARTM_FINDING_RISK)
    json_object_set_new(object, "risk", json_real(finding->risk / 1e3));
  json_object_set_new(object, "suppressed", suppressed_json(finding));
  return object;
}
