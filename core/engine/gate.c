/* SPDX-License-Identifier: Apache-2.0 */
/* What the config's gate says of a scan. */
#include "engine/gate.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAMED_MAX 3 /* findings that a message names */

static bool is_against(const struct gate_rule *rule, const struct artm_finding *finding) {
  if (finding->suppressed_status || (rule->fixable_only && finding->fix_state != ARTM_FIX_FIXED))
    return false;
  return severity_rank(finding->severity) >= severity_rank(rule->fail_on);
}

static bool is_named(const struct allowed_finding *allowed, const struct artm_finding *finding) {
  if (allowed->package && !text_equal(allowed->package, finding->package_name))
    return false;
  if (strcasecmp(allowed->id, finding->id) == 0)
    return true;
  for (const char *const *alias = finding->aliases; alias && *alias; alias++)
    if (strcasecmp(allowed->id, *alias) == 0)
      return true;
  return false;
}

/* The reason, or NULL. */
static const char *allowance(const struct gate_rule *rule, int64_t now_ms,
                             const struct artm_finding *finding) {
  for (size_t i = 0; i < rule->allow_count; i++)
    if (now_ms < rule->allow[i].until_ms && is_named(&rule->allow[i], finding))
      return rule->allow[i].reason;
  return NULL;
}

/* Rows anew: those that the filter shows, and those that only the gate cares for. */
static void mark_rows(const struct gate_rule *rule, int64_t now_ms, struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  struct scan_row *old = scan->rows, *rows = mem_array(result->finding_count + 1, sizeof *rows);
  size_t count = 0, at = 0, old_count = scan->row_count;
  for (size_t i = 0; i < result->finding_count; i++) {
    const struct artm_finding *finding = &result->findings[i];
    bool shown = at < old_count && old[at].finding == finding;
    struct scan_row row = {.finding = finding, .shown = shown};
    at += shown;
    if (is_against(rule, finding)) {
      row.allowed = allowance(rule, now_ms, finding);
      row.violates = !row.allowed;
    }
    if (row.shown || row.violates || row.allowed)
      rows[count++] = row;
  }
  free(old);
  scan->rows = rows;
  scan->row_count = count;
}

/* Where it blocks, what is not known counts as bad. */
static bool is_unknown(const struct job_scan *scan) {
  return scan->result->status != SCAN_OK || !scan->result->os_known;
}

void gate_judge(const struct gate_rule *rule, int64_t now_ms, struct job_scan *scan) {
  scan->gate = rule->mode;
  scan->fail_on = rule->fail_on;
  scan->fixable_only = rule->fixable_only;
  scan->verdict = VERDICT_NONE;
  if (rule->mode == GATE_NONE)
    return;
  if (scan->result->status == SCAN_OK)
    mark_rows(rule, now_ms, scan);
  bool violated = job_scan_violations(scan) > 0;
  if (rule->mode == GATE_BLOCK)
    scan->verdict = violated || is_unknown(scan) ? VERDICT_BLOCK : VERDICT_PASS;
  else if (scan->result->status == SCAN_OK)
    scan->verdict = violated ? VERDICT_WARN : VERDICT_PASS;
}

bool gate_blocks(const struct job_record *record) {
  for (size_t i = 0; i < record->scan_count; i++)
    if (record->scans[i].verdict == VERDICT_BLOCK)
      return true;
  return false;
}

/* One thing that is wrong, and where: platforms often share it. */
struct complaint {
  char *what;
  struct buf where;
};
struct complaints {
  struct complaint *items;
  size_t count;
};

static void complaints_done(struct complaints *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].what);
    buf_done(&list->items[i].where);
  }
  free(list->items);
}

static void complain(struct complaints *list, const struct job_scan *scan, struct buf *what) {
  buf_text(what, "");
  struct complaint *complaint = NULL;
  auto_free char *text = str_format("%s|%s", scan->result->tool.plugin, what->data);
  for (size_t i = 0; i < list->count && !complaint; i++)
    if (strcmp(list->items[i].what, text) == 0)
      complaint = &list->items[i];
  if (!complaint) {
    list->items = mem_resize(list->items, list->count + 1, sizeof *list->items);
    complaint = &list->items[list->count++];
    *complaint = (struct complaint){.what = take(text)};
  }
  if (scan->platform && *scan->platform)
    buf_printf(&complaint->where, "%s%s", complaint->where.len ? ", " : "", scan->platform);
}

static void add_violations(struct complaints *list, const struct job_scan *scan) {
  size_t count = job_scan_violations(scan), named = 0;
  auto_buf out = {0};
  buf_printf(&out, "%zu finding%s of %s%s%s (", count, count == 1 ? "" : "s",
             severity_name(scan->fail_on),
             scan->fail_on == ARTM_SEVERITY_CRITICAL ? "" : " or worse",
             scan->fixable_only ? " with a fix" : "");
  for (size_t i = 0; i < scan->row_count && named < NAMED_MAX; i++) {
    if (!scan->rows[i].violates)
      continue;
    auto_free char *text = finding_text(scan->rows[i].finding);
    buf_printf(&out, "%s%s", named++ ? "; " : "", text);
  }
  if (count > named)
    buf_printf(&out, "; and %zu more", count - named);
  buf_text(&out, ")");
  complain(list, scan, &out);
}

static void add_missing(struct complaints *list, const struct job_scan *scan) {
  static const char *const words[] = {
      [SCAN_FAILED] = "failed", [SCAN_TIMEOUT] = "took too long", [SCAN_SKIPPED] = "was skipped"};
  const struct scan_result *result = scan->result;
  auto_buf out = {0};
  if (result->status == SCAN_OK)
    buf_text(&out, "its operating system is not known, so nobody can say that it is fine");
  else
    buf_printf(&out, "the scan %s: %s%s%s", words[result->status],
               result->error.where ? result->error.where : "", result->error.where ? ": " : "",
               result->error.message ? result->error.message : "no reason is known");
  complain(list, scan, &out);
}

void gate_policy(const struct job_record *record, struct error *ret) {
  __attribute__((cleanup(complaints_done))) struct complaints list = {0};
  const char *hint = NULL;
  for (size_t i = 0; i < record->scan_count; i++) {
    const struct job_scan *scan = &record->scans[i];
    bool missing = scan->required && scan->result->status != SCAN_OK;
    if (scan->verdict == VERDICT_BLOCK && job_scan_violations(scan) > 0) {
      add_violations(&list, scan);
      hint = "mirror a version without them, or allow one for a while with 'gate: {allow: [{id, "
             "reason, expires}]}'";
    } else if (scan->verdict == VERDICT_BLOCK || missing) {
      add_missing(&list, scan);
      if (!hint && scan->result->status == SCAN_OK)
        hint = "set 'gate: {mode: warn}' for this entry, or use a scanner that knows what it is";
      hint = hint ? hint : scan->result->error.hint;
    }
  }
  if (!list.count)
    return;
  auto_buf out = {0};
  for (size_t i = 0; i < list.count; i++) {
    struct buf *where = &list.items[i].where;
    const char *what = strchr(list.items[i].what, '|');
    buf_text(where, "");
    buf_printf(&out, "%s%.*s%s%s: %s", i ? "; " : "", (int)(what - list.items[i].what),
               list.items[i].what, where->len ? ", " : "", where->data, what + 1);
  }
  error_set(ret, ARTM_E_POLICY, "%s", out.data);
  if (hint)
    error_hint(ret, "%s", hint);
}
