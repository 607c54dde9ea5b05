/* SPDX-License-Identifier: Apache-2.0 */
/* The SARIF log (OASIS, version 2.1.0). Written rule by rule and result by result: a tree of the
 * whole would take many times its size. */
#include "report/sarif.h"
#include "base/json.h"
#include "base/map.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/guard.h"
#include "report/render.h"
#include <stdlib.h>

#define SCHEMA \
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* Takes value over. */
static void add_value(struct buf *out, json_t *value) {
  auto_free char *text = json_compact(value);
  guard_json(out, text);
  json_decref(value);
}

static void add_member(struct buf *out, const char *name, json_t *value) {
  buf_printf(out, "\"%s\":", name);
  add_value(out, value);
}

static void add_driver(struct buf *out, const struct scan_result *result, const struct buf *rules) {
  auto_free char *name = scan_tool_name(result);
  auto_free char *version = excerpt(result->tool.version, EXCERPT_NAME);
  buf_text(out, "\"tool\":{\"driver\":{");
  add_member(out, "name", json_string(name));
  if (version[0] != '\0') {
    buf_text(out, ",");
    add_member(out, "version", json_string(version));
  }
  buf_text(out, ",\"rules\":[");
  buf_add(out, rules->data, rules->len);
  buf_text(out, "]}}");
}

static bool has_suppressed(const struct sarif_group *group) {
  for (size_t i = 0; i < group->result_count; i++)
    if (group->results[i].row->allowed != NULL ||
        group->results[i].row->finding->suppressed_status != NULL)
      return true;
  return false;
}

static void rules_done(struct map *rules) {
  for (size_t i = 0; i < rules->count; i++)
    free(rules->items[i].value);
  map_done(rules);
}

/* Results come worst first, so that a rule has the severity of its worst finding. */
static void add_results(struct buf *results, struct buf *rules, const struct sarif_group *group) {
  __attribute__((cleanup(rules_done))) struct map known = {0};
  bool suppressions = has_suppressed(group);
  for (size_t i = 0; i < group->result_count; i++) {
    const struct artm_finding *finding = group->results[i].row->finding;
    auto_free char *id = sarif_rule_id(finding);
    size_t *index = map_get(&known, id);
    if (index == NULL) {
      index = mem_alloc(sizeof *index);
      *index = known.count;
      map_put(&known, id, index);
      buf_text(rules, *index > 0 ? "," : "");
      add_value(rules, sarif_rule(finding));
    }
    buf_text(results, i > 0 ? "," : "");
    add_value(results, sarif_result_json(&group->results[i], id, *index, suppressions));
  }
}

static void add_run(struct buf *out, const struct sarif_group *group) {
  auto_buf results = {0}, rules = {0};
  add_results(&results, &rules, group);
  buf_text(out, "{");
  add_driver(out, group->parts[0].scan->result, &rules);
  buf_text(out, ",\"automationDetails\":{");
  add_member(out, "id", json_string(group->id));
  buf_text(out, "},\"originalUriBaseIds\":{\"ROOTPATH\":{\"uri\":\"file:///\"}},"
                "\"columnKind\":\"utf16CodeUnits\",");
  add_member(out, "invocations", sarif_invocations(group));
  buf_text(out, ",\n\"results\":[");
  buf_add(out, results.data, results.len);
  buf_text(out, "],");
  add_member(out, "properties", sarif_properties(group));
  buf_text(out, "}");
}

/* Scans that were skipped are in no run. */
static json_t *skipped_json(const struct run_report *report) {
  json_t *list = json_array();
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      if (scan->result->status != SCAN_SKIPPED)
        continue;
      auto_free char *image = job_heading(report, report->jobs[i]);
      auto_free char *platform = excerpt(scan->platform, EXCERPT_NAME);
      auto_free char *tool = scan_tool_name(scan->result), *reason = scan_failure(scan->result);
      json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "image", image, "platform",
                                            platform, "scanner", tool, "reason", reason));
    }
  return list;
}

void render_sarif(const struct run_report *report, struct buf *out) {
  __attribute__((cleanup(sarif_groups_done))) struct sarif_groups groups = {0};
  sarif_groups_of(report, &groups);
  buf_text(out, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\n\"runs\":[");
  for (size_t i = 0; i < groups.count; i++) {
    buf_text(out, i > 0 ? ",\n" : "\n");
    add_run(out, &groups.items[i]);
  }
  buf_text(out, "\n],");
  json_t *properties = json_object();
  json_object_set_new(properties, "skippedScans", skipped_json(report));
  add_member(out, "properties", properties);
  buf_text(out, "}\n");
}

char *sarif_note(const struct run_report *report) {
  __attribute__((cleanup(sarif_groups_done))) struct sarif_groups groups = {0};
  size_t left_out = 0;
  sarif_groups_of(report, &groups);
  for (size_t i = 0; i < groups.count; i++)
    left_out += groups.items[i].left_out;
  if (left_out > 0)
    return str_format("SARIF: %zu of the least severe findings are left out: GitHub takes %d of a "
                      "run; the run report has them all",
                      left_out, SARIF_RESULTS_MAX);
  if (groups.merged)
    return str_format(
        "SARIF: there are more than %d images and platforms, GitHub's limit of runs in "
        "a file: several of them share a run",
        SARIF_RUNS_MAX);
  return NULL;
}
