/* SPDX-License-Identifier: Apache-2.0 */
/* Scanner trivy: how Trivy is called for a scan, and what its ends mean. */
#include "unit/trivy_driver.h"

#define REPOSITORY "registry.example:5000/a/b"
#define OK_REPORT                                                                            \
  REPORT(",\"Metadata\":{\"OS\":{\"Family\":\"alpine\",\"Name\":\"3.19.1\"}},\"Results\":[{" \
         "\"Class\":\"os-pkgs\",\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-1\","        \
         "\"PkgName\":\"p\",\"Severity\":\"HIGH\"}]}]")
#define NO_JAVA                                                                          \
  FATAL("image scan error: scan error: failed analysis: Java DB update failed: '--skip-" \
        "java-db-update' cannot be specified on the first run")
#define BUSY FATAL("unable to initialize fs cache: cache may be in use by another process: timeout")

static const struct artm_config nothing;

struct seen {
  struct artm_finding_sink sink;
  unsigned count;
  char text[512];
};
static int32_t seen_add(struct artm_finding_sink *sink, const struct artm_finding *finding) {
  struct seen *seen = (struct seen *)(void *)sink;
  seen->count++;
  strcat(strcat(seen->text, finding->id), "\n");
  return 0;
}
static int32_t seen_os(struct artm_finding_sink *sink, const char *family, const char *version,
                       uint32_t flags) {
  (void)flags;
  strcat(strcat(strcat(((struct seen *)(void *)sink)->text, family), version), "\n");
  return 0;
}
static int32_t seen_raw(struct artm_finding_sink *sink, const char *file, const char *format) {
  strcat(strcat(strcat(((struct seen *)(void *)sink)->text, file), format), "\n");
  return 0;
}
static struct seen seen;

static void *begin(const struct artm_config *config, const char *version) {
  char answer[64];
  void *self = instance(config);
  snprintf(answer, sizeof answer, "{\"Version\":\"%s\"}", version);
  install(version);
  TURNS({.output = answer});
  assert_int_equal(probe(self), 0);
  nftw(path_of("cache"), stage_remove, 8, FTW_DEPTH | FTW_PHYS);
  nftw(path_of("scan"), stage_remove, 8, FTW_DEPTH | FTW_PHYS);
  make_folder(path_of("scan"));
  stage.slept = 0;
  NO_TURNS();
  return self;
}
static int32_t scan(void *self, const struct artm_scan *what) {
  static const struct artm_descriptor manifest = {.struct_size = sizeof manifest, .digest = DIGEST};
  struct artm_scan whole = *what;
  whole.manifest = &manifest;
  whole.struct_size = sizeof whole;
  whole.folder = path_of("scan");
  whole.repository = whole.reference ? REPOSITORY : NULL;
  whole.platform = "linux/amd64";
  seen = (struct seen){.sink = {sizeof seen.sink, 0, seen_add, seen_os, seen_raw}};
  call = (struct artm_call){0};
  return scanner->scan(self, &call, &whole, &seen.sink);
}
static const struct artm_scan of_registry = {.reference = REFERENCE};

static void called_with(const char *wanted) {
  char expected[2000], cache[200];
  snprintf(cache, sizeof cache, "%s", path_of("cache"));
  char *mark = strstr(wanted, "CACHE");
  snprintf(expected, sizeof expected, "%.*s%s%s\n",
           mark ? (int)(mark - wanted) : (int)strlen(wanted), wanted, mark ? cache : "",
           mark ? mark + 5 : "");
  assert_string_equal(stage.called, expected);
}

static void the_newest(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.74.0");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_string_equal(seen.text, "alpine3.19.1\nCVE-1\nreport.jsontrivy-json\n");
  called_with("trivy image --quiet --skip-version-check --disable-telemetry --format json --output "
              "report.json --timeout 240h --scanners vuln --exit-code 0 --skip-java-db-update "
              "--list-all-pkgs=false --pkg-types os,library --skip-db-update --cache-dir CACHE "
              "--cache-backend memory --image-src remote " REFERENCE
              " | TRIVY_DISABLE_VEX_NOTICE=1 DOCKER_CONFIG=/private/login");
  assert_string_equal(stage.asked, "login " REPOSITORY "\n");
  scanner->destroy(self);
}

static void plain_http_and_ca(void **state) {
  (void)state;
  const struct artm_scan what = {
      .reference = REFERENCE, .flags = ARTM_SCAN_PLAIN_HTTP, .ca_file = "/a ca.pem"};
  void *self = begin(&nothing, "0.68.1");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &what), 0);
  assert_non_null(strstr(stage.called, " --cacert /a ca.pem " REFERENCE " | "));
  assert_non_null(strstr(stage.called, "TRIVY_NON_SSL=true"));
  scanner->destroy(self);
  self = begin(&nothing, "0.67.2");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &what), 0);
  assert_null(strstr(stage.called, "--cacert"));
  assert_non_null(strstr(stage.called, "SSL_CERT_FILE=/a ca.pem"));
  scanner->destroy(self);
}

static void older_ones(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.53.0");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_non_null(strstr(stage.called, "--vuln-type os,library"));
  assert_non_null(strstr(stage.called, "--cache-backend memory"));
  assert_null(strstr(stage.called, "--skip-version-check"));
  assert_null(strstr(stage.called, "--disable-telemetry"));
  scanner->destroy(self);
  self = begin(&nothing, "0.52.2"); /* scans have a cache of their own, with the databases linked */
  put_database(path_of("cache"), "db", "{}");
  TURNS({.exit_code = 1, .stderr_tail = BUSY}, {.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_null(strstr(stage.called, "--cache-backend"));
  assert_non_null(strstr(stage.called, path_of("scan/cache")));
  assert_non_null(read_from(path_of("scan/cache/db/metadata.json")));
  assert_int_not_equal(access(path_of("scan/cache/java-db"), F_OK), 0);
  scanner->destroy(self);
}

static void a_layout(void **state) {
  (void)state;
  char *layout = strdup(path_of("odd:name@x"));
  make_folder(layout);
  const struct artm_scan what = {.layout = layout};
  void *self = begin(&nothing, "0.74.0");
  for (int i = 0; i < 2; i++) {
    TURNS({.report = OK_REPORT});
    assert_int_equal(scan(self, &what), 0);
    assert_non_null(strstr(stage.called, "--cache-backend memory --input image | "));
    assert_null(strstr(stage.called, "odd:name"));
    assert_string_equal(stage.asked, "");
    struct stat link, there;
    assert_int_equal(stat(path_of("scan/image"), &link), 0);
    assert_int_equal(stat(layout, &there), 0);
    assert_int_equal(link.st_ino, there.st_ino);
  }
  scanner->destroy(self);
  free(layout);
}

static void settings_of_an_entry(void **state) {
  (void)state;
  struct artm_config config = {{"offline", "true", "vex", "/a.json", "vex", "/b,c\".json"}};
  const struct artm_scan what = {.reference = REFERENCE, .settings = &config};
  void *self = begin(&nothing, "0.74.0");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &what), 0);
  assert_non_null(strstr(stage.called, "--skip-db-update --offline-scan --vex /a.json --vex "
                                       "\"/b,c\"\".json\" --show-suppressed --cache-dir"));
  TURNS({.exit_code = 1, .stderr_tail = NO_JAVA}); /* nothing may be fetched */
  assert_int_equal(scan(self, &what), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.hint, "run once without skip_db_update and offline"));
  scanner->destroy(self);
}

static void many_vex_files(void **state) {
  (void)state;
  static char names[60][16];
  struct { /* larger than the driver's own */
    const char *values[140];
  } config = {{NULL}};
  for (size_t i = 0; i < 60; i++) {
    snprintf(names[i], sizeof names[i], "/%zu.json", i);
    config.values[2 * i] = "vex";
    config.values[2 * i + 1] = names[i];
  }
  const struct artm_scan what = {.reference = REFERENCE,
                                 .settings = (const struct artm_config *)(const void *)&config};
  void *self = begin(&nothing, "0.74.0");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &what), 0);
  assert_non_null(strstr(stage.called, "--vex /59.json --show-suppressed"));
  scanner->destroy(self);
}

static void a_server_and_its_token(void **state) {
  (void)state;
  struct artm_config config = {{"server", "https://t.example/", "server_token", "s3cret"}};
  void *self = begin(&config, "0.74.0");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_non_null(strstr(stage.called, "--server https://t.example --cache-dir"));
  assert_null(strstr(stage.called, "--skip-db-update"));
  const char *secret = strstr(stage.called, "s3cret");
  assert_true(secret > strstr(stage.called, " | "));
  assert_non_null(strstr(stage.called, " TRIVY_TOKEN=s3cret\n"));
  scanner->destroy(self);
  config = (struct artm_config){{"server_token", "s3cret"}}; /* for nobody */
  self = begin(&config, "0.74.0");
  TURNS({.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_null(strstr(stage.called, "s3cret"));
  scanner->destroy(self);
}

static void failures(void **state) {
  (void)state;
  static const struct {
    struct turn turn;
    int32_t answer;
    const char *message, *hint;
  } cases[] = {
      {{.exit_code = 1,
        .stderr_tail = "noise\\x0a" FATAL("image scan error: x:\\x0a\\x09* one\\x0a"
                                          "\\x09* two: refused\\x0a\\x0a\\x0a")},
       ARTM_E_LOCAL,
       REFERENCE ": trivy failed: image scan error: x: * one; * two: refused",
       ""},
      {{.exit_code = 1, .stderr_tail = "2022\\x09FATAL\\x09old form: first\\x0a" FATAL("last")},
       ARTM_E_LOCAL,
       REFERENCE ": trivy failed: last",
       ""},
      {{.exit_code = 1, .stderr_tail = "\\x0a one line\\x0a\\x0a"},
       ARTM_E_LOCAL,
       REFERENCE ": trivy failed: one line",
       ""},
      {{.exit_code = 3},
       ARTM_E_LOCAL,
       REFERENCE ": trivy failed with exit code 3 and no message",
       ""},
      {{.signal = 9, .stderr_tail = "x"},
       ARTM_E_LOCAL,
       REFERENCE ": trivy was ended by signal 9",
       "memory"},
      {{.exit_code = 1, .stderr_tail = FATAL("GET x: UNAUTHORIZED: authentication required")},
       ARTM_E_AUTH,
       "UNAUTHORIZED",
       "credentials"},
      {{.exit_code = 1, .stderr_tail = FATAL("dial tcp 127.0.0.1:1: connect: connection refused")},
       ARTM_E_NETWORK,
       "refused",
       ""},
      {{.exit_code = 1,
        .stderr_tail = FATAL("init error: DB error: database error: --skip-db-update "
                             "cannot be specified on the first run")},
       ARTM_E_NOT_FOUND,
       "first run",
       "database is missing"},
      {{.exit_code = 1, .stderr_tail = FATAL("unknown flag: --cacert")},
       ARTM_E_UNSUPPORTED,
       "unknown flag",
       "too old"},
      {{.exit_code = 1, .report = OK_REPORT, .stderr_tail = "late"},
       ARTM_E_LOCAL,
       "trivy failed: late",
       ""},
      {{.exit_code = 0}, ARTM_E_INTERNAL, "wrote no report", ""},
      {{.report = ""}, ARTM_E_INTERNAL, "broken: it ends too early", ""},
      {{.report = "{\"SchemaVersion\":2"}, ARTM_E_INTERNAL, "broken", ""},
      {{.answer = ARTM_E_TIMEOUT}, ARTM_E_TIMEOUT, "", ""},
      {{.answer = ARTM_E_CANCELLED}, ARTM_E_CANCELLED, "", ""},
      {{.answer = ARTM_NO}, ARTM_E_NOT_FOUND, "no longer in PATH", ""},
  };
  void *self = begin(&nothing, "0.74.0");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    script_turns(&cases[i].turn, 1);
    int32_t answer = scan(self, &of_registry);
    if (answer != cases[i].answer || !strstr(call.message, cases[i].message) ||
        !strstr(call.hint, cases[i].hint) || (!*cases[i].hint && *call.hint))
      fail_msg("case %zu: %d %s (%s)", i, answer, call.message, call.hint);
    assert_int_equal(seen.count, 0);
  }
  scanner->destroy(self);
}

static void a_long_message(void **state) {
  (void)state;
  char text[4000] = "FATAL ";
  for (int i = 0; i < 1200; i++)
    strcat(text, "\xc3\xa4");
  void *self = begin(&nothing, "0.74.0");
  const struct turn turn = {.exit_code = 1, .stderr_tail = text};
  script_turns(&turn, 1);
  assert_int_equal(scan(self, &of_registry), ARTM_E_LOCAL);
  size_t length = strlen(call.message);
  assert_in_range(length, 500, 800);
  assert_string_equal(call.message + length - 5, "\xc3\xa4...");
  scanner->destroy(self);
}

static void a_report_of_before(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.74.0");
  write_to(path_of("scan/report.json"), OK_REPORT);
  TURNS({.exit_code = 0});
  assert_int_equal(scan(self, &of_registry), ARTM_E_INTERNAL);
  assert_int_equal(symlink("elsewhere", path_of("scan/report.json")), 0);
  write_to(path_of("scan/elsewhere"), OK_REPORT);
  TURNS({.exit_code = 0});
  assert_int_equal(scan(self, &of_registry), ARTM_E_INTERNAL);
  scanner->destroy(self);
}

static void a_busy_cache(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.74.0");
  TURNS({.exit_code = 1, .stderr_tail = BUSY}, {.exit_code = 1, .stderr_tail = BUSY},
        {.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_int_equal(stage.slept, 3000);
  TURNS({.exit_code = 1, .stderr_tail = BUSY}, {.exit_code = 1, .stderr_tail = BUSY},
        {.exit_code = 1, .stderr_tail = BUSY});
  assert_int_equal(scan(self, &of_registry), ARTM_E_LOCAL);
  assert_non_null(strstr(call.hint, "cache_dir"));
  scanner->destroy(self);
}

static void java_archives(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.74.0");
  TURNS({.exit_code = 1, .stderr_tail = NO_JAVA}, {.database = "{\"Version\":1}"},
        {.report = OK_REPORT});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_non_null(strstr(stage.called, "--download-java-db-only"));
  assert_string_equal(stage.asked, "login " REPOSITORY "\nlock java-db\nlogin " REPOSITORY "\n");
  TURNS({.exit_code = 1, .stderr_tail = NO_JAVA}, {.exit_code = 1, .stderr_tail = NO_JAVA});
  assert_int_equal(scan(self, &of_registry), ARTM_E_NOT_FOUND); /* it is there, and not liked */
  scanner->destroy(self);
  self = begin(&nothing, "0.74.0");
  TURNS({.exit_code = 1, .stderr_tail = NO_JAVA},
        {.exit_code = 1, .stderr_tail = FATAL("dial tcp: lookup ghcr.io")});
  assert_int_equal(scan(self, &of_registry), ARTM_E_NETWORK);
  assert_non_null(strstr(call.message, "the index of Java archives could not be fetched: trivy"));
  TURNS({.exit_code = 1, .stderr_tail = NO_JAVA}); /* not tried for each image */
  assert_int_equal(scan(self, &of_registry), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.message, "for an earlier scan"));
  scanner->destroy(self);
}

static void refused_login(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.74.0");
  stage.refuse_login = ARTM_E_AUTH;
  assert_int_equal(scan(self, &of_registry), ARTM_E_AUTH);
  stage.refuse_login = 0;
  scanner->destroy(self);
}

/* The program was replaced in a way that its file doesn't show. */
static void another_version_reports(void **state) {
  (void)state;
  void *self = begin(&nothing, "0.74.0");
  TURNS({.report = REPORT(",\"Trivy\":{\"Version\":\"0.74.0\"}")});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_non_null(stage.state_value);
  TURNS({.report = REPORT(",\"Trivy\":{\"Version\":\"0.75.0\"}")});
  assert_int_equal(scan(self, &of_registry), 0);
  assert_null(stage.state_value);
  TURNS({.report = REPORT(",\"Trivy\":{\"Version\":\"0.69.4\"}")});
  assert_int_equal(scan(self, &of_registry), ARTM_E_POLICY);
  scanner->destroy(self);
}

/* As one does that has not read its arguments. */
static void a_report_of_another_image(void **state) {
  (void)state;
  static const char *const names[] = {"registry.example:5000/a/b", REPOSITORY ":1",
                                      REPOSITORY "@sha256:0", REFERENCE "0"};
  void *self = begin(&nothing, "0.74.0");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char report[512];
    snprintf(report, sizeof report, "{\"SchemaVersion\":2,\"ArtifactName\":\"%s\"}", names[i]);
    TURNS({.report = report});
    assert_int_equal(scan(self, &of_registry), ARTM_E_INTERNAL);
    assert_non_null(strstr(call.message, "another image"));
  }
  scanner->destroy(self);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_newest),
      cmocka_unit_test(plain_http_and_ca),
      cmocka_unit_test(older_ones),
      cmocka_unit_test(a_layout),
      cmocka_unit_test(settings_of_an_entry),
      cmocka_unit_test(many_vex_files),
      cmocka_unit_test(a_server_and_its_token),
      cmocka_unit_test(failures),
      cmocka_unit_test(a_long_message),
      cmocka_unit_test(a_report_of_before),
      cmocka_unit_test(a_busy_cache),
      cmocka_unit_test(java_archives),
      cmocka_unit_test(refused_login),
      cmocka_unit_test(another_version_reports),
      cmocka_unit_test(a_report_of_another_image),
  };
  return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
