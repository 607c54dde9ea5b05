/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report without a browser (tests/e2e/test_html.py has one), and markup in general. */
#include "base/json.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/html.h"
#include "report/log.h"
#include "report/render.h"
#include "unit/scan_kit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define REPLACED "\xef\xbf\xbd"

static void assert_markup(const char *text, const char *expected) {
  auto_buf out = {0};
  escape_markup(&out, text);
  assert_string_equal(out.data ? out.data : "", expected);
}

static void test_markup(void **state) {
  (void)state;
  assert_markup(NULL, "");
  assert_markup("", "");
  assert_markup("plain text; \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3",
                "plain text; \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3");
  assert_markup("<a href=\"x\" id='y'>&amp;</a>",
                "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  assert_markup("a\nb\r\nc\rd\te", "a&#10;b&#10;c&#10;d&#9;e");
  assert_markup("##[command] # ###[", "&#35;#[command] # &#35;&#35;#[");
  assert_markup("\x1b[31m\x01\x7f", REPLACED "[31m" REPLACED REPLACED);
  assert_markup("\xc2\x85\xe2\x80\xae\xe2\x81\xa6", REPLACED REPLACED REPLACED);
  assert_markup("\xef\xbf\xbe\xef\xbf\xbf", REPLACED REPLACED);
}

/* Malformed sequences of RFC 3629: overlong, surrogate, beyond U+10FFFF, cut, lone. */
static void test_markup_of_broken_text(void **state) {
  (void)state;
  assert_markup("\xc0\xbc", REPLACED REPLACED);
  assert_markup("\xed\xa0\x80", REPLACED REPLACED REPLACED);
  assert_markup("\xf4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED);
  assert_markup("\xe2\x82", REPLACED REPLACED);
  assert_markup("\xe2<b>", REPLACED "&lt;b&gt;");
  assert_markup("\xff\x80", REPLACED REPLACED);
}

static void test_words(void **state) {
  (void)state;
  auto_buf out = {0};
  html_number(&out, 0);
  buf_text(&out, " ");
  html_number(&out, 999);
  buf_text(&out, " ");
  html_number(&out, 1234567);
  buf_text(&out, " ");
  html_number(&out, UINT64_MAX);
  assert_string_equal(out.data, "0 999 1,234,567 18,446,744,073,709,551,615");
  auto_buf shares = {0};
  html_percent(&shares, 1, 3);
  buf_text(&shares, " ");
  html_percent(&shares, 5, 0);
  buf_text(&shares, " ");
  html_percent(&shares, UINT64_MAX, 1);
  assert_string_equal(shares.data, "33.33 0.00 100.00");
  auto_buf time = {0};
  html_time(&time, 1795500307123);
  html_time(&time, 0);
  assert_string_equal(time.data, "<time datetime=\"2026-11-24T06:05:07.123Z\">"
                                 "2026-11-24 06:05:07 UTC</time>unknown");
}

static void test_links(void **state) {
  (void)state;
  static const char *const refused[] = {
      NULL, "", "javascript:alert(1)", " https://x/", "data:text/html,x", "//x/", "httpx://y/"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    auto_buf out = {0};
    auto_free char *link = finding_link(&(struct artm_finding){.url = refused[i]});
    html_link(&out, link, "CVE-1");
    assert_string_equal(out.data, "CVE-1");
  }
  auto_buf out = {0};
  auto_free char *link = finding_link(&(struct artm_finding){.url = "HTTPS://x/?a=1&b=\""});
  html_link(&out, link, "<CVE>");
  assert_string_equal(out.data, "<a rel=\"noreferrer\" href=\"HTTPS://x/?a=1&amp;b=%22\">"
                                "&lt;CVE&gt;</a>");
}

static void test_long_text(void **state) {
  (void)state;
  auto_buf text = {0}, out = {0};
  buf_text(&text, "a");
  for (size_t i = 0; i < 500000; i++)
    buf_text(&text, "\xc3\xa9");
  html_text(&out, text.data);
  assert_in_range(out.len, 3000, 5000);
  assert_non_null(strstr(out.data, "\xc3\xa9&hellip;"));
  assert_null(strstr(out.data, REPLACED));
}

/* One that the cut would go through, too. */
static void test_secrets(void **state) {
  (void)state;
  log_secret("hunter2hunter2");
  auto_buf text = {0}, out = {0};
  for (size_t i = 0; i < 3993; i++)
    buf_text(&text, "a");
  buf_text(&text, "hunter2hunter2");
  html_text(&out, text.data);
  html_text(&out, "a hunter2hunter2");
  assert_null(strstr(out.data, "hunter2"));
  assert_non_null(strstr(out.data, "a ***"));
}

static struct run_report *sample(void) {
  struct run_report *report = run_report_new("mirror");
  strings_add(&report->targets, "registry.example/mirror");
  report->end_ms = report->start_ms + 2000;
  struct job_record *job = kit_job(report, "team/app", "1.0", "registry.example/mirror");
  struct scan_result *result = kit_scan(report, job, "trivy", "linux/amd64");
  result->os_known = true;
  kit_findings(job, ARTM_SEVERITY_HIGH, 2, "a <b>title</b>");
  return report;
}

static char *render(const struct run_report *report) {
  auto_buf out = {0};
  render_html(report, &out);
  return buf_take(&out);
}

static void test_report(void **state) {
  (void)state;
  auto_kit_report report = sample();
  auto_free char *html = render(report), *again = render(report);
  assert_string_equal(html, again);
  assert_memory_equal(html, "<!DOCTYPE html>\n", 16);
  assert_non_null(strstr(html, "default-src 'none'; style-src 'sha256-"));
  assert_non_null(strstr(html, "a &lt;b&gt;title&lt;/b&gt;"));
  assert_non_null(strstr(html, "aria-label=\"2 HIGH\""));
  assert_non_null(strstr(html, "team/<wbr>app<wbr>:1.0"));
  assert_null(strstr(html, "style=\""));
  assert_null(strstr(html, "id=\"failures\""));
  for (const char *line = html; (line = strchr(line, '\n')) != NULL;)
    assert_false(strncmp(++line, "::", 2) == 0);
}

static void test_scans_without_a_result(void **state) {
  (void)state;
  static const struct {
    enum scan_status status;
    const char *text;
  } cases[] = {{SCAN_FAILED, "1 scan failed"},
               {SCAN_TIMEOUT, "1 scan timed out"},
               {SCAN_SKIPPED, "1 scan skipped"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_kit_report report = run_report_new("scan");
    struct job_record *job = kit_job(report, "app", "1", "t");
    struct scan_result *result = kit_scan(report, job, "trivy", NULL);
    result->status = cases[i].status;
    error_set(&result->error, ARTM_E_INTERNAL, "the tool said no");
    auto_free char *html = render(report);
    assert_non_null(strstr(html, cases[i].text));
    assert_non_null(strstr(html, "<h2>Findings</h2><p class=\"big\">unknown</p>"));
    assert_non_null(strstr(html, "the tool said no"));
    assert_non_null(strstr(html, "nothing is known of vulnerabilities"));
    assert_null(strstr(html, "data-v=\"0\">0</td>"));
  }
}

/* Two jobs with one manifest: its findings count once, as on the terminal. */
static void test_shared_manifests_count_once(void **state) {
  (void)state;
  auto_kit_report report = sample();
  struct job_record *job = kit_job(report, "team/app", "1.0.1", "registry.example/mirror");
  kit_scan(report, job, "trivy", "linux/amd64")->manifest_digest =
      report->jobs[0]->scans[0].result->manifest_digest;
  kit_findings(job, ARTM_SEVERITY_HIGH, 2, "a title");
  auto_free char *html = render(report);
  assert_non_null(strstr(html, "<h2>Findings</h2><p class=\"big\">2</p>"));
  auto_buf text = {0};
  run_report_text(report, &(struct report_view){0}, &text);
  assert_non_null(strstr(text.data, "\n1 scan: 2 HIGH\n"));
}

/* What a severity's column says where nobody looked for it. */
static void test_columns(void **state) {
  (void)state;
  auto_kit_report report = sample();
  struct job_record *job = kit_job(report, "other", "1", "registry.example/mirror");
  kit_scan(report, job, "trivy", "linux/amd64");
  job->scans[0].filter.severities = SEVERITY_BIT(ARTM_SEVERITY_LOW);
  auto_free char *html = render(report);
  assert_non_null(strstr(html, "class=\"n c-low zero\" data-v=\"-1\""));
  assert_non_null(strstr(html, "class=\"n c-critical zero\" data-v=\"-1\""));
  assert_non_null(strstr(html, "class=\"n c-critical zero\" data-v=\"0\">0</td>"));
  assert_null(strstr(html, "NEGLIGIBLE</th>"));
}

static void test_spans_of_any_kind(void **state) {
  (void)state;
  static struct job_span spans[] = {{"transfer", 0, 1000, 2000},
                                    {"scan", UINT32_MAX, INT64_MAX - 1, INT64_MAX},
                                    {"<b>", 3, 5000, 4000},
                                    {"x\"y", 3, 1500, 1500},
                                    {"tag", 0, INT64_MIN, 2000}};
  auto_kit_report report = sample();
  struct job_record *job = report->jobs[0];
  job->span_count = job->span_capacity = sizeof spans / sizeof spans[0];
  job->spans = mem_array(job->span_count, sizeof *job->spans);
  memcpy(job->spans, spans, sizeof spans);
  auto_free char *html = render(report);
  assert_non_null(strstr(html, "Worker 4294967296: 1 job"));
  assert_non_null(strstr(html, "class=\"p-other\""));
  assert_non_null(strstr(html, "x&quot;y 0.0s"));
}

static void test_nothing(void **state) {
  (void)state;
  auto_kit_report report = run_report_new("plan");
  auto_free char *html = render(report);
  assert_non_null(strstr(html, "The plan was made; nothing was written."));
  assert_null(strstr(html, "<table"));
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_markup),
      cmocka_unit_test(test_markup_of_broken_text),
      cmocka_unit_test(test_words),
      cmocka_unit_test(test_links),
      cmocka_unit_test(test_long_text),
      cmocka_unit_test(test_secrets),
      cmocka_unit_test(test_report),
      cmocka_unit_test(test_scans_without_a_result),
      cmocka_unit_test(test_shared_manifests_count_once),
      cmocka_unit_test(test_columns),
      cmocka_unit_test(test_spans_of_any_kind),
      cmocka_unit_test(test_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
