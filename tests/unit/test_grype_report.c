/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin grype: its reports, in the shapes of Grype's own presenter tests. */
#include "unit/scanner_driver.h"

#define SCAN "grype -o json registry:" REFERENCE

static const struct artm_scanner *scanner;
static const struct artm_config none = {{NULL}};
static struct artm_call call;

static int setup(void **state) {
  (void)state;
  scanner = driver_scanner("grype");
  install("grype");
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
  const int cancel_after = call.cancel_after;
  call = (struct artm_call){.cancel_after = cancel_after};
  int32_t answer = kept->answer;
  *kept = KEPT;
  kept->answer = answer;
  assert_int_equal(scanner->create(&driver_host, &call, &none, &self), 0);
  const struct artm_scan subject = scan_of(&none, false);
  PLAY({.argv = SCAN, .output = report, .output_size = size});
  answer = scanner->scan(self, &call, &subject, &kept->sink);
  scanner->destroy(self);
  played();
  return answer;
}

static int32_t read_report(const char *report, struct kept *kept) {
  kept->answer = 0;
  return read_part(report, 0, kept);
}

#define GHSA                                                                                     \
  "{\"vulnerability\":{\"id\":\"GHSA-p6mc-m468-83gw\","                                          \
  "\"dataSource\":\"https://github.com/advisories/GHSA-p6mc-m468-83gw\","                        \
  "\"namespace\":\"github:language:javascript\",\"severity\":\"High\","                          \
  "\"urls\":[\"https://a.example\",\"https://b.example\",\"https://a.example\"],"                \
  "\"description\":\"Prototype pollution\","                                                     \
  "\"cvss\":[{\"type\":\"Secondary\",\"version\":\"3.1\",\"vector\":\"CVSS:3.1/AV:N\","          \
  "\"metrics\":{\"baseScore\":7.4,\"exploitabilityScore\":2.2},\"vendorMetadata\":{}}],"         \
  "\"epss\":[{\"cve\":\"CVE-2020-8203\",\"epss\":0.02471,\"percentile\":0.85,"                   \
  "\"date\":\"2026-11-20\"}],"                                                                   \
  "\"cwes\":[{\"cve\":\"CVE-2020-8203\",\"cwe\":\"CWE-1321\",\"source\":\"x\"},"                 \
  "{\"cve\":\"CVE-2020-8203\",\"cwe\":\"CWE-770\"}],"                                            \
  "\"fix\":{\"versions\":[\"4.17.19\"],\"state\":\"fixed\"},\"advisories\":[],\"risk\":1.8285}," \
  "\"relatedVulnerabilities\":[{\"id\":\"CVE-2020-8203\",\"namespace\":\"nvd:cpe\","             \
  "\"severity\":\"High\",\"cvss\":[{\"source\":\"nvd@nist.gov\",\"version\":\"3.1\","            \
  "\"vector\":\"CVSS:3.1/AV:N/AC:H\",\"metrics\":{\"baseScore\":7.4}}]}],"                       \
  "\"matchDetails\":[{\"type\":\"exact-direct-match\",\"matcher\":\"javascript-matcher\"}],"     \
  "\"artifact\":{\"id\":\"1\",\"name\":\"lodash\",\"version\":\"4.17.15\",\"type\":\"npm\","     \
  "\"locations\":[{\"path\":\"/app/node_modules/lodash/package.json\","                          \
  "\"layerID\":\"sha256:aa\"}],\"language\":\"javascript\",\"licenses\":[\"MIT\"],\"cpes\":[],"  \
  "\"purl\":\"pkg:npm/lodash@4.17.15\",\"upstreams\":[]}}"
#define GHSA_TEXT                                                                       \
  "id=GHSA-p6mc-m468-83gw alias=CVE-2020-8203 severity=5 raw=High "                     \
  "by=github:language:javascript source=github:language:javascript class=2 type=npm "   \
  "package=lodash version=4.17.15 path=/app/node_modules/lodash/package.json "          \
  "purl=pkg:npm/lodash@4.17.15 fix=1 in=4.17.19 cvss=github:language:javascript "       \
  "cvss_version=3.1 vector=CVSS:3.1/AV:N score=74 cwe=CWE-1321 cwe=CWE-770 epss=24710 " \
  "risk=1829 diff_id=sha256:aa url=https://github.com/advisories/GHSA-p6mc-m468-83gw "  \
  "ref=https://a.example ref=https://b.example description=Prototype pollution \n"

static void every_field_is_read(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(read_report("{\"matches\":[" GHSA
                               "],\"source\":{\"type\":\"image\",\"target\":{\"userInput\":"
                               "\"x\",\"manifestDigest\":\"" DIGEST "\",\"layers\":[]}},"
                               "\"distro\":{\"name\":\"debian\",\"version\":\"12\",\"idLike\":[]},"
                               "\"descriptor\":{\"name\":\"grype\",\"version\":\"0.115.0\"}}",
                               &kept),
                   0);
  assert_string_equal(kept.text, GHSA_TEXT "os=debian os_version=12 raw=grype.json "
                                           "format=grype-json ");
}

static void related_ones_lend_scores(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_report(
          "{\"matches\":[{\"vulnerability\":{\"id\":\"CVE-2024-1\",\"namespace\":"
          "\"debian:distro:debian:12\",\"severity\":\"Negligible\",\"cvss\":[],"
          "\"knownExploited\":[{\"cve\":\"CVE-2024-1\"}],\"fix\":{\"versions\":[],"
          "\"state\":\"wont-fix\"},\"risk\":0},\"relatedVulnerabilities\":[{\"id\":\"CVE-2024-1\","
          "\"namespace\":\"nvd:cpe\",\"description\":\"Theirs.\"},{\"id\":\"CVE-2024-2\","
          "\"namespace\":\"nvd:cpe\",\"cvss\":[{\"source\":\"nvd@nist.gov\",\"version\":\"4.0\","
          "\"vector\":\"CVSS:4.0/AV:N\",\"metrics\":{\"baseScore\":10.0}}]}],"
          "\"artifact\":{\"name\":\"libssl3\",\"version\":\"3.0.1\",\"type\":\"deb\","
          "\"upstreams\":[{\"name\":\"openssl\",\"version\":\"3.0.1-1\"}]}}]}",
          &kept),
      0);
  assert_string_equal(
      kept.text,
      "id=CVE-2024-1 alias=CVE-2024-2 severity=2 raw=Negligible by=debian:distro:debian:12 "
      "source=debian:distro:debian:12 class=1 type=deb package=libssl3 version=3.0.1 src=openssl "
      "src_version=3.0.1-1 fix=3 cvss=nvd@nist.gov cvss_version=4.0 vector=CVSS:4.0/AV:N "
      "score=100 risk=0 kev=1 description=Theirs. \nraw=grype.json format=grype-json ");
}

#define MATCH(id, severity, state, rest)                                                     \
  "{\"vulnerability\":{\"id\":\"" id "\",\"severity\":\"" severity                           \
  "\",\"fix\":{\"versions\":[],\"state\":\"" state "\"}},\"artifact\":{\"name\":\"a\"," rest \
  "\"version\":\"1\"}}"

static void words_are_ours(void **state) {
  static const struct {
    const char *severity, *state, *text;
  } cases[] = {
      {"Critical", "fixed", "severity=6 raw=Critical class=0 package=a version=1 fix=1 "},
      {"HIGH", "not-fixed", "severity=5 raw=HIGH class=0 package=a version=1 fix=2 "},
      {"medium", "unknown", "severity=4 raw=medium class=0 package=a version=1 fix=0 "},
      {"Low", "", "severity=3 raw=Low class=0 package=a version=1 fix=0 "},
      {"Unknown", "what", "severity=0 raw=Unknown class=0 package=a version=1 fix=0 "},
      {"Dreadful", "fixed", "severity=0 raw=Dreadful class=0 package=a version=1 fix=1 "},
      {"", "fixed", "severity=0 class=0 package=a version=1 fix=1 "},
  };
  char report[1000], text[200];
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    snprintf(report, sizeof report,
             "{\"matches\":[{\"vulnerability\":{\"id\":\"X\",\"severity\":\"%s\",\"fix\":{"
             "\"state\":\"%s\"}},\"artifact\":{\"name\":\"a\",\"version\":\"1\"}}]}",
             cases[i].severity, cases[i].state);
    snprintf(text, sizeof text, "id=X %s\nraw=grype.json format=grype-json ", cases[i].text);
    assert_int_equal(read_report(report, &kept), 0);
    assert_string_equal(kept.text, text);
  }
}

static void rows_are_those_of_the_table(void **state) {
  static const struct {
    const char *second;
    size_t count;
  } cases[] = {
      {MATCH("C", "High", "fixed", "\"locations\":[{\"path\":\"/elsewhere\"}],"), 1},
      {MATCH("C", "High", "fixed", "\"type\":\"deb\","), 2},
      {MATCH("C", "Low", "fixed", ""), 2},
      {MATCH("D", "High", "fixed", ""), 2},
      {MATCH("C", "High", "wont-fix", ""), 2},
      {MATCH("C", "High", "fixed", "\"purl\":\"pkg:deb/x@1\","), 1},
      {"{\"vulnerability\":{\"id\":\"C\",\"severity\":\"High\",\"fix\":{\"versions\":[],\"state\":"
       "\"fixed\"},\"epss\":[{\"epss\":0.5,\"percentile\":0.9}]},\"artifact\":{\"name\":\"a\","
       "\"version\":\"1\"}}",
       2},
      {"{\"vulnerability\":{\"id\":\"C\",\"severity\":\"High\",\"fix\":{\"versions\":[],\"state\":"
       "\"fixed\"},\"knownExploited\":[{}]},\"artifact\":{\"name\":\"a\",\"version\":\"1\"}}",
       2},
      {"{\"vulnerability\":{\"id\":\"C\",\"severity\":\"High\",\"namespace\":\"nvd:cpe\",\"fix\":{"
       "\"versions\":[],\"state\":\"fixed\"}},\"artifact\":{\"name\":\"a\",\"version\":\"1\"}}",
       1},
      {"{\"vulnerability\":{\"id\":\"C\",\"severity\":\"High\",\"namespace\":"
       "\"alpine:distro:alpine:3.19\",\"fix\":{\"versions\":[],\"state\":\"fixed\"}},"
       "\"artifact\":{\"name\":\"a\",\"version\":\"1\"}}",
       2},
  };
  char report[2000];
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    snprintf(report, sizeof report, "{\"matches\":[%s,%s]}", MATCH("C", "High", "fixed", ""),
             cases[i].second);
    assert_int_equal(read_report(report, &kept), 0);
    assert_int_equal(kept.count, cases[i].count);
  }
}

/* Numbers as the table rounds them, by Grype's presenter_test.go. */
static void rounded_numbers_count_as_equal(void **state) {
  static const struct {
    const char *first, *second;
    size_t count;
  } cases[] = {
      {"\"risk\":1.21", "\"risk\":1.24", 1},
      {"\"risk\":1.21", "\"risk\":1.31", 2},
      {"\"risk\":0.01", "\"risk\":0.09", 1},
      {"\"risk\":0", "\"risk\":0.09", 2},
      {"\"epss\":[{\"epss\":0.0001,\"percentile\":0.421}]",
       "\"epss\":[{\"epss\":0.0009,\"percentile\":0.429}]", 1},
      {"\"epss\":[{\"epss\":0.0001,\"percentile\":0.42}]",
       "\"epss\":[{\"epss\":0.0001,\"percentile\":0.43}]", 2},
      {"\"epss\":[{\"epss\":0.3,\"percentile\":1e300}]", "\"epss\":[{\"epss\":1e300}]", 1},
  };
  static const char form[] =
      "{\"vulnerability\":{\"id\":\"C\",\"severity\":\"High\",%s},\"artifact\":{\"name\":\"a\"}}";
  char report[1000], first[300], second[300];
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    snprintf(first, sizeof first, form, cases[i].first);
    snprintf(second, sizeof second, form, cases[i].second);
    snprintf(report, sizeof report, "{\"matches\":[%s,%s]}", first, second);
    assert_int_equal(read_report(report, &kept), 0);
    assert_int_equal(kept.count, cases[i].count);
  }
}

static void ignored_matches_are_suppressed(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_report(
          "{\"matches\":[" MATCH(
              "C", "High", "fixed",
              "") "],\"ignoredMatches\":["
                  "{\"vulnerability\":{\"id\":\"C\",\"severity\":\"High\",\"fix\":{\"state\":"
                  "\"fixed\",\"versions\":[]}},\"artifact\":{\"name\":\"a\",\"version\":\"1\"},"
                  "\"appliedIgnoreRules\":[{\"namespace\":\"vex\",\"vex-status\":\"not_affected\","
                  "\"vex-justification\":\"vulnerable_code_not_present\"}]},"
                  "{\"vulnerability\":{\"id\":\"E\"},\"artifact\":{\"name\":\"linux-headers\"},"
                  "\"appliedIgnoreRules\":[{\"namespace\":\"\",\"match-type\":\"exact\","
                  "\"reason\":\"kernel\"}]}]}",
          &kept),
      0);
  assert_int_equal(kept.count, 3);
  assert_non_null(strstr(kept.text, "suppressed=not_affected statement=vulnerable_code_not_present "
                                    "suppressed_by=VEX \n"));
  assert_non_null(strstr(kept.text, "suppressed=ignored statement=kernel suppressed_by=Grype \n"));
}

static void systems_may_be_at_their_end(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(
      read_report("{\"matches\":[],\"alertsByPackage\":[{\"package\":{\"name\":\"a\"},\"alerts\":["
                  "{\"type\":\"other\"},{\"type\":\"distro-eol\",\"message\":\"m\"}]}],"
                  "\"distro\":{\"name\":\"alpine\",\"version\":\"3.10\"}}",
                  &kept),
      0);
  assert_string_equal(kept.text,
                      "os=alpine os_version=3.10 eol=1 raw=grype.json format=grype-json ");
  static const char *const unknown[] = {"{\"matches\":[]}", "{\"matches\":null,\"distro\":null}",
                                        ("{\"matches\":[],\"ignoredMatches\":null,"
                                         "\"alertsByPackage\":null,\"source\":null,\"distro\":"
                                         "{\"name\":\"\",\"version\":\"\"}}")};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    assert_int_equal(read_report(unknown[i], &kept), 0);
    assert_string_equal(kept.text, "raw=grype.json format=grype-json ");
  }
}

static void broken_reports_are_no_result(void **state) {
  static const char *const reports[] = {
      "",
      "null",
      "[]",
      "{}",
      "noise\n{\"matches\":[]}",
      "::error::x\n{\"matches\":[]}",
      "{\"matches\":[]}{\"matches\":[]}",
      "{\"matches\":{}}",
      "{\"matches\":[7]}",
      "{\"matches\":[{}]}",
      "{\"matches\":[{\"vulnerability\":{\"id\":\"\"},\"artifact\":{\"name\":\"a\"}}]}",
      "{\"matches\":[{\"vulnerability\":{\"id\":\"X\"},\"artifact\":null}]}",
      "{\"matches\":[{\"vulnerability\":{\"id\":\"\xff\"},\"artifact\":{\"name\":\"a\"}}]}",
      "{\"matches\":[],\"source\":{\"target\":{\"manifestDigest\":\"sha256:00\"}}}",
  };
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
    assert_int_equal(read_report(reports[i], &kept), ARTM_E_LOCAL);
    assert_non_null(strstr(call.message, "grype's report is unusable at byte"));
    assert_null(strstr(kept.text, "format="));
  }
}

static void cut_reports_are_no_result(void **state) {
  static const char report[] =
      "{\"matches\":[" GHSA "],\"ignoredMatches\":[" GHSA "],\"source\":{\"target\":{}},"
      "\"distro\":{\"name\":\"debian\",\"version\":\"12\"},\"descriptor\":{}}";
  struct kept kept = {.answer = 0};
  (void)state;
  for (size_t size = 1; size < sizeof report - 1; size++) {
    assert_int_equal(read_part(report, size, &kept), ARTM_E_LOCAL);
    assert_null(strstr(kept.text, "os="));
  }
  assert_int_equal(read_part(report, sizeof report - 1, &kept), 0);
}

static void hostile_text_is_handed_on(void **state) {
  struct kept kept;
  (void)state;
  assert_int_equal(read_report("{\"matches\":[{\"vulnerability\":{\"id\":\"::error::%0A<script>\","
                               "\"severity\":[],\"cvss\":{},\"epss\":[7],\"urls\":[1,null,\"u\"],"
                               "\"cvss\":1,\"fix\":[],\"risk\":\"1\"},\"artifact\":{\"name\":"
                               "\"a\\u001b[31m|\\u202e\",\"locations\":{},\"type\":7}}]}",
                               &kept),
                   ARTM_E_LOCAL); /* a member twice */
  assert_int_equal(read_report("{\"matches\":[{\"vulnerability\":{\"id\":\"::error::%0A<script>\","
                               "\"severity\":[],\"epss\":[7],\"urls\":[1,null,\"u\"],"
                               "\"cvss\":[1],\"fix\":[],\"risk\":\"1\"},\"artifact\":{\"name\":"
                               "\"a\\u001b[31m|\\u202e\",\"locations\":{},\"type\":7}}]}",
                               &kept),
                   0);
  assert_string_equal(kept.text, "id=::error::%0A<script> severity=0 class=0 "
                                 "package=a\x1b[31m|\xe2\x80\xae fix=0 ref=u \n"
                                 "raw=grype.json format=grype-json ");
}

static void sinks_and_cancelling_end_it(void **state) {
  static const char report[] = "{\"matches\":[" MATCH("C", "High", "fixed", "") "," MATCH(
      "D", "High", "fixed", "") "],\"distro\":{\"name\":\"x\"}}";
  struct kept kept = {.answer = ARTM_E_LOCAL};
  (void)state;
  assert_int_equal(read_part(report, 0, &kept), ARTM_E_LOCAL);
  assert_int_equal(kept.count, 1);
  assert_string_equal(kept.text, "");
  kept.answer = 0;
  call.cancel_after = 1;
  assert_int_equal(read_part(report, 0, &kept), ARTM_E_CANCELLED);
  assert_int_equal(kept.count, 1);
  call.cancel_after = 0;
}

static void lists_have_an_end(void **state) {
  size_t capacity = 400000, length;
  char *report = malloc(capacity);
  struct kept kept;
  (void)state;
  assert_non_null(report);
  length = (size_t)snprintf(report, capacity,
                            "{\"matches\":[{\"vulnerability\":{\"id\":\"X\",\"cvss\":[{}");
  for (int i = 0; i < 5000; i++)
    length += (size_t)snprintf(report + length, capacity - length, ",{}");
  length += (size_t)snprintf(report + length, capacity - length, "],\"urls\":[\"u\"");
  for (int i = 0; i < 20000; i++)
    length += (size_t)snprintf(report + length, capacity - length, ",\"u%d\"", i);
  snprintf(report + length, capacity - length, "]},\"artifact\":{\"name\":\"a\"}}]}");
  assert_int_equal(read_report(report, &kept), 0);
  assert_int_equal(kept.count, 1);
  free(report);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field_is_read),
      cmocka_unit_test(related_ones_lend_scores),
      cmocka_unit_test(words_are_ours),
      cmocka_unit_test(rows_are_those_of_the_table),
      cmocka_unit_test(rounded_numbers_count_as_equal),
      cmocka_unit_test(ignored_matches_are_suppressed),
      cmocka_unit_test(systems_may_be_at_their_end),
      cmocka_unit_test(broken_reports_are_no_result),
      cmocka_unit_test(cut_reports_are_no_result),
      cmocka_unit_test(hostile_text_is_handed_on),
      cmocka_unit_test(sinks_and_cancelling_end_it),
      cmocka_unit_test(lists_have_an_end),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
