/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as SARIF rules and results. A rule is a vulnerability, whatever the package. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/markdown.h"
#include "report/sarif.h"
#include <ctype.h>
#include <string.h>

#define SHORT_MAX 255 /* bytes; GitHub shows so much of a rule's name */
#define CWES_MAX 6    /* with our own three tags below the ten that GitHub shows */

static void set_text(json_t *object, const char *name, const char *text, size_t max) {
  auto_free char *shown = excerpt(text, max);
  if (shown[0] != '\0')
    json_object_set_new(object, name, json_string(shown));
}

static void set_message(json_t *object, const char *name, const char *text, size_t max) {
  json_t *message = json_object();
  json_object_set_new(message, "text", sarif_text(text, max));
  json_object_set_new(object, name, message);
}

static const char *level_of(uint32_t severity) {
  if (severity == ARTM_SEVERITY_CRITICAL || severity == ARTM_SEVERITY_HIGH)
    return "error";
  return severity == ARTM_SEVERITY_MEDIUM ? "warning" : "note";
}

/* Without a score, one in the middle of what GitHub calls by the same name. */
static char *security_severity(const struct artm_finding *finding) {
  static const uint32_t usual[SEVERITY_COUNT] = {
      [ARTM_SEVERITY_CRITICAL] = 95, [ARTM_SEVERITY_HIGH] = 80,       [ARTM_SEVERITY_MEDIUM] = 55,
      [ARTM_SEVERITY_LOW] = 20,      [ARTM_SEVERITY_NEGLIGIBLE] = 20,
  };
  uint32_t score = finding_score(finding);
  if (score == 0 && finding->severity < SEVERITY_COUNT)
    score = usual[finding->severity];
  return str_format("%u.%u", score / 10, score % 10);
}

static json_t *rule_tags(const struct artm_finding *finding) {
  json_t *tags = json_array();
  json_array_append_new(tags, json_string("vulnerability"));
  json_array_append_new(tags, json_string("security"));
  json_array_append_new(tags, json_string(severity_name(finding->severity)));
  for (size_t i = 0; finding->cwes != NULL && finding->cwes[i] != NULL && i < CWES_MAX; i++) {
    auto_free char *cwe = text_lower(finding->cwes[i]);
    size_t digits = text_starts(cwe, "cwe-") ? strspn(cwe + 4, "0123456789") : 0;
    if (digits == 0 || digits > 6 || cwe[4 + digits] != '\0')
      continue;
    auto_free char *tag = str_format("external/cwe/%s", cwe);
    json_array_append_new(tags, json_string(tag));
  }
  return tags;
}

static const char *rule_name(const struct artm_finding *finding) {
  switch (finding->package_class) {
  case ARTM_PACKAGE_OS:
    return "OsPackageVulnerability";
  case ARTM_PACKAGE_LANG:
    return "LanguageSpecificPackageVulnerability";
  default:
    return "Vulnerability";
  }
}

/* Nothing in it depends on a package: another one may have the same rule. */
static json_t *rule_help(const struct artm_finding *finding, const char *link) {
  const char *description = finding->description != NULL ? finding->description : finding->title;
  auto_free char *id = excerpt(finding->id, SHORT_MAX);
  auto_free char *text = excerpt(description, EXCERPT_TEXT);
  auto_buf plain = {0}, markdown = {0};
  json_t *help = json_object();
  buf_printf(&plain, "Vulnerability: %s; severity: %s; link: %s; %s", id,
             severity_name(finding->severity), link != NULL ? link : "none", text);
  buf_text(&markdown, "**Vulnerability** ");
  markdown_link(&markdown, finding->id, link);
  buf_printf(&markdown, "\n\n**Severity** %s\n\n", severity_name(finding->severity));
  markdown_code(&markdown, description, EXCERPT_TEXT);
  json_object_set_new(help, "text", sarif_text(plain.data, 2 * EXCERPT_TEXT));
  json_object_set_new(help, "markdown", json_string(markdown.data));
  return help;
}

char *sarif_rule_id(const struct artm_finding *finding) {
  auto_free char *id = excerpt(finding->id, SHORT_MAX);
  return str_copy(id[0] != '\0' ? id : "unknown");
}

json_t *sarif_rule(const struct artm_finding *finding) {
  const char *title =
      finding->title != NULL && finding->title[0] != '\0' ? finding->title : finding->id;
  const char *description = finding->description != NULL && finding->description[0] != '\0'
                                ? finding->description
                                : title;
  auto_free char *score = security_severity(finding), *link = finding_link(finding);
  auto_free char *id = sarif_rule_id(finding);
  json_t *rule = json_object(), *properties = json_object();
  json_object_set_new(rule, "id", json_string(id));
  json_object_set_new(rule, "name", json_string(rule_name(finding)));
  set_message(rule, "shortDescription", title, SHORT_MAX);
  set_message(rule, "fullDescription", description, EXCERPT_TEXT);
  if (link != NULL)
    json_object_set_new(rule, "helpUri", json_string(link));
  json_object_set_new(rule, "help", rule_help(finding, link));
  json_object_set_new(rule, "defaultConfiguration",
                      json_pack("{s:s}", "level", level_of(finding->severity)));
  json_object_set_new(properties, "precision", json_string("very-high"));
  json_object_set_new(properties, "security-severity", json_string(score));
  json_object_set_new(properties, "tags", rule_tags(finding));
  json_object_set_new(rule, "properties", properties);
  return rule;
}

static void add_fact(struct buf *text, const char *label, const char *value) {
  auto_free char *shown = excerpt(value, EXCERPT_NAME);
  buf_printf(text, "%s%s: %s", text->len > 0 ? "\n" : "", label, shown[0] != '\0' ? shown : "-");
}

/* Lines of our own, so that it is not an excerpt as a whole. */
static json_t *result_message(const struct sarif_result *result, const char *image) {
  const struct artm_finding *finding = result->row->finding;
  auto_free char *fixes = finding_fixes(finding), *link = finding_link(finding);
  auto_buf text = {0};
  add_fact(&text, "Package", finding->package_name);
  add_fact(&text, "Installed version", finding->package_version);
  add_fact(&text, "Vulnerability", finding->id);
  add_fact(&text, "Severity", severity_name(finding->severity));
  add_fact(&text, "Fixed version", fixes);
  add_fact(&text, "Image", image);
  add_fact(&text, "Link", link);
  auto_free char *plain = sarif_without_links(text.data);
  return json_pack("{s:s}", "text", plain);
}

static json_t *location_of(const struct sarif_result *result) {
  const struct artm_finding *finding = result->row->finding;
  const char *path = finding->package_path;
  bool inside = path != NULL && path[0] != '\0';
  auto_free char *uri =
      sarif_uri(inside ? path : sarif_repository_path(result->part->scan->repository));
  auto_free char *where = str_format("%s@%s", finding->package_name ? finding->package_name : "",
                                     finding->package_version ? finding->package_version : "");
  json_t *location = json_pack("{s:{s:{s:s,s:s},s:{s:i,s:i,s:i,s:i}}}", "physicalLocation",
                               "artifactLocation", "uri", uri, "uriBaseId", "ROOTPATH", "region",
                               "startLine", 1, "startColumn", 1, "endLine", 1, "endColumn", 1);
  set_message(location, "message", where, EXCERPT_NAME);
  return location;
}

/* A run in which one result says whether it is suppressed says so of all. */
static json_t *suppressions_of(const struct scan_row *row) {
  const struct artm_finding *finding = row->finding;
  json_t *list = json_array();
  if (finding->suppressed_status != NULL) {
    const char *why = finding->suppressed_statement;
    auto_free char *text =
        str_format("%s%s%s", finding->suppressed_status, why != NULL ? ": " : "", why ? why : "");
    json_t *item = json_pack("{s:s}", "kind", "external");
    set_text(item, "justification", text, EXCERPT_TEXT);
    json_array_append_new(list, item);
  }
  if (row->allowed != NULL) {
    json_t *item = json_pack("{s:s}", "kind", "external");
    set_text(item, "justification", row->allowed, EXCERPT_TEXT);
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *result_properties(const struct sarif_result *result) {
  const struct artm_finding *finding = result->row->finding;
  json_t *properties = json_object();
  uint32_t score = finding_score(finding);
  json_object_set_new(properties, "severity", json_string(severity_name(finding->severity)));
  json_object_set_new(properties, "fixState", json_string(fix_state_name(finding->fix_state)));
  set_text(properties, "packageType", finding->package_type, EXCERPT_NAME);
  set_text(properties, "purl", finding->purl, EXCERPT_NAME);
  set_text(properties, "platform", result->part->scan->platform, EXCERPT_NAME);
  if (score > 0)
    json_object_set_new(properties, "cvss", json_real(score / 10.0));
  if (finding->flags & ARTM_FINDING_EPSS)
    json_object_set_new(properties, "epss", json_real(finding->epss / 1000000.0));
  if (finding->flags & ARTM_FINDING_KEV)
    json_object_set_new(properties, "kev", json_true());
  if (result->row->violates)
    json_object_set_new(properties, "violatesGate", json_true());
  return properties;
}

json_t *sarif_result_json(const struct sarif_result *result, const char *rule_id, size_t rule_index,
                          bool suppressions) {
  const struct artm_finding *finding = result->row->finding;
  const struct job_record *job = result->part->job;
  char fingerprint[65];
  auto_free char *label =
      str_format("%s:%s", job->name ? job->name : "", job->version ? job->version : "");
  finding_fingerprint(result->part->scan, finding, fingerprint);
  /* The only fingerprint that GitHub reads; two packages may share rule and location. */
  auto_free char *line_hash = str_format("%.16s:1", fingerprint);
  json_t *object = json_object();
  json_object_set_new(object, "ruleId", json_string(rule_id));
  json_object_set_new(object, "ruleIndex", json_integer((json_int_t)rule_index));
  json_object_set_new(object, "level", json_string(level_of(finding->severity)));
  json_object_set_new(object, "message", result_message(result, label));
  json_object_set_new(object, "locations", json_pack("[o]", location_of(result)));
  json_object_set_new(
      object, "partialFingerprints",
      json_pack("{s:s,s:s}", "artmirror/v1", fingerprint, "primaryLocationLineHash", line_hash));
  if (suppressions)
    json_object_set_new(object, "suppressions", suppressions_of(result->row));
  json_object_set_new(object, "properties", result_properties(result));
  return object;
}
