/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's report: every field, its short forms, broken ones, large ones. */
#include "common/fail.h" /* before cmocka, which has a macro fail() */
#include "trivy/report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail /* common/fail.h has a function */
#undef fail_msg
#define fail_msg(...)          \
  do {                         \
    print_error(__VA_ARGS__);  \
    print_error("\n");         \
    _fail(__FILE__, __LINE__); \
  } while (0)

#include "common/fail.c"
#include "common/finding.c"
#include "common/finding_time.c"
#include "common/json_walk.c"
#include "common/json_walk_input.c"
#include "common/json_walk_token.c"
#include "common/registry_text.c"
#include "trivy/report.c"
#include "trivy/row.c"
#include <malloc.h>

struct artm_call {
  int32_t code;
  char message[400];
  int asked, cancel_after;
};
static int32_t note_failure(struct artm_call *call, const struct artm_error *error) {
  assert_null(strpbrk(error->message, "\r\n"));
  call->code = error->code;
  snprintf(call->message, sizeof call->message, "%s", error->message);
  return error->code;
}
static int32_t is_cancelled(struct artm_call *call) {
  return call->cancel_after && ++call->asked >= call->cancel_after ? ARTM_E_CANCELLED : 0;
}
static const struct artm_host host = {
    .struct_size = sizeof host, .fail = note_failure, .cancelled = is_cancelled};

/* A sink that writes down what it gets. */
struct kept {
  struct artm_finding_sink sink;
  size_t count;
  int32_t answer;
  char text[8192];
};
static void say(struct kept *kept, const char *name, const char *value) {
  size_t length = strlen(kept->text);
  if (value)
    snprintf(kept->text + length, sizeof kept->text - length, " %s=%s", name, value);
}
static void say_list(struct kept *kept, const char *name, const char *const *list) {
  for (; list && *list; list++)
    say(kept, name, *list);
}
static void say_number(struct kept *kept, const char *name, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  say(kept, name, text);
}
static int32_t keep(struct artm_finding_sink *sink, const struct artm_finding *row) {
  struct kept *kept = (struct kept *)(void *)sink;
  assert_int_equal(row->struct_size, sizeof *row);
  assert_int_equal(row->cvss_stride, sizeof *row->cvss);
  if (kept->count++ > 20 || kept->answer)
    return kept->answer;
  say(kept, "\nid", row->id);
  say_number(kept, "severity", row->severity);
  say(kept, "raw", row->severity_raw);
  say(kept, "by", row->severity_source);
  say_number(kept, "fix", row->fix_state);
  say_list(kept, "in", row->fix_versions);
  say_number(kept, "class", row->package_class);
  say(kept, "type", row->package_type);
  say(kept, "package", row->package_name);
  say(kept, "version", row->package_version);
  say(kept, "path", row->package_path);
  say(kept, "purl", row->purl);
  say_list(kept, "alias", row->aliases);
  say(kept, "source", row->data_source);
  say(kept, "url", row->url);
  say(kept, "title", row->title);
  say(kept, "description", row->description);
  say_list(kept, "cwe", row->cwes);
  say_list(kept, "ref", row->references);
  say(kept, "layer", row->layer_digest);
  say(kept, "diff", row->layer_diff_id);
  for (uint32_t i = 0; i < row->cvss_count; i++) {
    say(kept, "cvss", row->cvss[i].source);
    say(kept, "v", row->cvss[i].version);
    say_number(kept, "score", row->cvss[i].score);
    say(kept, "vector", row->cvss[i].vector);
  }
  if (row->flags & ARTM_FINDING_PUBLISHED)
    say_number(kept, "published", row->published);
  if (row->flags & ARTM_FINDING_MODIFIED)
    say_number(kept, "modified", row->modified);
  say(kept, "suppressed", row->suppressed_status);
  say(kept, "because", row->suppressed_statement);
  say(kept, "by", row->suppressed_source);
  return 0;
}
static int32_t keep_os(struct artm_finding_sink *sink, const char *family, const char *version,
                       uint32_t flags) {
  struct kept *kept = (struct kept *)(void *)sink;
  say(kept, "os", family);
  say(kept, "version", version);
  say(kept, "eol", flags & ARTM_OS_END_OF_LIFE ? "yes" : NULL);
  return 0;
}

static struct kept kept;
static struct artm_call call;
static struct report_facts facts;
static int32_t read_sized(const char *text, size_t size) {
  struct json_walk walk;
  char *exact = malloc(size ? size : 1);
  assert_non_null(exact);
  memcpy(exact, text, size);
  int32_t refusal = kept.answer;
  kept = (struct kept){.sink = {sizeof kept.sink, 0, keep, keep_os, NULL}, .answer = refusal};
  call = (struct artm_call){.cancel_after = call.cancel_after};
  json_walk_text(&walk, exact, size);
  int32_t answer = report_read(&walk, &host, &call, NULL, &kept.sink, &facts);
  free(exact);
  return answer;
}
static int32_t read_whole(const char *text) {
  return read_sized(text, strlen(text));
}

#define HEAD                                                                                       \
  "{\"SchemaVersion\":2,\"Trivy\":{\"Version\":\"0.74.0\"},\"ArtifactName\":\"r.example/x@sha256:" \
  "0\",\"ArtifactType\":\"container_image\","
#define VULNERABILITY "{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"p\"}"
#define OS_RESULT(rows) \
  "\"Results\":[{\"Target\":\"t\",\"Class\":\"os-pkgs\",\"Type\":\"alpine\"," rows "}]"

static const char full[] = HEAD
    "\"Metadata\":{\"Size\":10240,\"OS\":{\"Family\":\"alpine\",\"Name\":\"3.19.1\",\"EOSL\":true},"
    "\"ImageConfig\":{\"config\":{\"Env\":[\"A=b\"]}},\"Layers\":[{\"Size\":1}]},"
    "\"Results\":[{\"Target\":\"x (alpine 3.19.1)\",\"Class\":\"os-pkgs\",\"Type\":\"alpine\","
    "\"Packages\":[{\"Name\":\"p\"}],\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-2026-1\","
    "\"VendorIDs\":[\"ALPINE-1\",\"A-2\"],\"PkgID\":\"openssl@3.1.4-r1\",\"PkgName\":\"openssl\","
    "\"PkgIdentifier\":{\"PURL\":\"pkg:apk/alpine/openssl@3.1.4-r1?arch=x86_64\\u0026distro=3\","
    "\"UID\":\"ec6b\"},\"InstalledVersion\":\"3.1.4-r1\",\"FixedVersion\":\"3.1.4-r5, 3.2.0\","
    "\"Status\":\"fixed\",\"Layer\":{\"Digest\":\"sha256:aa\",\"DiffID\":\"sha256:bb\"},"
    "\"SeveritySource\":\"nvd\",\"PrimaryURL\":\"https://avd.example/1\",\"DataSource\":{\"ID\":"
    "\"alpine\",\"Name\":\"Alpine Secdb\"},\"Fingerprint\":\"sha256:cc\",\"Title\":\"a title\","
    "\"Description\":\"line\\nline\",\"Severity\":\"CRITICAL\",\"CweIDs\":[\"CWE-1\"],"
    "\"VendorSeverity\":{\"nvd\":4},\"CVSS\":{\"ghsa\":{\"V40Vector\":\"CVSS:4.0/AV:N\","
    "\"V40Score\":9.3},\"nvd\":{\"V2Vector\":\"AV:N/AC:L\",\"V3Vector\":\"CVSS:3.1/AV:N\","
    "\"V2Score\":7.5,\"V3Score\":9.8},\"redhat\":{\"V3Score\":5}},\"References\":[\"https://r/1\","
    "\"https://r/2\"],\"PublishedDate\":\"2024-01-02T03:04:05.678Z\",\"LastModifiedDate\":"
    "\"2024-02-29T00:00:00Z\"}]},"
    "{\"Target\":\"usr/bin/app\",\"Class\":\"lang-pkgs\",\"Type\":\"gobinary\",\"Vulnerabilities\":"
    "[{\"VulnerabilityID\":\"CVE-2026-2\",\"PkgName\":\"stdlib\",\"InstalledVersion\":\"v1.2\","
    "\"Status\":\"will_not_fix\",\"Severity\":\"LOW\"}],\"ExperimentalModifiedFindings\":["
    "{\"Type\":\"secret\",\"Status\":\"ignored\",\"Finding\":{\"RuleID\":\"x\"}},"
    "{\"Type\":\"vulnerability\",\"Status\":\"not_affected\",\"Statement\":\"code not in path\","
    "\"Source\":\"a.vex.json\",\"Finding\":{\"VulnerabilityID\":\"CVE-2026-3\",\"PkgName\":\"q\","
    "\"PkgPath\":\"usr/lib/q.jar\",\"Severity\":\"HIGH\"}}]}]}\n";

static void every_field(void **state) {
  (void)state;
  assert_int_equal(read_whole(full), 0);
  assert_string_equal(facts.version, "0.74.0");
  assert_int_equal(kept.count, 3);
  assert_string_equal(
      kept.text,
      " os=alpine version=3.19.1 eol=yes"
      " \nid=CVE-2026-1 severity=6 raw=CRITICAL by=nvd fix=1 in=3.1.4-r5 in=3.2.0 class=1"
      " type=alpine package=openssl version=3.1.4-r1"
      " purl=pkg:apk/alpine/openssl@3.1.4-r1?arch=x86_64&distro=3 alias=ALPINE-1 alias=A-2"
      " source=alpine url=https://avd.example/1 title=a title description=line\nline cwe=CWE-1"
      " ref=https://r/1 ref=https://r/2 layer=sha256:aa diff=sha256:bb"
      " cvss=ghsa v=4.0 score=93 vector=CVSS:4.0/AV:N"
      " cvss=nvd v=3.1 score=98 vector=CVSS:3.1/AV:N cvss=nvd v=2.0 score=75 vector=AV:N/AC:L"
      " cvss=redhat v=3.0 score=50 published=1704164645 modified=1709164800"
      " \nid=CVE-2026-2 severity=3 raw=LOW fix=3 class=2 type=gobinary package=stdlib version=v1.2"
      " path=usr/bin/app"
      " \nid=CVE-2026-3 severity=5 raw=HIGH fix=0 class=2 type=gobinary package=q"
      " path=usr/lib/q.jar suppressed=not_affected because=code not in path by=a.vex.json");
}

static void nothing_found(void **state) {
  (void)state;
  static const char *const texts[] = {
      HEAD "\"Metadata\":{}}",
      HEAD "\"Results\":[]}",
      HEAD "\"Results\":null,\"Metadata\":null}",
      HEAD OS_RESULT("\"Vulnerabilities\":null") "}",
      HEAD OS_RESULT("\"Vulnerabilities\":[],\"ExperimentalModifiedFindings\":null") "}",
      HEAD "\"Metadata\":{\"OS\":null},\"Results\":[{}]}",
      HEAD "\"Metadata\":{\"OS\":{\"Family\":\"none\",\"Name\":\"\"}}}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    assert_int_equal(read_whole(texts[i]), 0);
    assert_int_equal(kept.count, 0);
    assert_string_equal(kept.text, "");
  }
  assert_int_equal(
      read_whole("{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Metadata\":{\"OS\":{\"Family\":"
                 "\"debian\",\"Name\":\"12.5\"}}}"),
      0);
  assert_string_equal(kept.text, " os=debian version=12.5");
  assert_string_equal(facts.version, "");
}

/* States of a fix, severities and other members as they come, odd ones too. */
static void odd_values(void **state) {
  (void)state;
  static const struct {
    const char *members, *wanted;
  } cases[] = {
      {"\"Status\":\"affected\"", "severity=0 fix=2 "},
      {"\"Status\":\"fix_deferred\"", "severity=0 fix=4 "},
      {"\"Status\":\"end_of_life\"", "severity=0 fix=5 "},
      {"\"Status\":\"under_investigation\"", "severity=0 fix=6 "},
      {"\"Status\":\"not_affected\"", "severity=0 fix=7 "},
      {"\"Status\":\"unknown\"", "severity=0 fix=0 "},
      {"\"Status\":\"new word\",\"FixedVersion\":\"1\"", "severity=0 fix=0 in=1 "},
      {"\"FixedVersion\":\"1\"", "severity=0 fix=1 in=1 "},
      {"\"FixedVersion\":\" , 1.0 ,2 ,\"", "severity=0 fix=1 in=1.0 in=2 "},
      {"\"FixedVersion\":\",\"", "severity=0 fix=1 class=1 "},
      {"\"FixedVersion\":\"\"", "severity=0 fix=0 "},
      {"\"Severity\":\"\"", "severity=0 fix=0 "},
      {"\"Severity\":\"medium\"", "severity=4 raw=medium "},
      {"\"Severity\":\"TERRIBLE\"", "severity=0 raw=TERRIBLE "},
      {"\"Severity\":7,\"Title\":[],\"CVSS\":[],\"DataSource\":\"x\",\"Layer\":null,\"CweIDs\":{}",
       "severity=0 fix=0 "},
      {"\"CVSS\":{\"nvd\":null,\"x\":{\"V3Vector\":\"CVSS:\",\"V3Score\":\"9\"}}",
       "cvss=x v=3.0 score=0 vector=CVSS:"},
      {"\"CVSS\":{\"x\":{\"V3Score\":1e300}}", "cvss=x v=3.0 score=100"},
      {"\"PublishedDate\":\"0001-01-01T00:00:00Z\"", "package=p"},
      {"\"PublishedDate\":\"2024-02-30T00:00:00Z\",\"LastModifiedDate\":\"soon\"", "package=p"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             HEAD OS_RESULT("\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"p\","
                            "%s}]") "}",
             cases[i].members);
    assert_int_equal(read_whole(text), 0);
    strcat(kept.text, " ");
    if (!strstr(kept.text, cases[i].wanted))
      fail_msg("%s: %s", cases[i].members, kept.text);
    assert_null(strstr(kept.text, "published="));
  }
}

static void broken_reports(void **state) {
  (void)state;
  static const struct {
    const char *text, *why;
  } cases[] = {
      {"", "ends too early"},
      {"null", "no JSON"},
      {"[]", "no JSON"},
      {"{}", "schema version"},
      {"{\"SchemaVersion\":1,\"ArtifactName\":\"x\"}", "schema version"},
      {"{\"SchemaVersion\":\"2\",\"ArtifactName\":\"x\"}", "schema version"},
      {"{\"SchemaVersion\":2}", "what was scanned"},
      {"{\"SchemaVersion\":2,\"ArtifactName\":\"\"}", "what was scanned"},
      {"{\"ArtifactName\":\"x\"}", "schema version"},
      {HEAD "\"Results\":{}}", "no JSON"},
      {HEAD "\"Results\":[[]]}", "no JSON"},
      {HEAD OS_RESULT("\"Vulnerabilities\":{}") "}", "no JSON"},
      {HEAD OS_RESULT("\"Vulnerabilities\":[null]") "}", "no VulnerabilityID"},
      {HEAD OS_RESULT("\"Vulnerabilities\":[{\"PkgName\":\"p\"}]") "}", "no VulnerabilityID"},
      {HEAD OS_RESULT("\"Vulnerabilities\":[{\"VulnerabilityID\":\"p\"}]") "}", "no PkgName"},
      {HEAD OS_RESULT("\"ExperimentalModifiedFindings\":[{\"Type\":\"vulnerability\"}]") "}",
       "no VulnerabilityID"},
      {HEAD "\"Results\":[{\"Vulnerabilities\":[" VULNERABILITY "],\"Class\":\"os-pkgs\"}]}",
       "before its class"},
      {HEAD "\"Results\":[]} {}", "follows its end"},
      {"\x1f\x8b\x08", "no JSON"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(read_whole(cases[i].text), ARTM_E_INTERNAL);
    if (!strstr(call.message, cases[i].why))
      fail_msg("%s: %s", cases[i].text, call.message);
  }
}

static void cut_off_anywhere(void **state) {
  (void)state;
  for (size_t size = 0; size < strlen(full) - 1; size++)
    if (read_sized(full, size) != ARTM_E_INTERNAL)
      fail_msg("taken when cut at %zu", size);
}

/* Whatever a byte is changed to, nothing reads beyond the text or gives rows without an id. */
static void changed_anywhere(void **state) {
  (void)state;
  static const char bytes[] = "\"{}[],:0n\\\xff \x01";
  char text[sizeof full];
  for (size_t at = 0; at < strlen(full); at++)
    for (size_t i = 0; i < sizeof bytes; i++) {
      memcpy(text, full, sizeof full);
      text[at] = bytes[i];
      int32_t answer = read_sized(text, strlen(full));
      assert_true(answer == 0 || answer == ARTM_E_INTERNAL);
    }
}

static void the_sink_decides(void **state) {
  (void)state;
  kept.answer = ARTM_E_LOCAL;
  assert_int_equal(read_whole(full), ARTM_E_LOCAL);
  assert_int_equal(kept.count, 1);
  kept.answer = 0;
}

/* Many findings take the memory of one, and a run that ends is noticed. */
static void large_reports(void **state) {
  (void)state;
  enum { COUNT = 50000 };
  char *text = malloc(COUNT * 300);
  assert_non_null(text);
  char *at = text + sprintf(text, HEAD "\"Results\":[{\"Class\":\"os-pkgs\",\"Vulnerabilities\":[");
  for (int i = 0; i < COUNT; i++)
    at += sprintf(
        at,
        "%s{\"VulnerabilityID\":\"CVE-2026-%d\",\"PkgName\":\"p\",\"Severity\":\"HIGH\","
        "\"References\":[\"https://a.example/\",\"https://b.example/\"],\"Title\":\"%064d\"}",
        i ? "," : "", i, i);
  strcpy(at, "]}]}");
  struct json_walk walk;
  kept = (struct kept){.sink = {sizeof kept.sink, 0, keep, keep_os, NULL}};
  call = (struct artm_call){0};
  json_walk_text(&walk, text, strlen(text));
  size_t before = mallinfo2().uordblks;
  assert_int_equal(report_read(&walk, &host, &call, NULL, &kept.sink, &facts), 0);
  assert_int_equal(kept.count, COUNT);
  assert_true(mallinfo2().uordblks < before + 100000);
  call = (struct artm_call){.cancel_after = 3};
  kept.count = 0;
  json_walk_text(&walk, text, strlen(text));
  assert_int_equal(report_read(&walk, &host, &call, NULL, &kept.sink, &facts), ARTM_E_CANCELLED);
  assert_in_range(kept.count, 1, 5000);
  call.cancel_after = 0;
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field),      cmocka_unit_test(nothing_found),
      cmocka_unit_test(odd_values),       cmocka_unit_test(broken_reports),
      cmocka_unit_test(cut_off_anywhere), cmocka_unit_test(changed_anywhere),
      cmocka_unit_test(the_sink_decides), cmocka_unit_test(large_reports),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
