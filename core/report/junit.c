/* SPDX-License-Identifier: Apache-2.0 */
/* The run as JUnit XML, as CI systems read it: a suite of the jobs, and one an image, platform and
 * scanner, in which each finding is a case that failed. */
#include "base/clock.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/render.h"
#include "report/run_table.h"
#include "report/scan_label.h"
#include <string.h>

struct suite {
  struct buf cases;
  size_t tests, failures, errors, skipped;
};
struct outcome {
  const char *element; /* "failure", "error", "skipped"; NULL: passed */
  const char *type;    /* our own word, or NULL */
  const char *message, *text;
};

static void add_attribute(struct buf *out, const char *name, const char *value) {
  buf_printf(out, " %s=\"", name);
  escape_markup(out, value);
  buf_text(out, "\"");
}

static void add_seconds(struct buf *out, int64_t start_ms, int64_t end_ms) {
  int64_t ms = start_ms > 0 && end_ms > start_ms ? end_ms - start_ms : 0;
  buf_printf(out, " time=\"%lld.%03lld\"", (long long)(ms / 1000), (long long)(ms % 1000));
}

static void count_case(struct suite *suite, const char *element) {
  suite->tests++;
  suite->failures += text_equal(element, "failure");
  suite->errors += text_equal(element, "error");
  suite->skipped += text_equal(element, "skipped");
}

/* time: its whole attribute. */
static void add_case(struct suite *suite, const char *class_name, const char *name,
                     const char *time, const struct outcome *outcome) {
  struct buf *out = &suite->cases;
  count_case(suite, outcome->element);
  buf_text(out, "    <testcase");
  add_attribute(out, "classname", class_name);
  add_attribute(out, "name", name);
  buf_text(out, time);
  if (outcome->element == NULL) {
    buf_text(out, "/>\n");
    return;
  }
  buf_printf(out, ">\n      <%s", outcome->element);
  if (outcome->type != NULL)
    add_attribute(out, "type", outcome->type);
  add_attribute(out, "message", outcome->message);
  buf_text(out, ">");
  escape_markup(out, outcome->text != NULL ? outcome->text : outcome->message);
  buf_printf(out, "</%s>\n    </testcase>\n", outcome->element);
}

static struct outcome failed_job(const struct job_record *job, const char *cause,
                                 const char *hint_and_cause) {
  const char *type = job->status == JOB_BLOCKED ? "blocked" : "policy";
  bool is_error = job->status == JOB_FAILED;
  return (struct outcome){.element = is_error ? "error" : "failure",
                          .type = is_error ? error_code_name(job->error.code) : type,
                          .message = cause,
                          .text = hint_and_cause};
}

static void add_job(struct suite *suite, const struct run_report *report,
                    const struct job_record *job) {
  bool failed = job->status == JOB_FAILED || job->status == JOB_BLOCKED;
  const struct error *err = failed && job->error.code != 0 ? &job->error : &job->policy;
  auto_free char *title = job_heading(report, job), *cause = error_excerpt(err);
  auto_free char *hint = excerpt(err->hint, EXCERPT_TEXT);
  auto_free char *both = str_format("%s%s%s", cause, hint[0] != '\0' ? "\nhint: " : "", hint);
  auto_free char *section = excerpt(job->section, EXCERPT_NAME);
  auto_free char *class_name = str_format("mirror.%s", section);
  auto_buf time = {0};
  struct outcome outcome = {0};
  add_seconds(&time, job->start_ms, job->end_ms);
  if (failed || job->policy.code != 0)
    outcome = failed_job(job, cause[0] != '\0' ? cause : job_status_name(job->status),
                         both[0] != '\0' ? both : NULL);
  else if (job->status == JOB_SKIPPED || job->status == JOB_CANCELLED || job->status == JOB_PENDING)
    outcome = (struct outcome){.element = "skipped", .message = job_status_name(job->status)};
  add_case(suite, class_name, title, time.data, &outcome);
}

static void add_part(struct buf *text, const char *label, const char *value, size_t max) {
  auto_free char *shown = excerpt(value, max);
  if (shown[0] != '\0')
    buf_printf(text, "%s%s: %s", text->len > 0 ? "\n" : "", label, shown);
}

static char *finding_body(const struct artm_finding *finding) {
  auto_buf text = {0};
  auto_free char *fixes = finding_fixes(finding);
  add_part(&text, "Package", finding->package_name, EXCERPT_NAME);
  add_part(&text, "Installed", finding->package_version, EXCERPT_NAME);
  add_part(&text, "Fixed in", fixes, EXCERPT_NAME);
  add_part(&text, "Severity", severity_name(finding->severity), EXCERPT_NAME);
  add_part(&text, "Status", fix_state_name(finding->fix_state), EXCERPT_NAME);
  add_part(&text, "Path", finding->package_path, EXCERPT_NAME);
  add_part(&text, "Link", finding->url, EXCERPT_NAME);
  add_part(&text, "Description", finding->description, EXCERPT_TEXT);
  return buf_take(&text);
}

/* The same in every run, so that CI systems know it again: the fix may become known later. */
static char *finding_name(const struct artm_finding *finding) {
  const char *path = finding->package_path != NULL ? finding->package_path : "";
  auto_free char *name = str_format("%s in %s %s%s%s", finding->id ? finding->id : "",
                                    finding->package_name ? finding->package_name : "",
                                    finding->package_version ? finding->package_version : "",
                                    path[0] != '\0' ? " at " : "", path);
  return excerpt(name, 2 * EXCERPT_NAME);
}

static char *finding_message(const struct artm_finding *finding) {
  const char *title =
      finding->title != NULL && finding->title[0] != '\0' ? finding->title : finding->id;
  auto_free char *shown = excerpt(title, EXCERPT_TEXT), *fixes = finding_fixes(finding);
  auto_free char *fixed = excerpt(fixes, EXCERPT_NAME);
  return str_format("%s: %s%s%s", severity_name(finding->severity), shown,
                    fixed[0] != '\0' ? "; fixed in " : "", fixed);
}

static void add_finding(struct suite *suite, const char *class_name, const struct scan_row *row) {
  const struct artm_finding *finding = row->finding;
  auto_free char *name = finding_name(finding), *message = finding_message(finding);
  auto_free char *body = finding_body(finding);
  struct outcome outcome = {.element = "failure",
                            .type = severity_name(finding->severity),
                            .message = message,
                            .text = body};
  auto_free char *why = NULL;
  if (finding->suppressed_status != NULL || row->allowed != NULL) {
    const char *reason = row->allowed != NULL ? row->allowed : finding->suppressed_status;
    auto_free char *shown = excerpt(reason, EXCERPT_TEXT);
    why = str_format("%s: %s", row->allowed != NULL ? "allowed" : "suppressed", shown);
    outcome = (struct outcome){.element = "skipped", .message = why};
  }
  add_case(suite, class_name, name, " time=\"0.000\"", &outcome);
}

static void add_findings(struct suite *suite, const char *class_name, const struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  if (result->status != SCAN_OK) {
    auto_free char *reason = scan_failure(result);
    bool skipped = result->status == SCAN_SKIPPED && !scan->required;
    struct outcome outcome = {.element = skipped ? "skipped" : "error",
                              .type = skipped ? NULL : scan_status_name(result->status),
                              .message = reason};
    add_case(suite, class_name, "scan", " time=\"0.000\"", &outcome);
    return;
  }
  for (size_t i = 0; i < scan->row_count; i++)
    if (scan_row_is_listed(&scan->rows[i]))
      add_finding(suite, class_name, &scan->rows[i]);
  if (suite->tests == 0)
    add_case(suite, class_name, result->os_known ? "no findings" : "no findings, os unknown",
             " time=\"0.000\"", &(struct outcome){0});
}

static void add_property(struct buf *out, const char *name, const char *value) {
  auto_free char *shown = excerpt(value, EXCERPT_NAME);
  if (shown[0] == '\0')
    return;
  buf_printf(out, "      <property name=\"%s\"", name);
  add_attribute(out, "value", shown);
  buf_text(out, "/>\n");
}

static void add_properties(struct buf *out, const struct job_record *job,
                           const struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  auto_free char *system = result->status == SCAN_OK ? scan_system_label(result) : NULL;
  buf_text(out, "    <properties>\n");
  add_property(out, "target", job->target_reference);
  add_property(out, "platform", scan->platform);
  add_property(out, "digest", result->manifest_digest);
  add_property(out, "os", system);
  add_property(out, "scanner", result->tool.plugin);
  add_property(out, "scanner.version", result->tool.version);
  add_property(out, "status", scan_status_name(result->status));
  add_property(out, "gate", gate_verdict_name(scan->verdict));
  buf_text(out, "    </properties>\n");
}

static void add_counts(struct buf *out, const struct suite *suite) {
  buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", suite->tests, suite->failures,
             suite->errors);
}

/* Moves the cases into a suite that is written; all gets the counts. */
static void add_suite(struct suite *all, struct suite *suite, const char *name, int64_t start_ms,
                      int64_t end_ms, const char *properties) {
  struct buf *out = &all->cases;
  auto_free char *time = clock_format(start_ms);
  buf_text(out, "  <testsuite");
  add_attribute(out, "name", name);
  add_counts(out, suite);
  buf_printf(out, " skipped=\"%zu\"", suite->skipped);
  add_seconds(out, start_ms, end_ms);
  if (start_ms > 0) /* the format knows seconds without a zone */
    buf_printf(out, " timestamp=\"%.19s\"", time);
  buf_printf(out, ">\n%s", properties);
  buf_add(out, suite->cases.data, suite->cases.len);
  buf_text(out, "  </testsuite>\n");
  all->tests += suite->tests;
  all->failures += suite->failures;
  all->errors += suite->errors;
  buf_done(&suite->cases);
}

static void add_scan(struct suite *all, const struct run_report *report,
                     const struct job_record *job, const struct job_scan *scan) {
  const struct scan_result *result = scan->result;
  auto_free char *title = job_heading(report, job), *tool = scan_tool_name(result);
  auto_free char *platform = excerpt(scan->platform, EXCERPT_NAME);
  auto_free char *name =
      str_format("%s%s%s (%s)", title, platform[0] != '\0' ? " " : "", platform, tool);
  auto_buf properties = {0};
  struct suite suite = {0};
  add_properties(&properties, job, scan);
  add_findings(&suite, name, scan);
  add_suite(all, &suite, name, result->start_ms, result->cached ? 0 : result->end_ms,
            properties.data);
}

void render_junit(const struct run_report *report, struct buf *out) {
  struct suite all = {0}, jobs = {0};
  for (size_t i = 0; i < report->job_count; i++)
    add_job(&jobs, report, report->jobs[i]);
  add_suite(&all, &jobs, "mirror", report->start_ms, report->end_ms, "");
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++)
      add_scan(&all, report, report->jobs[i], &report->jobs[i]->scans[j]);
  buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"artmirror\"");
  add_counts(out, &all);
  add_seconds(out, report->start_ms, report->end_ms);
  buf_text(out, ">\n");
  buf_add(out, all.cases.data, all.cases.len);
  buf_text(out, "</testsuites>\n");
  buf_done(&all.cases);
}
