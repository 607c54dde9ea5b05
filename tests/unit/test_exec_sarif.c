/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin exec: SARIF 2.1.0 in the shapes of several scanners. */
#include "unit/scanner_driver.h"

static const struct artm_scanner *scanner;
static struct artm_call call;
static const struct artm_config config = {
    {"command", "scan", "command", "{target}", "format", "sarif", NULL}};

static int setup(void **state) {
  (void)state;
  scanner = driver_scanner("exec");
  install("scan");
  return 0;
}
static int teardown(void **state) {
  (void)state;
  char command[128];
  setenv("PATH", "/usr/bin:/bin", 1);
  snprintf(command, sizeof command, "rm -r '%s'", script.folder);
  return system(command);
}

static int32_t read_part(const char *report, size_t size, struct kept *kept) {
  void *self = NULL;
  call = (struct artm_call){0};
  *kept = KEPT;
  assert_int_equal(scanner->create(&driver_host, &call, &config, &self), 0);
  const struct artm_scan subject = scan_of(&config, false);
  PLAY({.argv = "scan " REFERENCE, .output = report, .output_size = size});
  int32_t answer = scanner->scan(self, &call, &subject, &kept->sink);
  scanner->destroy(self);
  played();
  return answer;
}

/* A log of one run. */
static int32_t read_run(const char *rules, const char *results, struct kept *kept) {
  static char report[8192];
  snprintf(report, sizeof report,
           "{\"$schema\":\"https://x\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
           "\"name\":\"Tool\",\"rules\":[%s]}},\"results\":[%s]}]}",
           rules, results);
  return read_part(report, 0, kept);
}
#define END "raw=report.json format=sarif "

static void trivy(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_run(
          "{\"id\":\"CVE-2020-0001\",\"name\":\"OsPackageVulnerability\",\"shortDescription\":{"
          "\"text\":\"foobar\"},\"fullDescription\":{\"text\":\"baz\"},\"defaultConfiguration\":{"
          "\"level\":\"error\"},\"helpUri\":\"https://avd.example/cve-2020-0001\",\"help\":{"
          "\"text\":\"Vulnerability CVE-2020-0001\\nSeverity: LOW\\nPackage: foo\\nFixed Version: "
          "3.4.5\\nLink: x\\nbaz\",\"markdown\":\"m\"},\"properties\":{\"precision\":"
          "\"very-high\",\"security-severity\":\"9.8\",\"cvssv3_baseScore\":9.8,\"tags\":["
          "\"vulnerability\",\"security\",\"LOW\"]}}",
          "{\"ruleId\":\"CVE-2020-0001\",\"ruleIndex\":0,\"level\":\"error\",\"message\":{\"text\":"
          "\"Package: foo\\nInstalled Version: 1.2.3\\nVulnerability CVE-2020-0001\\nSeverity: "
          "LOW\\nFixed Version: 3.4.5, 4.0\\nLink: [CVE-2020-0001](https://avd.example)\"},"
          "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"library/test\","
          "\"uriBaseId\":\"ROOTPATH\"},\"region\":{\"startLine\":1}},\"message\":{\"text\":"
          "\"library/test: foo@1.2.3\"}}]}",
          &kept),
      0);
  assert_string_equal(kept.text,
                      "id=CVE-2020-0001 severity=3 raw=LOW by=Tool source=Tool class=1 package=foo "
                      "version=1.2.3 fix=1 in=3.4.5 in=4.0 cvss=Tool cvss_version=3 score=98 "
                      "url=https://avd.example/cve-2020-0001 title=foobar description=baz \n" END);
}

static void grype(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_run(
          "{\"id\":\"CVE-1999-0001-package-1\",\"name\":\"DpkgMatcherExactDirectMatch\","
          "\"shortDescription\":{\"text\":\"CVE-1999-0001 low vulnerability for package-1 "
          "package\"}"
          ",\"helpUri\":\"https://grype.example\",\"help\":{\"text\":\"Vulnerability "
          "CVE-1999-0001\\nSeverity: low\\nPackage: package-1\\nVersion: 1.1.1\\nFix Version: \\n"
          "Type: rpm\\nLocation: somefile-1.txt\\nData Namespace: rhel:9\\nLink: x\"},"
          "\"properties\":{\"security-severity\":\"8.2\",\"purls\":["
          "\"pkg:rpm/redhat/package-1@1.1.1?distro=rhel-9.4\"]}}",
          "{\"ruleId\":\"CVE-1999-0001-package-1\",\"level\":\"note\",\"message\":{\"text\":\"A "
          "low "
          "vulnerability in rpm package: package-1, version 1.1.1 was found in image x\"},"
          "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"x/somefile\"}},"
          "\"logicalLocations\":[{\"name\":\"/foo\",\"fullyQualifiedName\":\"x@sha256:1:/"
          "foo\"}]}]}",
          &kept),
      0);
  assert_string_equal(
      kept.text,
      "id=CVE-1999-0001 severity=3 raw=low by=Tool source=rhel:9 class=1 type=rpm "
      "package=package-1 version=1.1.1 purl=pkg:rpm/redhat/package-1@1.1.1?distro=rhel-9.4 fix=2 "
      "url=https://grype.example title=CVE-1999-0001 low vulnerability for package-1 package "
      "\nos=rhel os_version=9.4 " END);
}

static void docker_scout(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_run("{\"id\":\"CVE-2024-24790\",\"name\":\"x\",\"helpUri\":\"https://scout.example\","
               "\"properties\":{\"affected_version\":\"<1.21.11\",\"cvssV3\":9.8,"
               "\"fixed_version\":\"1.21.11\",\"purls\":[\"pkg:golang/stdlib@1.20.8\","
               "\"pkg:golang/other@1\"],\"security-severity\":\"9.8\",\"tags\":[\"CRITICAL\"]}}",
               "{\"ruleId\":\"CVE-2024-24790\",\"kind\":\"fail\",\"level\":\"none\",\"message\":{"
               "\"text\":\"  Vulnerability   : CVE-2024-24790      \\n  Severity        : CRITICAL "
               "   \\n  Package         : pkg:golang/stdlib@1.20.8  \\n  Affected range  : "
               "<1.21.11  \\r\\n  Fixed version   : 1.21.11   \\n\"},\"locations\":[{"
               "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"/usr/local/bin/x\"}}}]},"
               "{\"ruleId\":\"CVE-2\",\"message\":{\"text\":\"Severity : LOW\\nPackage : "
               "pkg:deb/debian/glibc@2.36-9%2Bdeb12u9?os_distro=bookworm&os_name=debian&"
               "os_version=12\\nFixed version : not fixed\"}}",
               &kept),
      0);
  assert_string_equal(
      kept.text,
      "id=CVE-2024-24790 severity=6 raw=CRITICAL by=Tool source=Tool class=2 type=golang "
      "package=stdlib version=1.20.8 path=/usr/local/bin/x purl=pkg:golang/stdlib@1.20.8 fix=1 "
      "in=1.21.11 cvss=Tool cvss_version=3 score=98 url=https://scout.example \n"
      "id=CVE-2 severity=3 raw=LOW by=Tool source=Tool class=1 type=deb package=glibc "
      "version=2.36-9+deb12u9 purl=pkg:deb/debian/glibc@2.36-9%2Bdeb12u9?os_distro=bookworm&"
      "os_name=debian&os_version=12 fix=2 \nos=debian os_version=12 " END);
}

static void snyk(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_run(
          "{\"id\":\"SNYK-DEBIAN11-CURL-1\",\"shortDescription\":{\"text\":\"High severity - "
          "Out-of-bounds Write vulnerability in curl\"},\"fullDescription\":{\"text\":"
          "\"(CVE-2022-32207) curl/curl@7.74.0-1.3\"},\"help\":{\"text\":\"\",\"markdown\":\"m\"},"
          "\"defaultConfiguration\":{\"level\":\"warning\"},\"properties\":{\"tags\":[\"security\","
          "\"CWE-787\",\"deb\"],\"cvssv3_baseScore\":7.5,\"security-severity\":\"7.5\"}}",
          "{\"ruleId\":\"SNYK-DEBIAN11-CURL-1\",\"ruleIndex\":0,\"level\":\"warning\",\"message\":{"
          "\"text\":\"This file introduces a vulnerable curl/curl package with a high severity "
          "vulnerability.\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"
          "\"team/app\"}},\"logicalLocations\":[{\"fullyQualifiedName\":"
          "\"curl/curl@7.74.0-1.3\"}]}]}",
          &kept),
      0);
  assert_string_equal(
      kept.text,
      "id=SNYK-DEBIAN11-CURL-1 alias=CVE-2022-32207 severity=5 raw=7.5 by=Tool source=Tool class=0 "
      "package=curl/curl version=7.74.0-1.3 path=team/app fix=0 cvss=Tool cvss_version=3 score=75 "
      "title=High severity - Out-of-bounds Write vulnerability in curl "
      "description=(CVE-2022-32207) curl/curl@7.74.0-1.3 \n" END);
}

static void osv_scanner(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_run("{\"id\":\"CVE-2022-24713\",\"name\":\"CVE-2022-24713\",\"shortDescription\":{"
               "\"text\":\"CVE-2022-24713: regexes\"},\"deprecatedIds\":[\"CVE-2022-24713\","
               "\"RUSTSEC-2022-0013\",\"GHSA-m5pq-gvj9-9vr8\"],\"properties\":{"
               "\"security-severity\":\"7.5\"}}",
               "{\"ruleId\":\"CVE-2022-24713\",\"ruleIndex\":0,\"level\":\"warning\",\"message\":{"
               "\"text\":\"Package '@scope/regex@1.5.1' is vulnerable to 'CVE-2022-24713' (also "
               "known as 'RUSTSEC-2022-0013').\"},\"locations\":[{\"physicalLocation\":{"
               "\"artifactLocation\":{\"uri\":\"file:///Cargo.lock\"}}}]}",
               &kept),
      0);
  assert_string_equal(kept.text,
                      "id=CVE-2022-24713 alias=RUSTSEC-2022-0013 alias=GHSA-m5pq-gvj9-9vr8 "
                      "severity=5 raw=7.5 by=Tool source=Tool class=0 package=@scope/regex "
                      "version=1.5.1 path=file:///Cargo.lock fix=0 title=CVE-2022-24713: regexes "
                      "\n" END);
}

static void severities_have_an_order(void **state) {
  static const struct {
    const char *rule, *result, *text;
  } cases[] = {
      {"", "", "severity=4 by"},
      {"", ",\"level\":\"error\"", "severity=5 raw=error by"},
      {"", ",\"level\":\"note\"", "severity=3 raw=note by"},
      {"", ",\"level\":\"none\"", "severity=0 raw=none by"},
      {",\"defaultConfiguration\":{\"level\":\"error\"}", "", "severity=5 raw=error by"},
      {",\"properties\":{\"security-severity\":\"9.1\"}", "", "severity=6 raw=9.1 by"},
      {",\"properties\":{\"security-severity\":4}", "", "severity=4 by"},
      {",\"properties\":{\"security-severity\":\"0.0\"}", "", "severity=1 raw=0.0 by"},
      {",\"properties\":{\"security-severity\":\"11\"}", "", "severity=4 by"},
      {",\"properties\":{\"security-severity\":\"9.1\"}",
       ",\"properties\":{\"security-severity\":\"3.0\"}", "severity=3 raw=3.0 by"},
      {",\"properties\":{\"security-severity\":\"9.1\",\"tags\":[\"x\",7,\"moderate\"]}", "",
       "severity=4 raw=moderate by"},
      {",\"properties\":{\"cvssV3_severity\":\"HIGH\",\"tags\":[\"low\"]}", "",
       "severity=5 raw=HIGH by"},
      {",\"help\":{\"text\":\"Severity: negligible\"}", "", "severity=2 raw=negligible by"},
      {",\"help\":{\"text\":\"Severity: awful\"}", ",\"level\":\"error\"", "severity=5 raw=error"},
  };
  char rule[300], result[300];
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    snprintf(rule, sizeof rule, "{\"id\":\"R\"%s}", cases[i].rule);
    snprintf(result, sizeof result, "{\"ruleId\":\"R\",\"message\":{\"text\":\"t\"}%s}",
             cases[i].result);
    assert_int_equal(read_run(rule, result, &kept), 0);
    if (!strstr(kept.text, cases[i].text))
      fail_msg("case %zu: %s", i, kept.text);
  }
}

static void rules_are_found(void **state) {
  static const char rules[] = "{\"id\":\"A\",\"helpUri\":\"of-a\"},{\"id\":\"B\",\"helpUri\":"
                              "\"of-b\"},{\"id\":\"B\",\"helpUri\":\"of-second-b\"}";
  static const struct {
    const char *result, *id, *url;
  } cases[] = {
      {"{\"ruleId\":\"B\"}", "id=B ", "url=of-b "},
      {"{\"ruleIndex\":2}", "id=B ", "url=of-second-b "},
      {"{\"rule\":{\"index\":0}}", "id=A ", "url=of-a "},
      {"{\"rule\":{\"id\":\"B\"}}", "id=B ", "url=of-b "},
      {"{\"ruleId\":\"B\",\"ruleIndex\":0}", "id=B ", "url=of-b "},
      {"{\"ruleId\":\"C\",\"ruleIndex\":-1}", "id=C ", NULL},
      {"{\"ruleId\":\"C\",\"ruleIndex\":99}", "id=C ", NULL},
  };
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(read_run(rules, cases[i].result, &kept), 0);
    assert_non_null(strstr(kept.text, cases[i].id));
    assert_non_null(strstr(kept.text, "package=unknown "));
    if (cases[i].url)
      assert_non_null(strstr(kept.text, cases[i].url));
    else
      assert_null(strstr(kept.text, "url="));
  }
  assert_int_equal(read_run(rules, "{\"message\":{\"text\":\"t\"}}", &kept), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "a result before this has no rule"));
}

static void results_before_their_rules(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_part("{\"runs\":[{\"results\":[{\"ruleId\":\"A\"}],\"tool\":{\"driver\":{\"rules\":[{"
                "\"id\":\"A\",\"properties\":{\"purl\":\"pkg:maven/org.x/y@1\"}}],\"name\":\"T\"}}}"
                ",{\"tool\":{\"driver\":{\"name\":\"U\"}},\"results\":[{\"ruleId\":\"A\"}]}],"
                "\"version\":\"2.1.0\"}",
                0, &kept),
      0);
  assert_string_equal(kept.text,
                      "id=A severity=4 by=T source=T class=2 type=maven package=org.x:y version=1 "
                      "purl=pkg:maven/org.x/y@1 fix=0 \n"
                      "id=A severity=4 by=U source=U class=0 package=unknown fix=0 \n" END);
}

static void not_every_result_is_a_finding(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(read_run("",
                            "{\"ruleId\":\"A\",\"kind\":\"pass\"},{\"ruleId\":\"B\",\"kind\":"
                            "\"notApplicable\"},{\"ruleId\":\"C\",\"kind\":\"informational\"},"
                            "{\"ruleId\":\"D\",\"baselineState\":\"absent\"},{\"ruleId\":\"E\","
                            "\"kind\":\"review\",\"baselineState\":\"new\"}",
                            &kept),
                   0);
  assert_int_equal(kept.count, 1);
  assert_non_null(strstr(kept.text, "id=E "));
  assert_int_equal(
      read_run("",
               "{\"ruleId\":\"A\",\"suppressions\":[{\"kind\":\"external\",\"justification\":"
               "\"ours\"}]},{\"ruleId\":\"B\",\"suppressions\":[{\"kind\":\"inSource\",\"status\":"
               "\"rejected\"},{\"kind\":\"inSource\",\"status\":\"underReview\"}]},{\"ruleId\":"
               "\"C\",\"suppressions\":[{\"kind\":\"inSource\",\"status\":\"accepted\"}]},{"
               "\"ruleId\":\"D\",\"suppressions\":[]}",
               &kept),
      0);
  assert_int_equal(kept.count, 4);
  assert_non_null(strstr(kept.text, "fix=0 suppressed=accepted statement=ours "
                                    "suppressed_by=external \nid=B severity=4 by=Tool source=Tool "
                                    "class=0 package=unknown fix=0 \nid=C"));
  assert_non_null(strstr(kept.text, "suppressed=accepted suppressed_by=inSource \nid=D"));
}

static void failed_runs_are_no_result(void **state) {
  static const char *const reports[] = {
      "",
      "{}",
      "{\"version\":\"2.1.0\"}",
      "{\"version\":\"2.1.0\",\"runs\":[]}",
      "{\"version\":\"2.1.0\",\"runs\":null}",
      "{\"version\":\"2.1.0\",\"runs\":[{}]}",
      "{\"version\":\"2.1.0\",\"runs\":[{\"results\":null}]}",
      "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[]},{}]}",
      ("{\"version\":\"2.1.0\",\"runs\":[{\"results\":[],\"invocations\":[{\"executionSuccessful\":"
       "false}]}]}"),
      "{\"version\":\"2.0.0\",\"runs\":[{\"results\":[]}]}",
      "{\"runs\":[{\"results\":[]}]}",
      "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[7]}]}",
      "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[]}]} trailing",
      "log line\n{\"version\":\"2.1.0\",\"runs\":[{\"results\":[]}]}",
  };
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
    if (read_part(reports[i], 0, &kept) != ARTM_E_LOCAL)
      fail_msg("taken: %s", reports[i]);
    assert_non_null(strstr(call.message, "the command's output is no sarif report"));
    assert_null(strstr(kept.text, "format="));
  }
  assert_int_equal(read_part("{\"version\":\"2.1.0\",\"runs\":[{\"results\":[],\"invocations\":[{"
                             "\"executionSuccessful\":true}]}]}",
                             0, &kept),
                   0);
  assert_string_equal(kept.text, END);
}

static void cut_reports_are_no_result(void **state) {
  static const char report[] =
      "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"T\",\"rules\":[{\"id\":"
      "\"A\",\"help\":{\"text\":\"Package: a\\nSeverity: low\"},\"properties\":{\"purls\":["
      "\"pkg:apk/alpine/a@1?distro=alpine-3.19\"]}}]}},\"results\":[{\"ruleId\":\"A\",\"message\":{"
      "\"text\":\"x\"},\"locations\":[{\"logicalLocations\":[{\"name\":\"a@1\"}]}]}]}]}";
  struct kept kept;
  (void)state;
  for (size_t size = 1; size < sizeof report - 1; size++) {
    assert_int_equal(read_part(report, size, &kept), ARTM_E_LOCAL);
    assert_null(strstr(kept.text, "os="));
  }
  assert_int_equal(read_part(report, sizeof report - 1, &kept), 0);
  assert_non_null(strstr(kept.text, "os=alpine os_version=3.19 "));
}

/* Rules are kept in memory, so there is an end to them, however many runs they are spread over. */
static void rules_and_runs_have_limits(void **state) {
  static const struct {
    const char *start, *repeated, *end, *message;
    size_t fits, times;
  } cases[] = {
      {"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[]}", ",{\"results\":[]}", "]}",
       "too many runs", 999, 1000},
      {"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[],\"tool\":{\"driver\":{\"rules\":[{}",
       ",{}", "]}}}]}", "too many rules", 199999, 200000},
      {"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[],\"tool\":{\"driver\":{\"rules\":[{}",
       ",{}", "]}}},{\"results\":[],\"tool\":{\"driver\":{\"rules\":[{},{}]}}}]}", "too many rules",
       199997, 199998},
  };
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
    size_t times = i % 2 ? cases[i / 2].times : cases[i / 2].fits;
    size_t part = strlen(cases[i / 2].repeated);
    char *report = calloc(1, times * part + 500);
    assert_non_null(report);
    char *at = stpcpy(report, cases[i / 2].start);
    for (size_t k = 0; k < times; k++, at += part)
      memcpy(at, cases[i / 2].repeated, part);
    strcpy(at, cases[i / 2].end);
    assert_int_equal(read_part(report, 0, &kept), i % 2 ? ARTM_E_LOCAL : 0);
    if (i % 2)
      assert_non_null(strstr(call.message, cases[i / 2].message));
    free(report);
  }
}

/* Text of one rule is bounded, and so is that of all of them. */
static void rules_have_a_size(void **state) {
  enum { SIZE = 3 << 20, COUNT = 22 };
  struct kept kept;
  (void)state;
  char *report = malloc((size_t)COUNT * (SIZE + 100) + 500);
  assert_non_null(report);
  char *at = stpcpy(report, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[],\"tool\":{"
                            "\"driver\":{\"rules\":[{}");
  for (int i = 0; i < COUNT; i++) {
    at = stpcpy(at, ",{\"id\":\"");
    memset(at, 'x', SIZE);
    at = stpcpy(at + SIZE, "\"}");
  }
  strcpy(at, "]}}}]}");
  assert_int_equal(read_part(report, 0, &kept), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "too many rules"));
  free(report);
}

static void package_urls_may_be_odd(void **state) {
  static const struct {
    const char *url, *text;
  } cases[] = {
      {"pkg:npm/%40angular/core@12.3.1", "type=npm package=@angular/core version=12.3.1 "},
      {"pkg:golang/google.golang.org/genproto#googleapis/api",
       "type=golang package=google.golang.org/genproto "},
      {"pkg://apk/alpine/apk@2.12.9-r3?arch=x86", "type=apk package=apk version=2.12.9-r3 "},
      {"pkg:deb/x@1%00%zz%4", "type=deb package=x version=1%00%zz%4 "},
      {"pkg:deb/debian/%41@", "type=deb package=A purl=pkg:deb/debian/%41@ fix"},
      {"pkg:", "package=unknown "},
      {"pkg:deb", "package=unknown "},
      {"pkg:deb/", "package=unknown "},
      {"pkg:/x@1", "package=unknown "},
      {"pkg:?distro=x", "package=unknown "},
      {"pkg:deb/debian/", "package=unknown "},
      {"pkg:deb/debian/@1", "package=unknown "},
  };
  char result[300];
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    snprintf(result, sizeof result, "{\"ruleId\":\"A\",\"properties\":{\"purl\":\"%s\"}}",
             cases[i].url);
    assert_int_equal(read_run("", result, &kept), 0);
    if (!strstr(kept.text, cases[i].text))
      fail_msg("%s: %s", cases[i].url, kept.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trivy),
      cmocka_unit_test(grype),
      cmocka_unit_test(docker_scout),
      cmocka_unit_test(snyk),
      cmocka_unit_test(osv_scanner),
      cmocka_unit_test(severities_have_an_order),
      cmocka_unit_test(rules_are_found),
      cmocka_unit_test(results_before_their_rules),
      cmocka_unit_test(not_every_result_is_a_finding),
      cmocka_unit_test(failed_runs_are_no_result),
      cmocka_unit_test(cut_reports_are_no_result),
      cmocka_unit_test(package_urls_may_be_odd),
      cmocka_unit_test(rules_and_runs_have_limits),
      cmocka_unit_test(rules_have_a_size),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
