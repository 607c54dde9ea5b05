/* SPDX-License-Identifier: Apache-2.0 */
/* Scans as JSON. */
#include "report/scan_json.h"
#include "base/memory.h"
#include "report/finding_json.h"
#include "report/guard.h"
#include "report/json_write.h"
#include <string.h>

static json_t *database_json(const struct scan_tool *tool) {
  json_t *database = json_object();
  json_set_text(database, "version", tool->db_version);
  json_set_time(database, "updated_at", tool->has_db_updated ? tool->db_updated * 1000 : 0);
  json_set_time(database, "next_update",
                tool->has_db_next_update ? tool->db_next_update * 1000 : 0);
  return database;
}

static json_t *scanner_json(const struct scan_tool *tool) {
  json_t *scanner = json_object();
  json_set_text(scanner, "plugin", tool->plugin);
  json_set_text(scanner, "name", tool->name);
  json_set_text(scanner, "version", tool->version);
  json_object_set_new(scanner, "db", database_json(tool));
  json_set_text(scanner, "inputs", tool->inputs);
  return scanner;
}

static json_t *system_json(const struct scan_result *result) {
  json_t *system = json_object();
  json_set_text(system, "family", result->os_family);
  json_set_text(system, "version", result->os_version);
  json_set_bool(system, "eol", result->os_eol);
  json_set_bool(system, "known", result->os_known);
  return system;
}

static json_t *raw_json(const struct scan_result *result, const char *path) {
  if (result->raw_format == NULL && result->raw_sha256 == NULL && path == NULL)
    return json_null();
  json_t *raw = json_object();
  json_set_text(raw, "path", path);
  json_set_text(raw, "sha256", result->raw_sha256);
  json_set_text(raw, "format", result->raw_format);
  return raw;
}

static void add_outcome(json_t *object, const struct scan_result *result, const char *raw_path) {
  json_object_set_new(object, "os", system_json(result));
  json_set_text(object, "status", scan_status_name(result->status));
  json_set_error(object, "error", &result->error);
  json_set_time(object, "started", result->start_ms);
  json_set_time(object, "finished", result->end_ms);
  json_set_bool(object, "cached", result->cached);
  json_object_set_new(object, "raw", raw_json(result, raw_path));
}

json_t *scan_result_json(const struct scan_result *result) {
  json_t *object = json_object(), *findings = json_array();
  json_set_text(object, "schema", "artmirror.scan/1");
  json_object_set_new(object, "scanner", scanner_json(&result->tool));
  json_set_text(object, "manifest_digest", result->manifest_digest);
  add_outcome(object, result, NULL);
  for (size_t i = 0; i < result->finding_count; i++)
    json_array_append_new(findings, finding_json(&result->findings[i]));
  json_object_set_new(object, "findings", findings);
  return object;
}

/* What stands behind the name in "host:5000/name:tag@sha256:..."; NULL: nothing. Caller frees. */
static char *tag_of(const char *reference) {
  const char *slash = reference != NULL ? strrchr(reference, '/') : NULL;
  const char *name = slash != NULL ? slash + 1 : reference;
  size_t len = name != NULL ? strcspn(name, "@") : 0;
  const char *colon = len > 0 ? memchr(name, ':', len) : NULL;
  return colon != NULL ? str_copy_n(colon + 1, len - (size_t)(colon + 1 - name)) : NULL;
}

static json_t *target_json(const struct job_record *job, const struct job_scan *scan) {
  json_t *target = json_object();
  auto_free char *tag = tag_of(job->target_reference);
  const char *manifest = scan->result->manifest_digest, *root = job->target_digest;
  json_set_text(target, "source_ref", job->source_reference);
  json_set_text(target, "target_ref", job->target_reference);
  json_set_text(target, "repository", scan->repository);
  json_set_text(target, "tag", tag);
  json_set_text(target, "index_digest", text_equal(root, manifest) ? NULL : root);
  json_set_text(target, "manifest_digest", manifest);
  json_set_text(target, "platform", scan->platform);
  return target;
}

static json_t *filter_json(const struct scan_filter *filter) {
  static const uint32_t classes[] = {ARTM_PACKAGE_OS, ARTM_PACKAGE_LANG, ARTM_PACKAGE_OTHER};
  json_t *object = json_object(), *severities = json_array(), *names = json_array();
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (filter->severities & SEVERITY_BIT(severity))
      json_array_append_new(severities, json_string(severity_name(severity)));
  }
  for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
    if (filter->package_classes & PACKAGE_BIT(classes[i]))
      json_array_append_new(names, json_string(package_class_name(classes[i])));
  json_object_set_new(object, "severities", severities);
  json_set_bool(object, "ignore_unfixed", filter->ignore_unfixed);
  json_object_set_new(object, "pkg_classes", names);
  json_set_text(object, "by", "artmirror");
  return object;
}

static json_t *severities_json(const size_t *numbers) {
  json_t *object = json_object();
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    json_set_number(object, severity_name(severity), numbers[severity]);
  }
  return object;
}

/* A scan that gave no result counted nothing, which is not the same as zero. */
static json_t *counts_json(const struct job_scan *scan, const struct scan_counts *counts) {
  if (scan->result->status != SCAN_OK)
    return json_null();
  json_t *object = json_object();
  json_set_number(object, "total", counts->total);
  json_object_set_new(object, "by_severity", severities_json(counts->by_severity));
  json_object_set_new(object, "fixable_by_severity", severities_json(counts->fixable));
  json_set_number(object, "unique_ids", counts->unique_ids);
  json_set_number(object, "suppressed", counts->suppressed);
  return object;
}

static json_t *gate_json(const struct job_scan *scan) {
  if (scan->gate == GATE_NONE)
    return json_null();
  json_t *gate = json_object();
  size_t allowed = 0;
  for (size_t i = 0; i < scan->row_count; i++)
    allowed += scan->rows[i].allowed != NULL;
  json_set_text(gate, "mode", gate_mode_name(scan->gate));
  json_set_text(gate, "fail_on", severity_name(scan->fail_on));
  json_set_bool(gate, "fixable_only", scan->fixable_only);
  json_set_text(gate, "verdict", gate_verdict_name(scan->verdict));
  json_set_number(gate, "violations", job_scan_violations(scan));
  json_set_number(gate, "allowed", allowed);
  return gate;
}

static json_t *row_json(const struct job_scan *scan, const struct scan_row *row,
                        struct finding_cache *cache) {
  char fingerprint[65];
  finding_fingerprint(scan, row->finding, fingerprint);
  json_t *object = json_object();
  json_t *finding = finding_cache_get(cache, scan->result, row->finding);
  json_object_update(object, finding); /* its values are shared, not copied */
  json_decref(finding);
  json_object_set_new(object, "fingerprint", json_string(fingerprint));
  json_set_bool(object, "shown", row->shown);
  json_set_bool(object, "violates", row->violates);
  json_set_text(object, "allowed", row->allowed);
  return object;
}

json_t *job_scan_json_shared(const struct job_record *job, const struct job_scan *scan,
                             struct finding_cache *cache) {
  json_t *object = json_object(), *findings = json_array();
  json_set_text(object, "schema", "artmirror.scan/1");
  json_object_set_new(object, "scanner", scanner_json(&scan->result->tool));
  json_object_set_new(object, "target", target_json(job, scan));
  add_outcome(object, scan->result, scan->raw_path);
  json_set_bool(object, "required", scan->required);
  json_object_set_new(object, "filter", filter_json(&scan->filter));
  json_object_set_new(object, "counts", counts_json(scan, &scan->counts));
  json_object_set_new(object, "unfiltered", counts_json(scan, &scan->unfiltered));
  json_object_set_new(object, "gate", gate_json(scan));
  for (size_t i = 0; i < scan->row_count; i++)
    json_array_append_new(findings, row_json(scan, &scan->rows[i], cache));
  json_object_set_new(object, "findings", findings);
  return object;
}

json_t *job_scan_json(const struct job_record *job, const struct job_scan *scan) {
  return job_scan_json_shared(job, scan, NULL);
}
