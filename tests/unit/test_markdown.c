/* SPDX-License-Identifier: Apache-2.0 */
/* render_markdown() of report/render.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/log.h"
#include "report/markdown.h"
#include "report/render.h"
#include "unit/render_sample.h"

static char *markdown_of(const struct run_report *report, size_t limit) {
  auto_buf out = {0};
  render_markdown(report, limit, &out);
  return buf_take(&out);
}

static void test_parts(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *text = markdown_of(report, 0);
  static const char *const parts[] = {
      "# artmirror `mirror`: failed (exit code 3)\n\n4 jobs: 1 created, 2 unchanged, 1 failed; ",
      "- `registry.example: the registry refused the password`\n"
      "  - hint: `log in again`\n  - `library/bad:4` (auth)\n",
      "## Failures\n\n- `the database is missing`\n  - hint: `download it`\n"
      "  - `library/app:1.0` (scan failed, `linux/arm64`)\n",
      "## Skipped scans\n\n- `the database is missing`\n  - hint: `download it`\n"
      "  - `library/aside:3` (scan skipped, `linux/amd64`)\n",
      "| Image | Platform | OS | CRITICAL | HIGH | MEDIUM | Fixable | Gate |\n"
      "|---|---|---|--:|--:|--:|--:|---|\n",
      "| `library/app:1.0` | `linux/amd64` | `alpine 3.19.1` | 1 | 1 | 0 | 2 | warn (1) |\n",
      "| `library/app:1.0` | `linux/arm64` | - | failed | failed | failed | - | - |\n",
      "| `library/aside:3` | `linux/amd64` | - | skipped | skipped | skipped | - | - |\n",
      "| `library/clean:2` | `linux/amd64` | `alpine 3.19.1` | 0 | 0 | 0 | 0 | - |\n",
      "| `library/app:1.0` | created | `sha256:333333333333` | 0 B | 0 B | 1.5s |\n",
      "\n2 more jobs in which nothing changed or started.\n",
      "\n<details><summary><code>library/app:1.0 linux/amd64</code> by <code>trivy</code>: "
      "1 CRITICAL, 1 HIGH</summary>\n\n",
      "| CRITICAL | [`CVE-2026-1`](<https://avd.example/nvd/x?y=1>) | `libssl3` | `3.1.4-r1` | "
      "`3.1.4-r5, 3.2.0` | `openssl: a title` |\n",
      "`openssl: a title` (allowed) |\n\n</details>\n"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    assert_non_null(strstr(text, parts[i]));
  assert_null(strstr(text, "CVE-2026-3"));
}

static void test_code(void **state) {
  (void)state;
  static const char *const cases[][2] = {{"plain", "`plain`"},
                                         {"a|b`c", "`a\\x7cb\\x60c`"},
                                         {"@user #1", "`@user #1`"},
                                         {"##[error]", "`\\x23#[error]`"},
                                         {" a\n\tb ", "`a b`"},
                                         {"back\\", "`back\\`"},
                                         {"", "-"},
                                         {NULL, "-"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_buf out = {0};
    markdown_code(&out, cases[i][0], 100);
    assert_string_equal(out.data, cases[i][1]);
  }
}

/* A line of a table has as many cells whatever stands in them, and every byte from outside is
 * inside of a code span. */
static void test_hostile(void **state) {
  (void)state;
  auto_report report = hostile_report(HOSTILE);
  auto_free char *text = markdown_of(report, 0);
  auto_free char *rest = str_copy(text);
  char *lines = rest, *line;
  size_t cells = 0;
  while ((line = strsep(&lines, "\n")) != NULL) {
    if (strncmp(line, "<details>", 9) == 0) /* HTML, escaped as such */
      continue;
    size_t pipes = 0;
    bool code = false;
    for (const char *p = line; *p != '\0'; p++) {
      assert_true((unsigned char)*p >= 0x20);
      pipes += *p == '|';
      code ^= *p == '`';
      if (!code)
        assert_null(strchr("@!", *p));
    }
    assert_false(code);
    if (pipes > 0 && cells > 0)
      assert_int_equal(pipes, cells);
    cells = pipes;
  }
  assert_null(strstr(text, "##["));
  assert_null(strstr(text, "\xe2\x80\xae"));
}

static size_t times(const char *text, const char *part) {
  size_t count = 0;
  for (; (text = strstr(text, part)) != NULL; text++)
    count++;
  return count;
}

static void test_limit(void **state) {
  (void)state;
  auto_report report = sample_report();
  auto_free char *whole = markdown_of(report, 0);
  for (size_t limit = 1; limit < strlen(whole) + 200; limit++) {
    auto_free char *text = markdown_of(report, limit);
    assert_true(strlen(text) <= limit);
    assert_int_equal(times(text, "<details>"), times(text, "</details>"));
    if (strcmp(text, whole) != 0 && limit > 400)
      assert_non_null(strstr(text, "left out here: see the full report.\n"));
    const char *end = strrchr(text, '|');
    if (end != NULL)
      assert_int_equal(end[1], '\n');
  }
}

static void test_many_findings(void **state) {
  (void)state;
  auto_report report = run_report_new("scan");
  struct job_record *job = sample_job(report, "app", "1", JOB_UNCHANGED);
  struct scan_result *result = sample_result(report, "trivy", SCAN_OK);
  for (size_t i = 0; i < 25; i++)
    sample_add(result, "CVE-1", ARTM_SEVERITY_HIGH);
  sample_scan(job, result, "linux/amd64");
  auto_free char *text = markdown_of(report, 0);
  assert_int_equal(times(text, "| HIGH | ["), 20);
  assert_non_null(strstr(text, "|\n\n5 more: see the full report.\n\n</details>\n"));
}

static void test_secret(void **state) {
  (void)state;
  log_secret("hunter2-secret");
  auto_report report = hostile_report("https://me:pass-word@x.example/?t=hunter2-secret");
  auto_free char *text = markdown_of(report, 0);
  assert_null(strstr(text, "hunter2-secret"));
  assert_null(strstr(text, "pass-word"));
  assert_non_null(strstr(text, "***"));
  log_done();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts),   cmocka_unit_test(test_code),
      cmocka_unit_test(test_hostile), cmocka_unit_test(test_secret),
      cmocka_unit_test(test_limit),   cmocka_unit_test(test_many_findings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
