/* SPDX-License-Identifier: Apache-2.0 */
/* Why scans have no result. */
#include "report/scan_causes.h"
#include "base/map.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/run_failures.h"
#include "report/scan_label.h"
#include "report/totals.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *message_of(const struct scan_result *result) {
  return result->error.message != NULL ? result->error.message : "";
}

static bool is_same(const struct scan_result *a, const struct scan_result *b) {
  return a->status == b->status && text_equal(a->tool.plugin, b->tool.plugin) &&
         text_equal(message_of(a), message_of(b)) && text_equal(a->error.hint, b->error.hint);
}

/* "trivy is not installed" in "trivy is not installed, so ...", but not in "... installed twice".
 */
static bool has_notice(const struct run_report *report, const char *message) {
  size_t len = strlen(message);
  for (size_t i = 0; i < report->notices.count && len > 0; i++) {
    const char *notice = report->notices.items[i];
    if (text_starts(notice, message) &&
        (notice[len] == '\0' || ispunct((unsigned char)notice[len])))
      return true;
  }
  return false;
}

static bool is_in_failure(const struct job_record *job, const char *message) {
  const struct error *failure = job_failure(job);
  return failure != NULL && failure->message != NULL && message[0] != '\0' &&
         strstr(failure->message, message) != NULL;
}

static struct scan_cause *cause_of(struct scan_causes *causes, const struct scan_result *result) {
  for (size_t i = 0; i < causes->count; i++)
    if (is_same(causes->items[i].result, result))
      return &causes->items[i];
  causes->items = mem_grow(causes->items, causes->count, &causes->capacity, sizeof *causes->items);
  struct scan_cause *cause = &causes->items[causes->count++];
  *cause = (struct scan_cause){.result = result, .told = true};
  return cause;
}

struct scan_causes scan_causes_of(const struct run_report *report) {
  __attribute__((cleanup(map_done))) struct map seen = {0};
  struct scan_causes causes = {0};
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct scan_result *result = report->jobs[i]->scans[j].result;
      if (result->status == SCAN_OK)
        continue;
      auto_free char *key = totals_scan_key(result);
      struct scan_cause *cause = cause_of(&causes, result);
      cause->scans += key == NULL || map_put(&seen, key, cause);
      cause->told &= is_in_failure(report->jobs[i], message_of(result));
    }
  for (size_t i = 0; i < causes.count; i++)
    causes.items[i].told |= has_notice(report, message_of(causes.items[i].result));
  return causes;
}

void scan_causes_done(struct scan_causes *causes) {
  free(causes->items);
  *causes = (struct scan_causes){0};
}

static void add_cause(const struct scan_cause *cause, struct buf *out) {
  const struct scan_result *result = cause->result;
  auto_free char *tool = guard_field(result->tool.plugin);
  auto_free char *message = guard_field(message_of(result));
  auto_free char *where = guard_field(result->error.where);
  auto_free char *hint = guard_field(result->error.hint);
  bool named = where[0] == '\0' || strstr(message, where) != NULL;
  buf_printf(out, "%zu %s by %s %s: %s%s%s\n", cause->scans, cause->scans == 1 ? "scan" : "scans",
             tool, scan_status_word(result->status), named ? "" : where, named ? "" : ": ",
             message[0] != '\0' ? message : "no reason is known");
  if (hint[0] != '\0')
    buf_printf(out, "  hint: %s\n", hint);
}

void scan_causes_text(const struct run_report *report, struct buf *out) {
  __attribute__((cleanup(scan_causes_done))) struct scan_causes causes = scan_causes_of(report);
  for (size_t i = 0; i < causes.count; i++)
    if (!causes.items[i].told && causes.items[i].scans > 0)
      add_cause(&causes.items[i], out);
}

char *scan_causes_first(const struct run_report *report, enum scan_status status) {
  __attribute__((cleanup(scan_causes_done))) struct scan_causes causes = scan_causes_of(report);
  const char *first = NULL;
  size_t others = 0;
  for (size_t i = 0; i < causes.count; i++) {
    const char *message = message_of(causes.items[i].result);
    if (causes.items[i].result->status != status || message[0] == '\0')
      continue;
    others += first != NULL;
    first = first != NULL ? first : message;
  }
  if (first == NULL)
    return str_copy("");
  if (others == 0)
    return str_format(": %s", first);
  return str_format(": %s; and %zu other %s", first, others, others == 1 ? "cause" : "causes");
}
