/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin exec: commands, how they end, and our own report. */
#include "unit/scanner_driver.h"

static const struct artm_scanner *scanner;
static struct artm_call call;

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

static int32_t create(const struct artm_config *config, void **self) {
  call = (struct artm_call){.cancel_after = call.cancel_after};
  return scanner->create(&driver_host, &call, config, self);
}

static int32_t scan(const struct artm_config *config, bool is_layout, struct kept *kept) {
  void *self = NULL;
  int32_t answer = kept->answer;
  *kept = KEPT;
  kept->answer = answer;
  assert_int_equal(create(config, &self), 0);
  const struct artm_scan subject = scan_of(config, is_layout);
  answer = scanner->scan(self, &call, &subject, &kept->sink);
  scanner->destroy(self);
  played();
  return answer;
}

#define COMMAND "command", "scan", "command", "{target}"
#define EMPTY "{\"schema\":\"artmirror.scan/1\",\"findings\":[]}"
static const struct artm_config plain = {{COMMAND, NULL}};

static void commands_are_checked(void **state) {
  static const struct {
    const char *program, *message;
  } cases[] = {
      {NULL, "no program is named: \"\""},
      {"", "no program is named: \"\""},
      {"./scan", "the program is neither a name nor an absolute path: \"./scan\""},
      {"a{platform}", "the program is not for an image to name: \"a{platform}\""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct artm_config config = {
        {cases[i].program ? "command" : NULL, cases[i].program, NULL}};
    void *self = NULL;
    assert_int_equal(create(&config, &self), ARTM_E_CONFIG);
    assert_string_equal(call.field, "command");
    assert_string_equal(call.message, cases[i].message);
    assert_null(self);
  }
  static const char *const names[] = {"env.", "env.1A", "env.A B", "env.A=B"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const struct artm_config config = {{COMMAND, names[i], "x", NULL}};
    void *self = NULL;
    assert_int_equal(create(&config, &self), ARTM_E_CONFIG);
    assert_string_equal(call.field, "env");
  }
}

static void words_are_replaced(void **state) {
  const struct artm_config config = {{"command", "scan", "command", "oci:{target}:x", "command",
                                      "--of={repository}@{digest}", "command", "{{{platform}}}",
                                      "command", "a}}b", "command", "", NULL}};
  struct kept kept = {.answer = 0};
  (void)state;
  PLAY({.argv = "scan oci:" REFERENCE ":x --of=" REPOSITORY "@" DIGEST " {linux/arm64/v8} a}b ",
        .output = EMPTY});
  assert_int_equal(scan(&config, false, &kept), 0);
  const struct artm_config target = {{"command", "/opt/scan", "command", "{target}", NULL}};
  PLAY({.argv = "/opt/scan /layouts/one", .output = EMPTY});
  assert_int_equal(scan(&target, true, &kept), 0);
}

static void what_a_target_lacks_is_not_scanned(void **state) {
  const struct artm_config layout = {{"command", "scan", "command", "{layout}", NULL}};
  const struct artm_config reference = {{"command", "scan", "command", "{reference}", NULL}};
  struct kept kept = {.answer = 0};
  (void)state;
  assert_int_equal(scan(&layout, false, &kept), ARTM_E_UNSUPPORTED);
  assert_string_equal(call.message,
                      REFERENCE ": the command takes a {layout}, which this target has not");
  assert_int_equal(scan(&reference, true, &kept), ARTM_E_UNSUPPORTED);
  PLAY({.argv = "scan /layouts/one", .output = EMPTY});
  assert_int_equal(scan(&layout, true, &kept), 0);
}

static void the_environment_is_given(void **state) {
  const struct artm_config config = {
      {COMMAND, "env.TOKEN", "a b", "env.DOCKER_CONFIG", "/mine", NULL}};
  struct kept kept = {.answer = 0};
  (void)state;
  PLAY({.argv = "scan " REFERENCE, .output = EMPTY});
  assert_int_equal(scan(&config, false, &kept), 0);
  assert_string_equal(script.env,
                      "DOCKER_CONFIG=/private/docker-config\nTOKEN=a b\nDOCKER_CONFIG=/mine\n");
  assert_string_equal(script.credentials, REPOSITORY);
  PLAY({.argv = "scan /layouts/one", .output = EMPTY});
  assert_int_equal(scan(&plain, true, &kept), 0);
  assert_string_equal(script.env, "");
}

static void exit_statuses_are_judged(void **state) {
  const struct artm_config both = {{COMMAND, "exit_codes", "0", "exit_codes", "1", NULL}};
  const struct artm_config one = {{COMMAND, "exit_codes", "1", NULL}};
  const char *line = "scan " REFERENCE;
  struct kept kept = {.answer = 0};
  (void)state;
  PLAY({.argv = line, .exit_code = 1, .output = EMPTY});
  assert_int_equal(scan(&both, false, &kept), 0);
  PLAY({.argv = line, .output = EMPTY});
  assert_int_equal(scan(&one, false, &kept), ARTM_E_LOCAL);
  PLAY({.argv = line, .exit_code = 1, .output = EMPTY, .stderr_tail = "no licence"});
  assert_int_equal(scan(&plain, false, &kept), ARTM_E_LOCAL);
  assert_string_equal(call.message, REFERENCE ": scan ended with exit status 1: no licence");
  PLAY({.argv = line, .exit_code = -1, .signal = 11, .output = EMPTY});
  assert_int_equal(scan(&both, false, &kept), ARTM_E_LOCAL);
  assert_string_equal(call.message, REFERENCE ": scan was killed by signal 11");
  PLAY({.argv = line, .answer = ARTM_E_TIMEOUT});
  assert_int_equal(scan(&plain, false, &kept), ARTM_E_TIMEOUT);
  PLAY({.argv = line, .answer = ARTM_NO});
  assert_int_equal(scan(&plain, false, &kept), ARTM_E_LOCAL);
}

static int32_t probe(const struct artm_config *config, struct kept *kept) {
  void *self = NULL;
  *kept = KEPT;
  assert_int_equal(create(config, &self), 0);
  int32_t answer = scanner->probe(self, &call, &kept->tool_sink);
  if (!answer)
    assert_int_equal(scanner->prepare(self, &call, &kept->tool_sink), 0);
  scanner->destroy(self);
  return answer;
}

static void only_a_version_makes_results_last(void **state) {
  const struct artm_config missing = {{"command", "nothing", "version", "1", NULL}};
  const struct artm_config version = {{COMMAND, "version", "1", NULL}};
  const struct artm_config others[] = {{{COMMAND, "version", "2", NULL}},
                                       {{COMMAND, "command", "x", "version", "1", NULL}},
                                       {{COMMAND, "format", "sarif", "version", "1", NULL}}};
  struct kept kept, again;
  (void)state;
  assert_int_equal(probe(&missing, &kept), ARTM_NO);
  assert_int_equal(probe(&plain, &kept), 0);
  assert_memory_equal(kept.text, "name=scan inputs=sha256:", 24);
  assert_null(strstr(kept.text, "fixed="));
  assert_int_equal(probe(&version, &kept), 0);
  assert_memory_equal(kept.text, "name=scan version=1 inputs=sha256:", 34);
  assert_non_null(strstr(kept.text, "fixed="));
  assert_null(strstr(kept.text, "updated="));
  assert_int_equal(probe(&version, &again), 0);
  assert_string_equal(again.text, kept.text);
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_int_equal(probe(&others[i], &again), 0);
    assert_string_not_equal(strstr(again.text, "inputs="), strstr(kept.text, "inputs="));
  }
}

#define FULL                                                                                     \
  "{\"id\":\"CVE-2026-1\",\"aliases\":[\"GHSA-1\"],\"namespace\":\"n\",\"url\":\"https://u\","   \
  "\"title\":\"t\",\"description\":\"d\",\"severity\":\"HIGH\",\"severity_raw\":\"Important\","  \
  "\"severity_source\":\"s\",\"pkg\":{\"class\":\"os\",\"type\":\"rpm\",\"name\":\"bash\","      \
  "\"version\":\"5.1\",\"path\":\"/p\",\"purl\":\"pkg:rpm/bash@5.1\",\"src_name\":\"bash-src\"," \
  "\"src_version\":\"5\"},\"fix\":{\"state\":\"fixed\",\"versions\":[\"5.2\",\"6\"]},"           \
  "\"cvss\":[{\"source\":\"nvd\",\"version\":\"3.1\",\"vector\":\"V\",\"score\":7.25}],"         \
  "\"cwe\":[\"CWE-1\"],\"refs\":[\"https://r\"],\"published\":\"2026-01-02T03:04:05+01:00\","    \
  "\"modified\":\"2026-01-03\",\"layer\":{\"digest\":\"sha256:l\",\"diff_id\":\"sha256:d\"},"    \
  "\"epss\":0.5,\"kev\":true,\"risk\":1.5,\"suppressed\":{\"status\":\"not_affected\","          \
  "\"statement\":\"because\",\"source\":\"vex\"}}"
#define FULL_TEXT                                                                                 \
  "id=CVE-2026-1 alias=GHSA-1 severity=5 raw=Important by=s source=n class=1 type=rpm "           \
  "package=bash version=5.1 path=/p purl=pkg:rpm/bash@5.1 src=bash-src src_version=5 fix=1 "      \
  "in=5.2 in=6 cvss=nvd cvss_version=3.1 vector=V score=73 cwe=CWE-1 epss=500000 risk=1500 "      \
  "kev=1 published=1767319445 modified=1767398400 layer=sha256:l diff_id=sha256:d url=https://u " \
  "ref=https://r title=t description=d suppressed=not_affected statement=because "                \
  "suppressed_by=vex \n"
#define OS "\"os\":{\"family\":\"rocky\",\"version\":\"9\",\"eol\":true,\"known\":true}"
#define REPORT(findings) "{\"schema\":\"artmirror.scan/1\"," OS ",\"findings\":[" findings "]}"

static int32_t read_part(const char *report, size_t size, struct kept *kept) {
  PLAY({.argv = "scan " REFERENCE, .output = report, .output_size = size});
  return scan(&plain, false, kept);
}

static void every_field_is_read(void **state) {
  struct kept kept = {.answer = 0};
  (void)state;
  assert_int_equal(read_part(REPORT(FULL), 0, &kept), 0);
  assert_string_equal(kept.text, "os=rocky os_version=9 eol=1 " FULL_TEXT
                                 "raw=report.json format=artmirror-scan ");
}

static void little_is_enough(void **state) {
  static const struct {
    const char *finding, *text;
  } cases[] = {
      {"{\"id\":\"A\",\"severity\":\"low\",\"pkg\":{\"name\":\"p\"}}",
       "id=A severity=3 class=0 package=p fix=0 \n"},
      {"{\"id\":\"A\",\"severity\":\"NONE\",\"pkg\":{\"name\":\"p\",\"type\":\"apk\"},\"fix\":{"
       "\"versions\":[\"2\"]},\"suppressed\":null,\"kev\":false}",
       "id=A severity=1 class=1 type=apk package=p fix=1 in=2 \n"},
      {"{\"id\":\"A\",\"severity\":\"Negligible\",\"pkg\":{\"name\":\"p\",\"type\":\"npm\"},"
       "\"fix\":{\"state\":\"eol\"},\"cvss\":[7],\"suppressed\":{}}",
       "id=A severity=2 class=2 type=npm package=p fix=5 suppressed=suppressed \n"},
  };
  char report[600], text[300];
  struct kept kept = {.answer = 0};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    snprintf(report, sizeof report,
             "{\"findings\":[%s],\"os\":{\"known\":false,\"family\":\"\"},\"x\":[{}],"
             "\"schema\":\"artmirror.scan/1\",\"status\":\"ok\"}",
             cases[i].finding);
    snprintf(text, sizeof text, "%sraw=report.json format=artmirror-scan ", cases[i].text);
    assert_int_equal(read_part(report, 0, &kept), 0);
    assert_string_equal(kept.text, text);
  }
}

static void broken_reports_are_no_result(void **state) {
  static const struct {
    const char *report, *problem;
  } cases[] = {
      {"", "it ends too early"},
      {"[]", "it is no JSON"},
      {"{}", "it has no schema or no findings"},
      {"{\"schema\":\"artmirror.scan/1\"}", "it has no schema or no findings"},
      {"{\"findings\":[]}", "it has no schema or no findings"},
      {"scanning...\n" EMPTY, "it is no JSON"},
      {EMPTY "\ndone", "something follows its end"},
      {"{\"schema\":\"artmirror.scan/2\",\"findings\":[]}", "its schema is not artmirror.scan/1"},
      {"{\"schema\":1,\"findings\":[]}", "its schema is not artmirror.scan/1"},
      {"{\"schema\":\"artmirror.scan/1\",\"findings\":null}", NULL},
      {"{\"schema\":\"artmirror.scan/1\",\"status\":\"failed\",\"findings\":[]}",
       "it is the report of a scan that did not end well"},
      {"{\"schema\":\"artmirror.scan/"
       "1\",\"findings\":[],\"target\":{\"manifest_digest\":\"sha256:0\"}}",
       "it is the report of another manifest"},
      {REPORT("7"), "a finding before this has no id"},
      {REPORT("{\"id\":\"A\"}"), "a finding before this has no severity, or an unknown one"},
      {REPORT("{\"id\":\"A\",\"severity\":\"BAD\",\"pkg\":{\"name\":\"p\"}}"), NULL},
      {REPORT("{\"id\":\"A\",\"severity\":\"LOW\"}"), "a finding before this has no pkg.name"},
      {REPORT("{\"id\":\"A\",\"severity\":\"LOW\",\"pkg\":{\"name\":\"p\",\"class\":\"osx\"}}"),
       "a finding before this has an unknown pkg.class"},
      {REPORT("{\"id\":\"A\",\"severity\":\"LOW\",\"pkg\":{\"name\":\"p\"},\"fix\":{\"state\":"
              "\"maybe\"}}"),
       "a finding before this has an unknown fix.state"},
      {REPORT("{\"id\":\"A\",\"severity\":\"LOW\",\"pkg\":{\"name\":\"p\"},\"published\":"
              "\"2026-02-30\"}"),
       "a finding before this has a broken date"},
  };
  struct kept kept = {.answer = 0};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(read_part(cases[i].report, 0, &kept), ARTM_E_LOCAL);
    assert_non_null(strstr(call.message, "the command's output is no"));
    if (cases[i].problem)
      assert_non_null(strstr(call.message, cases[i].problem));
    assert_null(strstr(kept.text, "format="));
  }
}

static void cut_reports_are_no_result(void **state) {
  struct kept kept = {.answer = 0};
  (void)state;
  for (size_t size = 1; size < sizeof REPORT(FULL) - 1; size++)
    assert_int_equal(read_part(REPORT(FULL), size, &kept), ARTM_E_LOCAL);
  assert_int_equal(read_part(REPORT(FULL), sizeof REPORT(FULL) - 1, &kept), 0);
  assert_int_equal(
      read_part("{\"schema\":\"artmirror.scan/1\",\"target\":{\"manifest_digest\":\"" DIGEST
                "\"},\"findings\":[]}",
                0, &kept),
      0);
}

static void sinks_and_cancelling_end_it(void **state) {
  struct kept kept = {.answer = ARTM_E_INTERNAL};
  (void)state;
  assert_int_equal(read_part(REPORT(FULL "," FULL), 0, &kept), ARTM_E_INTERNAL);
  assert_int_equal(kept.count, 1);
  kept.answer = 0;
  call.cancel_after = 1;
  assert_int_equal(read_part(REPORT(FULL "," FULL), 0, &kept), ARTM_E_CANCELLED);
  assert_int_equal(kept.count, 1);
  call.cancel_after = 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commands_are_checked),
      cmocka_unit_test(words_are_replaced),
      cmocka_unit_test(what_a_target_lacks_is_not_scanned),
      cmocka_unit_test(the_environment_is_given),
      cmocka_unit_test(exit_statuses_are_judged),
      cmocka_unit_test(only_a_version_makes_results_last),
      cmocka_unit_test(every_field_is_read),
      cmocka_unit_test(little_is_enough),
      cmocka_unit_test(broken_reports_are_no_result),
      cmocka_unit_test(cut_reports_are_no_result),
      cmocka_unit_test(sinks_and_cancelling_end_it),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
