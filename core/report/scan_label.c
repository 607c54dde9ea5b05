/* SPDX-License-Identifier: Apache-2.0 */
/* Words for people about a scan. */
#include "report/scan_label.h"
#include "base/clock.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/totals.h"
#include <strings.h>

char *scan_time_label(int64_t wall_ms) {
  if (wall_ms <= 0)
    return str_copy("an unknown time");
  auto_free char *time = clock_format(wall_ms);
  return str_format("%.10s %.5s UTC", time, time + 11);
}

char *scan_tool_label(const struct scan_tool *tool) {
  auto_free char *id = guard_field(tool->plugin), *name = guard_field(tool->name);
  auto_free char *version = guard_field(tool->version), *db = guard_field(tool->db_version);
  auto_buf text = {0};
  bool named = name[0] == '\0' || strcasecmp(name, id) == 0;
  buf_printf(&text, "%s%s%s", id, named ? "" : " (", named ? "" : name);
  if (version[0] != '\0')
    buf_printf(&text, " %s", version);
  buf_text(&text, named ? "" : ")");
  if (tool->has_db_updated && tool->db_updated > 0 && tool->db_updated < INT64_MAX / 1000) {
    auto_free char *time = scan_time_label(tool->db_updated * 1000);
    buf_printf(&text, ", database of %s", time);
  } else if (db[0] != '\0') {
    buf_printf(&text, ", database %s", db);
  }
  return buf_take(&text);
}

static char *system_text(const struct scan_result *result, const char *end_of_life) {
  if (result->status != SCAN_OK)
    return str_copy("-");
  if (!result->os_known || result->os_family == NULL)
    return str_copy("unknown");
  auto_free char *family = guard_field(result->os_family);
  auto_free char *version = guard_field(result->os_version);
  return str_format("%s%s%s%s", family, version[0] != '\0' ? " " : "", version,
                    result->os_eol ? end_of_life : "");
}

char *scan_system_label(const struct scan_result *result) {
  return system_text(result, " (end of life)");
}

char *scan_system_cell(const struct scan_result *result) {
  return system_text(result, " EOL");
}

const char *scan_status_word(enum scan_status status) {
  return status == SCAN_TIMEOUT ? "timed out" : scan_status_name(status);
}

const char *scan_platform(const struct job_scan *scan) {
  return scan->platform != NULL ? scan->platform : "all platforms";
}

char *scan_cause_label(const struct scan_result *result) {
  auto_free char *message = guard_field(result->error.message);
  auto_free char *hint = guard_field(result->error.hint);
  return str_format("%s%s%s%s%s%s", scan_status_word(result->status),
                    message[0] != '\0' ? ": " : "", message, hint[0] != '\0' ? " (hint: " : "",
                    hint, hint[0] != '\0' ? ")" : "");
}

static bool is_worse(const struct scan_counts *a, const struct scan_counts *b) {
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (a->by_severity[severity] != b->by_severity[severity])
      return a->by_severity[severity] > b->by_severity[severity];
  }
  return false;
}

char *job_scans_label(const struct job_record *job) {
  const struct job_scan *worst = NULL;
  auto_buf text = {0};
  size_t failed = 0;
  bool unknown = false, old = false;
  for (size_t i = 0; i < job->scan_count; i++) {
    const struct job_scan *scan = &job->scans[i];
    enum scan_status status = scan->result->status;
    failed += status == SCAN_FAILED || status == SCAN_TIMEOUT;
    unknown |= status == SCAN_OK && !scan->result->os_known;
    old |= status == SCAN_OK && scan->result->os_known && scan->result->os_eol;
    if (status == SCAN_OK && (worst == NULL || is_worse(&scan->counts, &worst->counts)))
      worst = scan;
  }
  if (worst != NULL)
    totals_findings(worst->counts.by_severity, &text);
  buf_text(&text, unknown ? ", os unknown" : "");
  buf_text(&text, old ? ", os end of life" : "");
  if (failed > 0)
    buf_printf(&text, "%s%zu %s failed", text.len > 0 ? ", " : "", failed,
               failed == 1 ? "scan" : "scans");
  return buf_take(&text);
}
