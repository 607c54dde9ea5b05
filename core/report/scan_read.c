/* SPDX-License-Identifier: Apache-2.0 */
/* Reading scans again. */
#include "base/json.h"
#include "base/memory.h"
#include "report/finding_json.h"
#include "report/json_read.h"
#include "report/scan_json.h"
#include <string.h>
#include <strings.h>

static bool status_parse(const char *text, uint32_t *ret) {
  for (uint32_t status = SCAN_OK; status <= SCAN_SKIPPED; status++)
    if (strcmp(text, scan_status_name((enum scan_status)status)) == 0) {
      *ret = status;
      return true;
    }
  return false;
}

static bool mode_parse(const char *text, uint32_t *ret) {
  for (uint32_t mode = GATE_WARN; mode <= GATE_BLOCK; mode++)
    if (strcmp(text, gate_mode_name((enum gate_mode)mode)) == 0) {
      *ret = mode;
      return true;
    }
  return false;
}

static bool verdict_parse(const char *text, uint32_t *ret) {
  for (uint32_t verdict = VERDICT_PASS; verdict <= VERDICT_BLOCK; verdict++)
    if (strcmp(text, gate_verdict_name((enum gate_verdict)verdict)) == 0) {
      *ret = verdict;
      return true;
    }
  return false;
}

static void read_tool(struct json_reader *reader, const json_t *object,
                      struct scan_result *result) {
  const json_t *scanner = reader_object(reader, object, "scanner");
  const json_t *database = reader_object(reader, scanner, "db");
  struct scan_tool tool = {
      .plugin = reader_text(reader, scanner, "plugin"),
      .name = reader_text(reader, scanner, "name"),
      .version = reader_text(reader, scanner, "version"),
      .db_version = reader_text(reader, database, "version"),
      .inputs = reader_text(reader, scanner, "inputs"),
      .db_updated = reader_time(reader, database, "updated_at") / 1000,
      .db_next_update = reader_time(reader, database, "next_update") / 1000,
  };
  tool.has_db_updated = tool.db_updated > 0;
  tool.has_db_next_update = tool.db_next_update > 0;
  if (tool.plugin == NULL)
    reader_refuse(reader, "scanner has no plugin");
  scan_result_set_tool(result, &tool);
}

static const char *keep(struct json_reader *reader, const json_t *object, const char *name,
                        struct scan_result *result) {
  const char *text = reader_text(reader, object, name);
  return text != NULL ? arena_copy(&result->memory, text) : NULL;
}

static void read_outcome(struct json_reader *reader, const json_t *object,
                         struct scan_result *result) {
  const json_t *system = reader_object(reader, object, "os");
  const json_t *raw = reader_object(reader, object, "raw");
  const json_t *findings = reader_array(reader, object, "findings"), *item;
  result->os_family = keep(reader, system, "family", result);
  result->os_version = keep(reader, system, "version", result);
  result->os_eol = reader_bool(reader, system, "eol");
  result->os_known = reader_bool(reader, system, "known");
  result->status = (enum scan_status)reader_word(reader, object, "status", status_parse);
  reader_error(reader, object, "error", &result->error);
  result->start_ms = reader_time(reader, object, "started");
  result->end_ms = reader_time(reader, object, "finished");
  result->cached = reader_bool(reader, object, "cached");
  result->raw_sha256 = keep(reader, raw, "sha256", result);
  result->raw_format = keep(reader, raw, "format", result);
  size_t i;
  json_array_foreach(findings, i, item) {
    if (reader->failed)
      return;
    finding_read(reader, item, result);
  }
}

static void free_result(struct scan_result **result) {
  scan_result_free(*result);
}
#define auto_result __attribute__((cleanup(free_result))) struct scan_result *

static void check_schema(struct json_reader *reader, const json_t *object) {
  if (!text_equal(json_text(object, "schema"), "artmirror.scan/1"))
    reader_refuse(reader, "its schema is not artmirror.scan/1");
  if (json_object_get(object, "findings") == NULL)
    reader_refuse(reader, "findings are missing");
}

int scan_result_read(const json_t *object, struct scan_result **ret, struct error *err) {
  struct json_reader reader = {.code = ARTM_E_DIGEST, .err = err};
  check_schema(&reader, object);
  auto_result result = scan_result_new(NULL, reader_text(&reader, object, "manifest_digest"));
  read_tool(&reader, object, result);
  read_outcome(&reader, object, result);
  if (result->manifest_digest == NULL)
    reader_refuse(&reader, "manifest_digest is missing");
  if (reader.failed)
    return err->code;
  *ret = take(result);
  return 0;
}

/* Bits of the words in a list; unknown ones of a later version are left out. */
static uint32_t read_bits(struct json_reader *reader, const json_t *object, const char *name,
                          bool (*parse)(const char *text, uint32_t *ret)) {
  const json_t *list = reader_array(reader, object, name), *item;
  uint32_t bits = 0, word;
  size_t i;
  json_array_foreach(list, i, item) {
    if (parse(json_string_value(item), &word))
      bits |= 1u << word;
  }
  return bits;
}

static void read_filter(struct json_reader *reader, const json_t *object, struct job_scan *scan) {
  const json_t *filter = reader_object(reader, object, "filter");
  scan->filter.severities = read_bits(reader, filter, "severities", severity_parse);
  scan->filter.package_classes = read_bits(reader, filter, "pkg_classes", package_class_parse);
  scan->filter.ignore_unfixed = reader_bool(reader, filter, "ignore_unfixed");
}

static void read_gate(struct json_reader *reader, const json_t *object, struct job_scan *scan) {
  const json_t *gate = reader_object(reader, object, "gate");
  if (gate == NULL)
    return;
  scan->gate = (enum gate_mode)reader_word(reader, gate, "mode", mode_parse);
  scan->fail_on = reader_word(reader, gate, "fail_on", severity_parse);
  scan->fixable_only = reader_bool(reader, gate, "fixable_only");
  if (reader_text(reader, gate, "verdict") != NULL)
    scan->verdict = (enum gate_verdict)reader_word(reader, gate, "verdict", verdict_parse);
}

static void read_counts(struct json_reader *reader, const json_t *object, struct scan_counts *ret) {
  const json_t *counts = reader_object(reader, object, "unfiltered");
  const json_t *all = reader_object(reader, counts, "by_severity");
  const json_t *fixable = reader_object(reader, counts, "fixable_by_severity");
  ret->total = reader_number(reader, counts, "total");
  ret->unique_ids = reader_number(reader, counts, "unique_ids");
  ret->suppressed = reader_number(reader, counts, "suppressed");
  for (uint32_t severity = 0; severity < SEVERITY_COUNT; severity++) {
    ret->by_severity[severity] = reader_number(reader, all, severity_name(severity));
    ret->fixable[severity] = reader_number(reader, fixable, severity_name(severity));
  }
}

static void read_rows(struct json_reader *reader, const json_t *object, struct scan_result *result,
                      struct job_scan *scan) {
  const json_t *findings = json_object_get(object, "findings");
  scan->rows = mem_array(result->finding_count, sizeof *scan->rows);
  scan->row_count = result->finding_count;
  for (size_t i = 0; i < scan->row_count; i++) {
    const json_t *item = json_array_get(findings, i);
    scan->rows[i] = (struct scan_row){.finding = &result->findings[i],
                                      .shown = reader_bool(reader, item, "shown"),
                                      .violates = reader_bool(reader, item, "violates"),
                                      .allowed = keep(reader, item, "allowed", result)};
  }
}

static void done_scan(struct job_scan *scan) {
  job_scan_done(scan);
}

int job_scan_read(const json_t *object, struct run_report *report, struct job_scan *ret,
                  struct error *err) {
  struct json_reader reader = {.code = ARTM_E_CONFIG, .err = err};
  __attribute__((cleanup(done_scan))) struct job_scan scan = {0};
  const json_t *target = reader_object(&reader, object, "target");
  check_schema(&reader, object);
  auto_result result = scan_result_new(NULL, reader_text(&reader, target, "manifest_digest"));
  read_tool(&reader, object, result);
  read_outcome(&reader, object, result);
  scan.platform = reader_copy(&reader, target, "platform");
  scan.repository = reader_copy(&reader, target, "repository");
  scan.raw_path = reader_copy(&reader, reader_object(&reader, object, "raw"), "path");
  scan.required = reader_bool(&reader, object, "required");
  read_filter(&reader, object, &scan);
  read_gate(&reader, object, &scan);
  read_counts(&reader, object, &scan.unfiltered);
  if (!reader.failed)
    read_rows(&reader, object, result, &scan);
  if (reader.failed)
    return err->code;
  scan_count_rows(&scan);
  scan.result = result;
  run_report_add_scan(report, take(result));
  *ret = scan;
  scan = (struct job_scan){0};
  return 0;
}
