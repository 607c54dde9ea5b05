/* SPDX-License-Identifier: Apache-2.0 */
/* Our own report, "artmirror.scan/1", as a command writes it: strict, so that a misspelled word is
 * no finding less. */
#include "common/cleanup.h"
#include "exec/exec.h"
#include <string.h>

#define SCHEMA "artmirror.scan/1"

struct word {
  const char *name;
  uint32_t value;
};
static const struct word states[] = {
    {"unknown", ARTM_FIX_UNKNOWN},
    {"fixed", ARTM_FIX_FIXED},
    {"affected", ARTM_FIX_AFFECTED},
    {"wont_fix", ARTM_FIX_WONT_FIX},
    {"deferred", ARTM_FIX_DEFERRED},
    {"eol", ARTM_FIX_END_OF_LIFE},
    {"under_investigation", ARTM_FIX_UNDER_INVESTIGATION},
    {"not_affected", ARTM_FIX_NOT_AFFECTED},
    {NULL, 0},
};
static const struct word classes[] = {
    {"other", ARTM_PACKAGE_OTHER},
    {"os", ARTM_PACKAGE_OS},
    {"lang", ARTM_PACKAGE_LANG},
    {NULL, 0},
};

/* Leaves *ret alone where there is no text. False: it is no word of these. */
static bool find_word(const struct word *words, const char *text, uint32_t *ret) {
  for (; text && words->name; words++)
    if (!strcmp(words->name, text)) {
      *ret = words->value;
      return true;
    }
  return !text;
}

static const char *set_package(const json_t *package, struct artm_finding *row) {
  row->package_type = json_text(package, "type");
  row->package_class = package_class_of(row->package_type);
  if (!find_word(classes, json_text(package, "class"), &row->package_class))
    return "a finding before this has an unknown pkg.class";
  row->package_name = json_text(package, "name");
  row->package_version = json_text(package, "version");
  row->package_path = json_text(package, "path");
  row->purl = json_text(package, "purl");
  row->source_name = json_text(package, "src_name");
  row->source_version = json_text(package, "src_version");
  return row->package_name ? NULL : "a finding before this has no pkg.name";
}

static const char *set_fix(const json_t *fix, struct finding *finding) {
  finding->row.fix_versions = finding_strings(finding, json_object_get(fix, "versions"));
  if (finding->row.fix_versions)
    finding->row.fix_state = ARTM_FIX_FIXED;
  return find_word(states, json_text(fix, "state"), &finding->row.fix_state)
             ? NULL
             : "a finding before this has an unknown fix.state";
}

static void set_scores(const json_t *scores, struct finding *finding) {
  size_t count = json_array_size(scores);
  count = count < FINDING_LIST_MAX ? count : FINDING_LIST_MAX;
  if (!count)
    return;
  struct artm_cvss *list = finding_memory(finding, count, sizeof *list);
  uint32_t found = 0;
  for (size_t i = 0; i < count; i++) {
    const json_t *item = json_array_get(scores, i), *score = json_object_get(item, "score");
    if (json_is_number(score))
      list[found++] = (struct artm_cvss){.struct_size = sizeof *list,
                                         .score = json_scaled(score, 10, 100),
                                         .source = json_text(item, "source"),
                                         .version = json_text(item, "version"),
                                         .vector = json_text(item, "vector")};
  }
  finding->row.cvss = list;
  finding->row.cvss_count = found;
}

static const char *set_time(const json_t *item, const char *key, uint32_t flag,
                            struct artm_finding *row, int64_t *ret) {
  const char *text = json_text(item, key);
  if (!text)
    return NULL;
  row->flags |= flag;
  return time_of(text, ret) ? NULL : "a finding before this has a broken date";
}

static void set_numbers(const json_t *item, struct artm_finding *row) {
  const json_t *epss = json_object_get(item, "epss"), *risk = json_object_get(item, "risk");
  if (json_is_number(epss)) {
    row->flags |= ARTM_FINDING_EPSS;
    row->epss = json_scaled(epss, 1e6, 1000000);
  }
  if (json_is_number(risk)) {
    row->flags |= ARTM_FINDING_RISK;
    row->risk = json_scaled(risk, 1e3, UINT32_MAX);
  }
  if (json_is_true(json_object_get(item, "kev")))
    row->flags |= ARTM_FINDING_KEV;
}

static void set_suppressed(const json_t *suppressed, struct artm_finding *row) {
  if (!json_is_object(suppressed))
    return;
  const char *status = json_text(suppressed, "status");
  row->suppressed_status = status ? status : "suppressed";
  row->suppressed_statement = json_text(suppressed, "statement");
  row->suppressed_source = json_text(suppressed, "source");
}

static void set_texts(const json_t *item, struct finding *finding) {
  const json_t *layer = json_object_get(item, "layer");
  struct artm_finding *row = &finding->row;
  row->id = json_text(item, "id");
  row->aliases = finding_strings(finding, json_object_get(item, "aliases"));
  row->data_source = json_text(item, "namespace");
  row->url = json_text(item, "url");
  row->title = json_text(item, "title");
  row->description = json_text(item, "description");
  row->severity_raw = json_text(item, "severity_raw");
  row->severity_source = json_text(item, "severity_source");
  row->cwes = finding_strings(finding, json_object_get(item, "cwe"));
  row->references = finding_strings(finding, json_object_get(item, "refs"));
  row->layer_digest = json_text(layer, "digest");
  row->layer_diff_id = json_text(layer, "diff_id");
}

/* What is wrong with it, or NULL. */
static const char *fill(const json_t *item, struct finding *finding) {
  struct artm_finding *row = &finding->row;
  set_texts(item, finding);
  set_scores(json_object_get(item, "cvss"), finding);
  set_numbers(item, row);
  set_suppressed(json_object_get(item, "suppressed"), row);
  if (!row->id)
    return "a finding before this has no id";
  if (!severity_of(json_text(item, "severity"), &row->severity))
    return "a finding before this has no severity, or an unknown one";
  const char *problem = set_package(json_object_get(item, "pkg"), row);
  if (!problem)
    problem = set_fix(json_object_get(item, "fix"), finding);
  if (!problem)
    problem = set_time(item, "published", ARTM_FINDING_PUBLISHED, row, &row->published);
  return problem ? problem : set_time(item, "modified", ARTM_FINDING_MODIFIED, row, &row->modified);
}

static int32_t take_finding(struct json_walk *walk, struct artm_finding_sink *sink) {
  auto_json *item = json_walk_value(walk);
  if (!item)
    return 0;
  auto_finding finding;
  finding_init(&finding);
  const char *problem = fill(item, &finding);
  if (!problem)
    return sink->add(sink, &finding.row);
  json_walk_refuse(walk, problem);
  return 0;
}

static int32_t take_os(struct json_walk *walk, struct artm_finding_sink *sink) {
  auto_json *os = json_walk_value(walk);
  const char *family = json_text(os, "family");
  if (!family || json_is_false(json_object_get(os, "known")))
    return 0;
  bool is_end_of_life = json_is_true(json_object_get(os, "eol"));
  return sink->os(sink, family, json_text(os, "version"), is_end_of_life ? ARTM_OS_END_OF_LIFE : 0);
}

/* A report that names no manifest is about the one that was asked for. */
static void check_target(struct json_walk *walk, const char *digest) {
  auto_json *target = json_walk_value(walk);
  const char *text = json_text(target, "manifest_digest");
  if (text && strcmp(text, digest) != 0)
    json_walk_refuse(walk, "it is the report of another manifest");
}

static void expect(struct json_walk *walk, const char *wanted, const char *problem) {
  auto_json *value = json_walk_value(walk);
  const char *text = json_string_value(value);
  if (value && (!text || strcmp(text, wanted) != 0))
    json_walk_refuse(walk, problem);
}

static int32_t take_findings(const struct artm_host *host, struct artm_call *call,
                             struct json_walk *walk, struct artm_finding_sink *sink) {
  int32_t answer = 0;
  if (json_walk_enter(walk, '['))
    while (!answer && json_walk_item(walk)) {
      answer = take_finding(walk, sink);
      if (!answer)
        answer = host->cancelled(call);
    }
  return answer;
}

int32_t model_read(const struct artm_host *host, struct artm_call *call, struct json_walk *walk,
                   const char *digest, struct artm_finding_sink *sink) {
  bool has_schema = false, has_findings = false;
  int32_t answer = 0;
  if (json_walk_enter(walk, '{'))
    while (!answer && json_walk_member(walk)) {
      if (!strcmp(walk->name, "schema")) {
        has_schema = true;
        expect(walk, SCHEMA, "its schema is not " SCHEMA);
      } else if (!strcmp(walk->name, "status")) {
        expect(walk, "ok", "it is the report of a scan that did not end well");
      } else if (!strcmp(walk->name, "target")) {
        check_target(walk, digest);
      } else if (!strcmp(walk->name, "os")) {
        answer = take_os(walk, sink);
      } else if (!strcmp(walk->name, "findings")) {
        has_findings = true;
        answer = take_findings(host, call, walk, sink);
      } else {
        json_walk_skip(walk);
      }
    }
  if (!answer && json_walk_end(walk) && !(has_schema && has_findings))
    json_walk_refuse(walk, "it has no schema or no findings");
  return answer;
}
