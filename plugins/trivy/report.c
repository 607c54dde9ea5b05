/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's JSON report. */
#include "trivy/report.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "trivy/row.h"
#include <stdio.h>
#include <string.h>

#define ASK_EVERY 500 /* findings */

struct reading {
  const struct artm_host *host;
  struct json_walk *walk;
  struct artm_call *call;
  struct artm_finding_sink *sink;
  const char *digest;
  int32_t answer; /* of the sink or the host: not 0 ends it */
  unsigned count;
  bool has_schema, has_name, is_other;
  struct report_facts facts;
};

/* Of the result that is being read. */
struct result {
  json_t *class, *type, *target;
  bool has_findings;
};

static bool goes_on(const struct reading *reading) {
  return !reading->walk->problem && !reading->answer;
}

static bool is_class(const struct result *result, const char *name) {
  const char *text = json_string_value(result->class);
  return text && !strcmp(text, name);
}

static struct row_place place_of(const struct result *result) {
  bool lang = is_class(result, "lang-pkgs");
  return (struct row_place){
      .package_class = is_class(result, "os-pkgs") ? ARTM_PACKAGE_OS
                       : lang                      ? ARTM_PACKAGE_LANG
                                                   : ARTM_PACKAGE_OTHER,
      .type = json_string_value(result->type),
      .target = lang ? json_string_value(result->target) : NULL,
  };
}

static void add(struct reading *reading, const json_t *vulnerability, const struct result *result,
                const json_t *modified) {
  auto_finding finding;
  finding_init(&finding);
  const struct row_place place = place_of(result);
  if (!row_read(vulnerability, &place, &finding)) {
    json_walk_refuse(reading->walk, "a finding before this has no VulnerabilityID or no PkgName");
    return;
  }
  if (modified) {
    const char *status = json_text(modified, "Status");
    finding.row.suppressed_status = status ? status : "ignored";
    finding.row.suppressed_statement = json_text(modified, "Statement");
    finding.row.suppressed_source = json_text(modified, "Source");
  }
  reading->answer = reading->sink->add(reading->sink, &finding.row);
}

static void read_findings(struct reading *reading, struct result *result, bool modified) {
  struct json_walk *walk = reading->walk;
  if (json_walk_peek(walk) == 'n') {
    json_walk_skip(walk);
    return;
  }
  result->has_findings = true;
  if (!json_walk_enter(walk, '['))
    return;
  while (goes_on(reading) && json_walk_item(walk)) {
    if (++reading->count % ASK_EVERY == 0)
      reading->answer = reading->host->cancelled(reading->call);
    auto_json *item = json_walk_value(walk);
    if (!item || reading->answer)
      return;
    const char *type = json_text(item, "Type");
    if (!modified)
      add(reading, item, result, NULL);
    else if (type && !strcmp(type, "vulnerability"))
      add(reading, json_object_get(item, "Finding"), result, item);
  }
}

/* Class, type and target come first, or the findings would be read without them. */
static void read_text(struct reading *reading, const struct result *result, json_t **ret) {
  if (result->has_findings)
    json_walk_refuse(reading->walk, "a result has its findings before its class");
  json_decref(*ret);
  *ret = json_walk_value(reading->walk);
}

static void read_result(struct reading *reading) {
  struct json_walk *walk = reading->walk;
  struct result result = {0};
  if (json_walk_enter(walk, '{'))
    while (goes_on(reading) && json_walk_member(walk)) {
      if (!strcmp(walk->name, "Class"))
        read_text(reading, &result, &result.class);
      else if (!strcmp(walk->name, "Type"))
        read_text(reading, &result, &result.type);
      else if (!strcmp(walk->name, "Target"))
        read_text(reading, &result, &result.target);
      else if (!strcmp(walk->name, "Vulnerabilities"))
        read_findings(reading, &result, false);
      else if (!strcmp(walk->name, "ExperimentalModifiedFindings"))
        read_findings(reading, &result, true);
      else
        json_walk_skip(walk);
    }
  json_decref(result.class);
  json_decref(result.type);
  json_decref(result.target);
}

static void read_results(struct reading *reading) {
  struct json_walk *walk = reading->walk;
  if (json_walk_peek(walk) == 'n') {
    json_walk_skip(walk);
    return;
  }
  if (json_walk_enter(walk, '['))
    while (goes_on(reading) && json_walk_item(walk))
      read_result(reading);
}

static void read_system(struct reading *reading) {
  auto_json *os = json_walk_value(reading->walk);
  const char *family = json_text(os, "Family");
  if (!family || !strcmp(family, "none"))
    return;
  reading->answer =
      reading->sink->os(reading->sink, family, json_text(os, "Name"),
                        json_is_true(json_object_get(os, "EOSL")) ? ARTM_OS_END_OF_LIFE : 0);
}

static void read_metadata(struct reading *reading) {
  struct json_walk *walk = reading->walk;
  if (json_walk_peek(walk) == 'n') {
    json_walk_skip(walk);
    return;
  }
  if (json_walk_enter(walk, '{'))
    while (goes_on(reading) && json_walk_member(walk)) {
      if (!strcmp(walk->name, "OS"))
        read_system(reading);
      else
        json_walk_skip(walk);
    }
}

static void read_version(struct reading *reading) {
  auto_json *trivy = json_walk_value(reading->walk);
  const char *version = json_text(trivy, "Version");
  snprintf(reading->facts.version, sizeof reading->facts.version, "%s", version ? version : "");
}

/* What Trivy was told to scan, as it was told. */
static void read_name(struct reading *reading) {
  auto_json *value = json_walk_value(reading->walk);
  const char *text = json_string_value(value);
  const char *digest = text ? strrchr(text, '@') : NULL;
  reading->has_name = text && *text;
  reading->is_other = reading->digest && (!digest || strcmp(digest + 1, reading->digest) != 0);
}

static void read_member(struct reading *reading) {
  struct json_walk *walk = reading->walk;
  if (!strcmp(walk->name, "Results")) {
    read_results(reading);
  } else if (!strcmp(walk->name, "Metadata")) {
    read_metadata(reading);
  } else if (!strcmp(walk->name, "Trivy")) {
    read_version(reading);
  } else if (!strcmp(walk->name, "SchemaVersion")) {
    auto_json *value = json_walk_value(walk);
    reading->has_schema = json_integer_value(value) == 2;
  } else if (!strcmp(walk->name, "ArtifactName")) {
    read_name(reading);
  } else {
    json_walk_skip(walk);
  }
}

int32_t report_read(struct json_walk *walk, const struct artm_host *host, struct artm_call *call,
                    const char *digest, struct artm_finding_sink *sink, struct report_facts *ret) {
  struct reading reading = {
      .host = host, .walk = walk, .call = call, .sink = sink, .digest = digest};
  if (json_walk_enter(walk, '{'))
    while (goes_on(&reading) && json_walk_member(walk))
      read_member(&reading);
  if (reading.answer)
    return reading.answer;
  if (!json_walk_end(walk))
    return fail(host, call, ARTM_E_INTERNAL, NULL, NULL, "Trivy's report is broken: %s (byte %llu)",
                walk->problem, (unsigned long long)walk->problem_at);
  if (!reading.has_schema)
    return artm_fail(host, call, ARTM_E_INTERNAL,
                     "Trivy's report has another schema version than 2", NULL);
  if (!reading.has_name)
    return artm_fail(host, call, ARTM_E_INTERNAL, "Trivy's report does not say what was scanned",
                     NULL);
  if (reading.is_other)
    return artm_fail(host, call, ARTM_E_INTERNAL, "Trivy's report is about another image", NULL);
  *ret = reading.facts;
  return 0;
}
