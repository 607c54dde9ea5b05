/* SPDX-License-Identifier: Apache-2.0 */
/* What scanners find: copied, sorted, checked. */
#include "unit/scripted_scanner.h"

/* printf 'raw report' | sha256sum */
#define RAW_256 "e78e23a3bb09e3a10ddc241d57972a7abe4e8f5c4c4c3308aec859c2dc096394"

static void write_file(const struct lab *lab, const char *name, const char *text) {
  auto_free char *path = fs_join(lab->folder, name);
  auto_error error = {0};
  assert_int_equal(fs_write(path, text, strlen(text), 0600, &error), 0);
}

static void expect_nothing(struct lab *lab, int rc, int32_t code, const char *part) {
  expect_failure(lab->world, rc, code, part);
  assert_int_equal(lab->result->finding_count, 0);
  assert_false(lab->result->os_known);
  assert_null(lab->result->raw_file);
}

static void findings_are_copied_and_sorted(void **state) {
  struct lab *lab = *state;
  struct scan_result *result = lab->result;
  const char *aliases[] = {"GHSA-1", "GHSA-2", NULL};
  const struct artm_cvss cvss = {sizeof cvss, 98, "nvd", "3.1", "AV:N"};
  char title[] = "a title";
  for (int i = 0; i < 3; i++)
    scan.findings[i] = a_finding(i == 2 ? "CVE-2026-9" : "CVE-2026-1");
  scan.findings[0].severity = ARTM_SEVERITY_UNKNOWN;
  scan.findings[2].severity = ARTM_SEVERITY_CRITICAL;
  scan.findings[2].aliases = aliases;
  scan.findings[2].title = title;
  scan.findings[2].cvss = &cvss;
  scan.findings[2].cvss_count = 1;
  scan.findings[2].cvss_stride = sizeof cvss;
  scan.count = 3;
  scan.family = "alpine";
  scan.version = "3.19.1";
  scan.os_flags = ARTM_OS_END_OF_LIFE;
  assert_int_equal(scan_now(lab), 0);
  title[0] = 'x';
  aliases[0] = "gone";
  assert_int_equal(result->finding_count, 3);
  assert_string_equal(result->findings[0].id, "CVE-2026-9");
  assert_string_equal(result->findings[0].title, "a title");
  assert_string_equal(result->findings[0].aliases[0], "GHSA-1");
  assert_null(result->findings[0].aliases[2]);
  assert_ptr_not_equal(result->findings[0].cvss, &cvss);
  assert_int_equal(result->findings[0].cvss[0].score, 98);
  assert_string_equal(result->findings[0].cvss[0].source, "nvd");
  assert_int_equal(result->findings[1].severity, ARTM_SEVERITY_HIGH);
  assert_int_equal(result->findings[2].severity, ARTM_SEVERITY_UNKNOWN);
  assert_true(result->os_known && result->os_eol);
  assert_string_equal(result->os_family, "alpine");
  assert_string_equal(result->os_version, "3.19.1");
}

static void what_an_older_plugin_does_not_know_is_zero(void **state) {
  struct lab *lab = *state;
  scan.findings[0] = a_finding("CVE-2026-1");
  scan.findings[0].struct_size = SIZE_THROUGH(struct artm_finding, package_name);
  scan.findings[0].package_version = (const char *)1;
  scan.findings[0].references = (const char *const *)1;
  scan.count = 1;
  assert_int_equal(scan_now(lab), 0);
  assert_null(lab->result->findings[0].package_version);
  assert_null(lab->result->findings[0].references);
}

struct damage {
  const char *part; /* of the message */
  void (*harm)(struct artm_finding *);
};
static const struct artm_cvss good = {sizeof good, 98, NULL, NULL, NULL};
static const struct artm_cvss eleven = {sizeof eleven, 110, NULL, NULL, NULL};
static const struct artm_cvss larger = {sizeof larger + 8, 98, NULL, NULL, NULL};

static void set_cvss(struct artm_finding *finding, const struct artm_cvss *cvss, uint32_t count,
                     uint32_t stride) {
  finding->cvss = cvss;
  finding->cvss_count = count;
  finding->cvss_stride = stride;
}

#define HARM(name, statement)                             \
  static void harm_##name(struct artm_finding *finding) { \
    statement;                                            \
  }
HARM(no_id, finding->id = NULL)
HARM(empty_id, finding->id = "")
HARM(no_package, finding->package_name = NULL)
HARM(severity, finding->severity = ARTM_SEVERITY_CRITICAL + 1)
HARM(fix, finding->fix_state = ARTM_FIX_NOT_AFFECTED + 1)
HARM(class, finding->package_class = ARTM_PACKAGE_LANG + 1)
HARM(epss, (finding->flags = ARTM_FINDING_EPSS, finding->epss = 1000001))
HARM(cvss_null, set_cvss(finding, NULL, 1, sizeof good))
HARM(cvss_short_stride, set_cvss(finding, &good, 1, sizeof good - 8))
HARM(cvss_no_stride, set_cvss(finding, &good, 1, 0))
HARM(cvss_odd_stride, set_cvss(finding, &good, 1, sizeof good + 2))
HARM(cvss_count, set_cvss(finding, &good, UINT32_MAX, sizeof good))
HARM(cvss_score, set_cvss(finding, &eleven, 1, sizeof eleven))
HARM(cvss_size, set_cvss(finding, &larger, 1, sizeof larger))

static const struct damage damages[] = {
    {"no id", harm_no_id},
    {"no id", harm_empty_id},
    {"no package", harm_no_package},
    {"unknown severity", harm_severity},
    {"state of its fix", harm_fix},
    {"class of package", harm_class},
    {"EPSS", harm_epss},
    {"CVSS", harm_cvss_null},
    {"CVSS", harm_cvss_short_stride},
    {"CVSS", harm_cvss_no_stride},
    {"CVSS", harm_cvss_odd_stride},
    {"CVSS", harm_cvss_count},
    {"CVSS", harm_cvss_score},
    {"CVSS", harm_cvss_size},
};

static void damaged_findings_are_misbehaviour(void **state) {
  struct lab *lab = *state;
  scan.family = "alpine";
  scan.count = 2;
  scan.findings[0] = a_finding("CVE-2026-1");
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
    for (int swallows = 0; swallows < 2; swallows++) {
      scan.swallows = swallows != 0;
      scan.findings[1] = a_finding("CVE-2026-2");
      damages[i].harm(&scan.findings[1]);
      expect_nothing(lab, scan_now(lab), ARTM_E_INTERNAL, damages[i].part);
      assert_non_null(strstr(lab->world->call.error.message, "finding 2"));
    }
  scan.findings[1] = a_finding("CVE-2026-2");
  scan.findings[1].flags = 64;
  expect_nothing(lab, scan_now(lab), ARTM_E_UNSUPPORTED, "0x40");
  set_cvss(&scan.findings[1], &good, 1, sizeof good);
  scan.findings[1].flags = 0;
  scan.swallows = false;
  assert_int_equal(scan_now(lab), 0);
  assert_int_equal(lab->result->finding_count, 2);
}

static void too_many_findings_are_refused(void **state) {
  struct lab *lab = *state;
  struct finding_list list;
  struct artm_finding finding = a_finding("CVE-2026-1");
  finding_list_init(&list, &lab->world->plugin, &lab->world->call, lab->folder, lab->result);
  assert_int_equal(list.abi.add(&list.abi, &finding), 0);
  lab->result->finding_count = FINDINGS_MAX;
  assert_int_equal(list.abi.add(&list.abi, &finding), ARTM_E_LOCAL);
  expect_nothing(lab, finding_list_result(&list, 0), ARTM_E_LOCAL, "1000000");
  finding_list_init(&list, &lab->world->plugin, &lab->world->call, lab->folder, lab->result);
  size_t total = lab->result->memory.total;
  lab->result->memory.total = FINDINGS_MEMORY_MAX;
  assert_int_equal(list.abi.add(&list.abi, &finding), ARTM_E_LOCAL);
  expect_nothing(lab, finding_list_result(&list, 0), ARTM_E_LOCAL, "1024 MiB");
  lab->result->memory.total = total;
}

static void systems_are_checked(void **state) {
  struct lab *lab = *state;
  char family[1000];
  scan.family = "";
  expect_nothing(lab, scan_now(lab), ARTM_E_INTERNAL, "without a name");
  scan.family = "alpine";
  scan.os_flags = 64;
  expect_nothing(lab, scan_now(lab), ARTM_E_UNSUPPORTED, "0x40");
  memset(family, 'a', sizeof family);
  memcpy(family, "x\033\xff", 3);
  family[sizeof family - 1] = '\0';
  scan.family = family;
  scan.os_flags = 0;
  assert_int_equal(scan_now(lab), 0);
  assert_true(text_starts(lab->result->os_family, "x\\x1b\\xffaaaa"));
  assert_true(strlen(lab->result->os_family) < 300);
  assert_null(lab->result->os_version);
}

static void a_raw_report_is_hashed(void **state) {
  struct lab *lab = *state;
  write_file(lab, "raw.json", "raw report");
  scan.raw = "raw.json";
  scan.raw_format = "kit-json";
  assert_int_equal(scan_now(lab), 0);
  auto_free char *path = fs_join(lab->folder, "raw.json");
  assert_string_equal(lab->result->raw_file, path);
  assert_string_equal(lab->result->raw_format, "kit-json");
  assert_string_equal(lab->result->raw_sha256, RAW_256);
}

static void raw_reports_are_plain_files_of_the_folder(void **state) {
  struct lab *lab = *state;
  auto_free char *link = fs_join(lab->folder, "link"), *pipe = fs_join(lab->folder, "pipe"),
                 *folder = fs_join(lab->folder, "folder");
  write_file(lab, "raw.json", "raw report");
  assert_int_equal(symlink("raw.json", link), 0);
  assert_int_equal(mkfifo(pipe, 0600), 0);
  assert_int_equal(mkdir(folder, 0700), 0);
  const char *const bad[] = {NULL,        "",     ".",    "..",     "../x", "folder/x",
                             "/dev/null", "none", "link", "folder", "pipe"};
  scan.raw_format = "kit-json";
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    scan.raw = bad[i];
    scan.swallows = i % 2 == 1;
    expect_nothing(lab, scan_now(lab), ARTM_E_INTERNAL, "misbehaved");
  }
  scan.raw = "raw.json";
  scan.raw_format = "";
  expect_nothing(lab, scan_now(lab), ARTM_E_INTERNAL, "without its format");
}

static void a_failed_scan_found_nothing(void **state) {
  struct lab *lab = *state;
  write_file(lab, "raw.json", "raw report");
  scan.findings[0] = a_finding("CVE-2026-1");
  scan.count = 1;
  scan.family = "alpine";
  scan.raw = "raw.json";
  scan.raw_format = "kit-json";
  script.answer = ARTM_E_TIMEOUT;
  script.fails = true;
  expect_nothing(lab, scan_now(lab), ARTM_E_TIMEOUT, "as the script says");
  script.answer = ARTM_NO;
  script.fails = false;
  expect_nothing(lab, scan_now(lab), ARTM_E_INTERNAL, "scanner.scan answered 1");
  script.answer = ARTM_E_LOCAL;
  expect_nothing(lab, scan_now(lab), ARTM_E_INTERNAL, "without saying why");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, lab_up, lab_down)
  const struct CMUnitTest tests[] = {
      CASE(findings_are_copied_and_sorted),
      CASE(what_an_older_plugin_does_not_know_is_zero),
      CASE(damaged_findings_are_misbehaviour),
      CASE(too_many_findings_are_refused),
      CASE(systems_are_checked),
      CASE(a_raw_report_is_hashed),
      CASE(raw_reports_are_plain_files_of_the_folder),
      CASE(a_failed_scan_found_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
