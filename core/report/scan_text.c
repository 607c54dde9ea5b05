/* SPDX-License-Identifier: Apache-2.0 */
/* The vulnerability report of one image as text. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/guard.h"
#include "report/render.h"
#include "report/run_table.h"
#include "report/scan_label.h"
#include "report/table.h"
#include <string.h>

#define SPACE " \t\r\n"
#define TITLE_WORDS 12
#define NAME_MAX 80
#define VERSION_MAX 40
#define TITLE_MAX 120
#define URL_MAX 200
#define VIOLATES " *"

/* Escaped, and not wider than a table bears. */
static char *cell(const char *text, size_t max) {
  auto_free char *whole = guard_field(text);
  size_t characters = 0, len = 0;
  for (; whole[len] != '\0' && characters <= max; len++)
    characters += ((unsigned char)whole[len] & 0xc0) != 0x80;
  if (characters <= max)
    return take(whole);
  auto_free char *cut = str_copy_n(whole, len - 1);
  return str_format("%s...", cut);
}

/* The first words, as a line has no room for more. */
static char *title_cell(const char *title) {
  auto_buf words = {0};
  const char *p = title != NULL ? title + strspn(title, SPACE) : "";
  for (int word = 0; word < TITLE_WORDS && *p != '\0'; word++) {
    size_t len = strcspn(p, SPACE);
    buf_text(&words, word > 0 ? " " : "");
    buf_add(&words, p, len);
    p += len + strspn(p + len, SPACE);
  }
  auto_free char *shown = cell(words.data, TITLE_MAX);
  return str_format("%s%s", shown, *p != '\0' ? "..." : "");
}

static char *fixed_cell(const struct artm_finding *finding) {
  auto_buf text = {0};
  for (size_t i = 0; finding->fix_versions != NULL && finding->fix_versions[i] != NULL; i++)
    buf_printf(&text, "%s%s", i > 0 ? ", " : "", finding->fix_versions[i]);
  return text.len > 0 ? cell(text.data, NAME_MAX) : NULL;
}

static char *library_cell(const struct artm_finding *finding) {
  const char *path = finding->package_path, *name = finding->package_name;
  if (path == NULL || path[0] == '\0')
    return cell(name, NAME_MAX);
  auto_free char *text = str_format("%s (%s)", name != NULL ? name : "?", path);
  return cell(text, NAME_MAX);
}

static void add_finding(struct table *table, const struct artm_finding *finding, bool violates) {
  struct table_row *row = table_add(table);
  row->cells[0] = library_cell(finding);
  row->cells[1] = cell(finding->id, VERSION_MAX);
  row->cells[2] = str_format("%s%s", severity_name(finding->severity), violates ? VIOLATES : "");
  row->cells[3] = str_copy(fix_state_name(finding->fix_state));
  row->cells[4] = cell(finding->package_version, VERSION_MAX);
  row->cells[5] = fixed_cell(finding);
  row->cells[6] = title_cell(finding->title);
  row->cells[7] = cell(finding->url, URL_MAX);
}

static void add_table(const struct job_scan *scan, struct buf *out) {
  static const char *const heading[] = {"Library",           "Vulnerability", "Severity", "Status",
                                        "Installed Version", "Fixed Version", "Title",    "URL"};
  __attribute__((cleanup(table_done))) struct table table = {.columns = sizeof heading /
                                                                        sizeof heading[0]};
  struct table_row *row = table_add(&table);
  for (size_t i = 0; i < table.columns; i++)
    row->cells[i] = str_copy(heading[i]);
  for (size_t i = 0; i < scan->row_count; i++)
    if (scan_row_is_listed(&scan->rows[i]) && scan->rows[i].finding->suppressed_status == NULL)
      add_finding(&table, scan->rows[i].finding, scan->rows[i].violates);
  if (table.count > 1)
    buf_text(out, "\n");
  table_write(&table, 0, out);
}

/* "Total: 3 (MEDIUM: 1, HIGH: 1, CRITICAL: 1)": the least severe first, as Trivy has it. */
static void add_total(const struct job_scan *scan, struct buf *out) {
  bool first = true;
  buf_printf(out, "Total: %zu (", scan->counts.total);
  for (unsigned rank = 0; rank < SEVERITY_COUNT; rank++) {
    uint32_t severity = severity_of_rank(rank);
    size_t count = scan->counts.by_severity[severity];
    if (!(scan->filter.severities & SEVERITY_BIT(severity)) && count == 0)
      continue;
    buf_printf(out, "%s%s: %zu", first ? "" : ", ", severity_name(severity), count);
    first = false;
  }
  buf_text(out, ")\n");
}

static void add_filter(const struct scan_filter *filter, struct buf *out) {
  static const char *const classes[] = {[ARTM_PACKAGE_OTHER] = "other",
                                        [ARTM_PACKAGE_OS] = "operating system",
                                        [ARTM_PACKAGE_LANG] = "languages"};
  const char *between = "";
  buf_text(out, "Filter: ");
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    if (!(filter->severities & SEVERITY_BIT(severity_of_rank(rank))))
      continue;
    buf_printf(out, "%s%s", between, severity_name(severity_of_rank(rank)));
    between = ", ";
  }
  buf_text(out, filter->ignore_unfixed ? "; only what has a fix; packages of "
                                       : "; with and without a fix; packages of ");
  between = "";
  for (uint32_t i = 3; i-- > 0;) {
    if (!(filter->package_classes & PACKAGE_BIT(i)))
      continue;
    buf_printf(out, "%s%s", between, classes[i]);
    between = ", ";
  }
  buf_text(out, "\n");
}

/* What is not in the table, so that nobody takes it for all there is. */
static void add_remarks(const struct job_scan *scan, struct buf *out) {
  size_t allowed = 0, hidden = 0, violations = job_scan_violations(scan);
  for (size_t i = 0; i < scan->row_count; i++) {
    allowed += scan->rows[i].allowed != NULL;
    hidden += scan->rows[i].violates && !scan->rows[i].shown;
  }
  if (scan->unfiltered.total > scan->counts.total)
    buf_printf(out, "%zu more that the filter leaves out\n",
               scan->unfiltered.total - scan->counts.total);
  if (scan->unfiltered.suppressed > 0)
    buf_printf(out, "%zu suppressed\n", scan->unfiltered.suppressed);
  if (allowed > 0)
    buf_printf(out, "%zu allowed by the config\n", allowed);
  if (violations > 0)
    buf_printf(out, "%zu against the gate (%s from %s), marked with *\n", violations,
               scan->gate == GATE_BLOCK ? "block" : "warn", severity_name(scan->fail_on));
  if (hidden > 0)
    buf_printf(out, "%zu of these only listed for the gate, as the filter leaves %s out\n", hidden,
               hidden == 1 ? "it" : "them");
}

static void add_heading(const struct job_scan *scan, struct buf *out) {
  const struct scan_result *result = scan->result;
  auto_free char *platform = guard_field(scan_platform(scan));
  auto_free char *system = scan_system_label(result), *tool = scan_tool_label(&result->tool);
  auto_free char *digest = guard_field(result->manifest_digest);
  auto_free char *time = scan_time_label(result->end_ms);
  auto_buf title = {0};
  buf_printf(&title, "%s", platform);
  if (result->status == SCAN_OK)
    buf_printf(&title, ": %s", result->os_known ? system : "operating system unknown");
  buf_printf(out, "\n%s\n", title.data);
  for (size_t i = 0; i < title.len; i++)
    buf_text(out, "=");
  buf_text(out, "\n");
  if (digest[0] != '\0')
    buf_printf(out, "Manifest: %s\n", digest);
  buf_printf(out, "Scanner: %s\n", tool);
  if (result->status == SCAN_OK)
    buf_printf(out, "Scanned: %s%s\n", time, result->cached ? ", in an earlier run" : "");
}

static void add_scan(const struct job_scan *scan, struct buf *out) {
  const struct scan_result *result = scan->result;
  add_heading(scan, out);
  if (result->status != SCAN_OK) {
    auto_free char *cause = scan_cause_label(result);
    buf_printf(out, "No result, which does not mean no findings. Scan %s\n", cause);
    return;
  }
  if (result->os_known && result->os_eol)
    buf_text(out, "This system is at its end of life: newer vulnerabilities may be missing.\n");
  if (!result->os_known)
    buf_text(out, "Packages of the operating system could not be looked at.\n");
  add_filter(&scan->filter, out);
  buf_text(out, "\n");
  add_total(scan, out);
  add_remarks(scan, out);
  add_table(scan, out);
}

void render_image_text(const struct job_record *job, const struct job_scan *scans, size_t count,
                       struct buf *out) {
  auto_buf text = {0};
  auto_free char *label = job_label(job), *reference = guard_field(job->target_reference);
  auto_free char *digest = guard_field(job->target_digest);
  buf_printf(&text, "Vulnerabilities of %s\n\n", label);
  if (reference[0] != '\0')
    buf_printf(&text, "Image: %s\n", reference);
  if (digest[0] != '\0')
    buf_printf(&text, "Digest: %s\n", digest);
  for (size_t i = 0; i < count; i++)
    add_scan(&scans[i], &text);
  guard_text(out, text.data);
}
