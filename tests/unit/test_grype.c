/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin grype: the commands that it runs, and how they end. */
#include "unit/scanner_driver.h"

#define GRYPE_VERSION "{\"application\":\"grype\",\"version\":\"0.115.0\",\"buildDate\":\"x\"}"
#define STATUS                                                                               \
  "{\"schemaVersion\":\"v6.1.9\",\"from\":\"https://x\",\"built\":\"2026-11-23T06:14:05Z\"," \
  "\"path\":\"/cache/db/6/vulnerability.db\",\"valid\":true}"
#define NOTHING "{\"matches\":[],\"distro\":{\"name\":\"\",\"version\":\"\",\"idLike\":null}}"
#define GET_VERSION "grype version -o json"
#define GET_STATUS "grype db status -o json"
#define OPEN "grype db providers -o json"
#define UPDATE "grype db update"
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
  free(script.lent);
  return system(command);
}

static void *create(const struct artm_config *config) {
  void *self = NULL;
  call = (struct artm_call){0};
  assert_int_equal(scanner->create(&driver_host, &call, config, &self), 0);
  return self;
}

static int32_t probe(struct kept *kept) {
  void *self = create(&none);
  *kept = KEPT;
  int32_t answer = scanner->probe(self, &call, &kept->tool_sink);
  scanner->destroy(self);
  played();
  return answer;
}

static int32_t prepare(const struct artm_config *config, struct kept *kept) {
  void *self = create(config);
  *kept = KEPT;
  script.log[0] = script.lock[0] = '\0';
  int32_t answer = scanner->prepare(self, &call, &kept->tool_sink);
  scanner->destroy(self);
  played();
  return answer;
}

static int32_t scan(const struct artm_config *config, struct artm_scan subject, struct kept *kept) {
  void *self = create(config);
  *kept = KEPT;
  subject.settings = config;
  int32_t answer = scanner->scan(self, &call, &subject, &kept->sink);
  scanner->destroy(self);
  played();
  return answer;
}

static void the_version_is_asked_once(void **state) {
  struct kept kept;
  (void)state;
  script.kept[0] = '\0';
  PLAY({.argv = GET_VERSION, .output = GRYPE_VERSION});
  assert_int_equal(probe(&kept), 0);
  assert_string_equal(kept.text, "name=Grype version=0.115.0 ");
  assert_non_null(strstr(script.env, "GRYPE_CHECK_FOR_APP_UPDATE=false\n"));
  assert_int_equal(probe(&kept), 0); /* the same file: believed */
  assert_string_equal(kept.text, "name=Grype version=0.115.0 ");
  uninstall("grype");
  assert_int_equal(probe(&kept), ARTM_NO);
  install("grype");
}

static void what_tells_no_version_is_none(void **state) {
  static const char *const outputs[] = {"",
                                        "0.115.0",
                                        "{}",
                                        "{\"version\":7}",
                                        "{\"version\":\"\"}",
                                        "{\"version\":\"1\\n::error::\"}",
                                        "{\"version\":\"\\u202e\"}"};
  struct kept kept;
  (void)state;
  script.kept[0] = '\0';
  for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
    PLAY({.argv = GET_VERSION, .output = outputs[i]});
    assert_int_equal(probe(&kept), ARTM_E_LOCAL);
    assert_string_equal(kept.text, "");
  }
  PLAY({.argv = GET_VERSION,
        .exit_code = 1,
        .output = GRYPE_VERSION,
        .stderr_tail = "\\x0a\\x09bad\\x0a  \\x09* worse\\x0a"});
  assert_int_equal(probe(&kept), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "exit status 1: bad; * worse"));
  PLAY({.argv = GET_VERSION, .answer = ARTM_E_TIMEOUT});
  assert_int_equal(probe(&kept), ARTM_E_TIMEOUT);
}

static void the_database_is_updated(void **state) {
  struct kept kept;
  (void)state;
  PLAY({.argv = UPDATE}, {.argv = OPEN}, {.argv = GET_STATUS, .output = STATUS});
  assert_int_equal(prepare(&none, &kept), 0);
  assert_string_equal(kept.text, "db=v6.1.9 updated=1795414445 ");
  assert_string_equal(script.lock, "db");
  assert_string_equal(script.log, "");
  assert_non_null(strstr(script.env, "GRYPE_DB_CACHE_DIR=/cache/db\n"));
  assert_non_null(strstr(script.env, "GRYPE_DB_AUTO_UPDATE=false\n"));
  assert_null(strstr(script.env, "GRYPE_DB_UPDATE_URL"));
  const struct artm_config mirror = {
      {"db_url", "https://mirror.example/db", "cache_dir", "/srv/grype", NULL}};
  PLAY({.argv = UPDATE}, {.argv = OPEN}, {.argv = GET_STATUS, .output = STATUS});
  assert_int_equal(prepare(&mirror, &kept), 0);
  assert_non_null(strstr(script.env, "GRYPE_DB_CACHE_DIR=/srv/grype\n"));
  assert_non_null(strstr(script.env, "GRYPE_DB_UPDATE_URL=https://mirror.example/db\n"));
}

static void without_an_update_the_database_must_be_there(void **state) {
  const struct artm_config configs[] = {{{"skip_db_update", "true", NULL}},
                                        {{"offline", "true", NULL}}};
  struct kept kept;
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    PLAY({.argv = OPEN, .exit_code = 1}, {.argv = GET_STATUS, .output = STATUS});
    assert_int_equal(prepare(&configs[i], &kept), 0);
    PLAY({.argv = OPEN, .exit_code = 1},
         {.argv = GET_STATUS,
          .exit_code = 1,
          .output = "{\"schemaVersion\":\"\",\"valid\":false,\"error\":\"does not exist\"}"});
    assert_int_equal(prepare(&configs[i], &kept), ARTM_E_LOCAL);
    assert_string_equal(call.message,
                        "/cache/db: there is no usable vulnerability database: does not exist");
    assert_non_null(strstr(call.hint, "skip_db_update"));
    PLAY({.argv = OPEN, .exit_code = 1}, {.argv = GET_STATUS, .output = "no JSON"});
    assert_int_equal(prepare(&configs[i], &kept), ARTM_E_LOCAL);
  }
}

static void an_old_database_serves_when_the_update_fails(void **state) {
  struct kept kept;
  (void)state;
  PLAY({.argv = UPDATE, .exit_code = 1, .stderr_tail = "no route to host"}, {.argv = OPEN},
       {.argv = GET_STATUS, .output = STATUS});
  assert_int_equal(prepare(&none, &kept), 0);
  assert_string_equal(script.log, "4 grype db update failed: no route to host; the database of "
                                  "2026-11-23T06:14:05Z is used\n");
  PLAY({.argv = UPDATE, .exit_code = 1, .stderr_tail = "no route to host"}, {.argv = OPEN},
       {.argv = GET_STATUS, .exit_code = 1, .output = "{\"valid\":false}"});
  assert_int_equal(prepare(&none, &kept), ARTM_E_NETWORK);
  assert_string_equal(call.message, "/cache/db: there is no vulnerability database, and grype db "
                                    "update failed: no route to host");
  PLAY({.argv = UPDATE, .answer = ARTM_E_CANCELLED});
  assert_int_equal(prepare(&none, &kept), ARTM_E_CANCELLED);
  PLAY({.argv = UPDATE, .answer = ARTM_NO});
  assert_int_equal(prepare(&none, &kept), ARTM_E_LOCAL);
}

static void databases_before_six_have_numbers(void **state) {
  struct kept kept;
  (void)state;
  PLAY({.argv = UPDATE}, {.argv = OPEN},
       {.argv = GET_STATUS,
        .output = "{\"location\":\"/x\",\"built\":\"2025-01-02T00:00:00Z\",\"schemaVersion\":5,"
                  "\"checksum\":\"sha256:0\"}"});
  assert_int_equal(prepare(&none, &kept), 0);
  assert_string_equal(kept.text, "db=v5 updated=1735776000 ");
}

static void vex_files_are_inputs(void **state) {
  char path[128], first[200];
  struct kept kept;
  (void)state;
  snprintf(path, sizeof path, "%s/vex.json", script.folder);
  const struct artm_config config = {{"vex", path, "skip_db_update", "true", NULL}};
  PLAY({.argv = OPEN, .exit_code = 1}, {.argv = GET_STATUS, .output = STATUS});
  assert_int_equal(prepare(&config, &kept), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "the VEX file can't be read"));
  for (int i = 0; i < 2; i++) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "{\"statements\":%d}", i);
    fclose(file);
    PLAY({.argv = OPEN, .exit_code = 1}, {.argv = GET_STATUS, .output = STATUS});
    assert_int_equal(prepare(&config, &kept), 0);
    const char *inputs = strstr(kept.text, "inputs=sha256:");
    assert_non_null(inputs);
    if (i)
      assert_string_not_equal(inputs, first);
    snprintf(first, sizeof first, "%s", inputs);
  }
  char command[300];
  snprintf(command, sizeof command, "grype -o json --vex %s registry:" REFERENCE, path);
  PLAY({.argv = command, .output = NOTHING});
  assert_int_equal(scan(&config, scan_of(NULL, false), &kept), 0);
}

static void a_scan_reads_the_registry(void **state) {
  struct kept kept;
  (void)state;
  PLAY({.argv = SCAN, .output = NOTHING});
  assert_int_equal(scan(&none, scan_of(NULL, false), &kept), 0);
  assert_string_equal(kept.text, "raw=grype.json format=grype-json ");
  assert_string_equal(script.credentials, REPOSITORY);
  assert_non_null(strstr(script.env, "DOCKER_CONFIG=/private/docker-config\n"));
  assert_non_null(strstr(script.env, "GRYPE_DB_AUTO_UPDATE=false\n"));
  assert_non_null(strstr(script.env, "GRYPE_DB_VALIDATE_AGE=false\n"));
  assert_null(strstr(script.env, "GRYPE_REGISTRY"));
  struct artm_scan subject = scan_of(NULL, false);
  subject.flags = ARTM_SCAN_PLAIN_HTTP;
  subject.ca_file = "/etc/ca.pem";
  PLAY({.argv = SCAN, .output = NOTHING});
  assert_int_equal(scan(&none, subject, &kept), 0);
  assert_non_null(strstr(script.env, "GRYPE_REGISTRY_INSECURE_USE_HTTP=true\n"));
  assert_non_null(strstr(script.env, "GRYPE_REGISTRY_CA_CERT=/etc/ca.pem\n"));
  subject.flags = 128;
  assert_int_equal(scan(&none, subject, &kept), ARTM_E_UNSUPPORTED);
}

static void a_scan_reads_a_layout(void **state) {
  struct kept kept;
  (void)state;
  script.credentials[0] = '\0';
  PLAY({.argv = "grype -o json oci-dir:/layouts/one", .output = NOTHING});
  assert_int_equal(scan(&none, scan_of(NULL, true), &kept), 0);
  assert_string_equal(script.credentials, "");
  assert_null(strstr(script.env, "DOCKER_CONFIG"));
}

static void failed_scans_find_nothing(void **state) {
  struct kept kept;
  (void)state;
  PLAY({.argv = SCAN, .exit_code = 1, .output = NOTHING, .stderr_tail = "[0000] ERROR db missing"});
  assert_int_equal(scan(&none, scan_of(NULL, false), &kept), ARTM_E_LOCAL);
  assert_string_equal(call.message, "registry:" REFERENCE
                                    ": grype ended with exit status 1: [0000] ERROR db missing");
  PLAY({.argv = SCAN, .exit_code = -1, .signal = 9, .output = NOTHING});
  assert_int_equal(scan(&none, scan_of(NULL, false), &kept), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "killed by signal 9"));
  assert_non_null(strstr(call.hint, "memory"));
  PLAY({.argv = SCAN, .answer = ARTM_E_TIMEOUT});
  assert_int_equal(scan(&none, scan_of(NULL, false), &kept), ARTM_E_TIMEOUT);
  PLAY({.argv = SCAN, .answer = ARTM_NO});
  assert_int_equal(scan(&none, scan_of(NULL, false), &kept), ARTM_E_LOCAL);
  assert_string_equal(kept.text, "");
}

static void long_complaints_are_cut(void **state) {
  char tail[4000] = "";
  struct kept kept;
  (void)state;
  for (int i = 0; i < 90; i++)
    snprintf(tail + strlen(tail), sizeof tail - strlen(tail), "line %d of it\\x0a", i);
  PLAY({.argv = SCAN, .exit_code = 1, .stderr_tail = tail});
  assert_int_equal(scan(&none, scan_of(NULL, false), &kept), ARTM_E_LOCAL);
  assert_true(strlen(call.message) < 800);
  assert_non_null(strstr(call.message, "line 88 of it; line 89 of it"));
  assert_null(strstr(call.message, "\\x0a"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_version_is_asked_once),
      cmocka_unit_test(what_tells_no_version_is_none),
      cmocka_unit_test(the_database_is_updated),
      cmocka_unit_test(without_an_update_the_database_must_be_there),
      cmocka_unit_test(an_old_database_serves_when_the_update_fails),
      cmocka_unit_test(databases_before_six_have_numbers),
      cmocka_unit_test(vex_files_are_inputs),
      cmocka_unit_test(a_scan_reads_the_registry),
      cmocka_unit_test(a_scan_reads_a_layout),
      cmocka_unit_test(failed_scans_find_nothing),
      cmocka_unit_test(long_complaints_are_cut),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
