/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks for what scanners find, which write it down as text. Included by scanner_driver.h. */
#ifndef SCANNER_SINKS_H
#define SCANNER_SINKS_H
#include <artmirror/scanner.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct kept {
  struct artm_finding_sink sink;
  struct artm_tool_sink tool_sink;
  size_t count;
  int32_t answer;
  char text[16384];
};
static void say(struct kept *kept, const char *name, const char *value) {
  size_t length = strlen(kept->text);
  if (value)
    snprintf(kept->text + length, sizeof kept->text - length, "%s=%s ", name, value);
}
static void say_list(struct kept *kept, const char *name, const char *const *list) {
  assert_true(!list || list[0]); /* an empty list is none */
  for (; list && *list; list++)
    say(kept, name, *list);
}
static void say_number(struct kept *kept, const char *name, int64_t value, bool is_known) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  say(kept, name, is_known ? text : NULL);
}
static void say_finding(struct kept *kept, const struct artm_finding *row) {
  say(kept, "id", row->id);
  say_list(kept, "alias", row->aliases);
  say_number(kept, "severity", row->severity, true);
  say(kept, "raw", row->severity_raw);
  say(kept, "by", row->severity_source);
  say(kept, "source", row->data_source);
  say_number(kept, "class", row->package_class, true);
  say(kept, "type", row->package_type);
  say(kept, "package", row->package_name);
  say(kept, "version", row->package_version);
  say(kept, "path", row->package_path);
  say(kept, "purl", row->purl);
  say(kept, "src", row->source_name);
  say(kept, "src_version", row->source_version);
  say_number(kept, "fix", row->fix_state, true);
  say_list(kept, "in", row->fix_versions);
  for (uint32_t i = 0; i < row->cvss_count; i++) {
    say(kept, "cvss", row->cvss[i].source);
    say(kept, "cvss_version", row->cvss[i].version);
    say(kept, "vector", row->cvss[i].vector);
    say_number(kept, "score", row->cvss[i].score, true);
  }
  say_list(kept, "cwe", row->cwes);
  say_number(kept, "epss", row->epss, row->flags & ARTM_FINDING_EPSS);
  say_number(kept, "risk", row->risk, row->flags & ARTM_FINDING_RISK);
  say_number(kept, "kev", 1, row->flags & ARTM_FINDING_KEV);
  say_number(kept, "published", row->published, row->flags & ARTM_FINDING_PUBLISHED);
  say_number(kept, "modified", row->modified, row->flags & ARTM_FINDING_MODIFIED);
  say(kept, "layer", row->layer_digest);
  say(kept, "diff_id", row->layer_diff_id);
  say(kept, "url", row->url);
  say_list(kept, "ref", row->references);
  say(kept, "title", row->title);
  say(kept, "description", row->description);
  say(kept, "suppressed", row->suppressed_status);
  say(kept, "statement", row->suppressed_statement);
  say(kept, "suppressed_by", row->suppressed_source);
}
static int32_t keep_finding(struct artm_finding_sink *sink, const struct artm_finding *row) {
  struct kept *kept = (struct kept *)(void *)sink;
  assert_int_equal(row->struct_size, sizeof *row);
  assert_int_equal(row->cvss_stride, sizeof *row->cvss);
  assert_true(row->id && row->package_name && row->severity <= ARTM_SEVERITY_CRITICAL);
  kept->count++;
  if (kept->answer)
    return kept->answer;
  say_finding(kept, row);
  size_t length = strlen(kept->text);
  snprintf(kept->text + length, sizeof kept->text - length, "\n");
  return 0;
}
static int32_t keep_os(struct artm_finding_sink *sink, const char *family, const char *version,
                       uint32_t flags) {
  struct kept *kept = (struct kept *)(void *)sink;
  say(kept, "os", family);
  say(kept, "os_version", version);
  say_number(kept, "eol", 1, flags & ARTM_OS_END_OF_LIFE);
  return 0;
}
static int32_t keep_raw(struct artm_finding_sink *sink, const char *file, const char *format) {
  struct kept *kept = (struct kept *)(void *)sink;
  say(kept, "raw", file);
  say(kept, "format", format);
  return 0;
}
static int32_t keep_tool(struct artm_tool_sink *sink, const struct artm_tool *tool) {
  struct kept *kept = (struct kept *)(void *)((char *)sink - offsetof(struct kept, tool_sink));
  assert_int_equal(tool->struct_size, sizeof *tool);
  say(kept, "name", tool->name);
  say(kept, "version", tool->version);
  say(kept, "db", tool->db_version);
  say(kept, "inputs", tool->inputs);
  say_number(kept, "updated", tool->db_updated, tool->flags & ARTM_TOOL_DB_UPDATED);
  say_number(kept, "fixed", 1, tool->flags & ARTM_TOOL_FIXED);
  return 0;
}
#define KEPT                                                  \
  (struct kept) {                                             \
    .sink = {.struct_size = sizeof(struct artm_finding_sink), \
             .add = keep_finding,                             \
             .os = keep_os,                                   \
             .raw = keep_raw},                                \
    .tool_sink = {                                            \
      .struct_size = sizeof(struct artm_tool_sink),           \
      .add = keep_tool                                        \
    }                                                         \
  }

#endif
