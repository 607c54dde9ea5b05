/* SPDX-License-Identifier: Apache-2.0 */
/* Scanner trivy: which program is there, and how its databases are kept up to date. */
#include "unit/trivy_driver.h"

#define VERSION_TEXT(text) \
  { .output = "{\"Version\":\"" text "\"}\n" }
#define METADATA(updated, next)                                         \
  "{\"Version\":2,\"UpdatedAt\":\"" updated "\",\"NextUpdate\":\"" next \
  "\",\"DownloadedAt\":\"2021-01-01T00:00:00.123456789Z\"}"

static const struct artm_config nothing;

/* As in a new run: an instance of these options, probed with nothing to be asked. */
static void *begin(const struct artm_config *config) {
  void *self = instance(config);
  install("0.74.0");
  TURNS(VERSION_TEXT("0.74.0"));
  assert_int_equal(probe(self), 0);
  NO_TURNS();
  return self;
}
static void empty_cache(void) {
  nftw(path_of("cache"), stage_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static void not_installed(void **state) {
  (void)state;
  void *self = instance(&nothing);
  assert_int_equal(probe(self), ARTM_NO);
  install("0.74.0");
  assert_int_equal(chmod(path_of("bin/trivy"), 0644), 0);
  assert_int_equal(probe(self), ARTM_NO);
  scanner->destroy(self);
  scanner->destroy(NULL);
}

static void version_is_asked_once(void **state) {
  (void)state;
  void *self = instance(&nothing);
  install("one");
  TURNS(VERSION_TEXT("0.74.0"));
  assert_int_equal(probe(self), 0);
  assert_string_equal(told.text, "trivy 0.74.0 db - -1 -1 -");
  assert_string_equal(stage.called, "trivy --version --format json\n");
  NO_TURNS();
  assert_int_equal(probe(self), 0);
  assert_string_equal(told.text, "trivy 0.74.0 db - -1 -1 -");
  write_to(path_of("bin/trivy"), "another");
  TURNS(VERSION_TEXT("0.75.1-rc.1"));
  assert_int_equal(probe(self), 0);
  assert_string_equal(told.text, "trivy 0.75.1-rc.1 db - -1 -1 -");
  scanner->destroy(self);
}

/* Version managers put a link to themselves there, which may start any Trivy. */
static void links_to_others_are_asked_each_time(void **state) {
  (void)state;
  void *self = instance(&nothing);
  install("x");
  assert_int_equal(rename(path_of("bin/trivy"), path_of("bin/manager")), 0);
  assert_int_equal(symlink("manager", path_of("bin/trivy")), 0);
  for (int i = 0; i < 2; i++) {
    TURNS(VERSION_TEXT("0.74.0"));
    assert_int_equal(probe(self), 0);
  }
  assert_int_equal(unlink(path_of("bin/trivy")), 0);
  assert_int_equal(unlink(path_of("bin/manager")), 0);
  scanner->destroy(self);
}

static void odd_versions(void **state) {
  (void)state;
  static const struct {
    struct turn turns[2];
    size_t count;
    int32_t answer;
    const char *told;
  } cases[] = {
      {{{.exit_code = 1, .stderr_tail = FATAL("unknown flag: --format")},
        {.output = "Version: 0.18.3\nVulnerability DB:\n  Type: Light\n"}},
       2,
       0,
       "trivy 0.18.3 db"},
      {{{.output = "Version: v0.38.0\n"}}, 1, 0, "trivy 0.38.0 db"},
      {{VERSION_TEXT("dev")}, 1, 0, "trivy dev db"},
      {{VERSION_TEXT("0.69.3")}, 1, 0, "trivy 0.69.3 db"},
      {{VERSION_TEXT("0.69.4")}, 1, ARTM_E_POLICY, "CVE-2026-33634"},
      {{VERSION_TEXT("v0.69.5")}, 1, ARTM_E_POLICY, "CVE-2026-33634"},
      {{VERSION_TEXT("0.69.6")}, 1, ARTM_E_POLICY, "CVE-2026-33634"},
      {{VERSION_TEXT("0.69.7")}, 1, 0, "trivy 0.69.7 db"},
      {{VERSION_TEXT("1.69.4")}, 1, 0, "trivy 1.69.4 db"},
      {{{.output = "{}"}, {.output = "usage"}}, 2, ARTM_E_INTERNAL, "told no version"},
      {{VERSION_TEXT("::error::x"), {.output = ""}}, 2, ARTM_E_INTERNAL, "told no version"},
      {{{.signal = 11}, {.signal = 11}}, 2, ARTM_E_LOCAL, "ended by signal 11"},
      {{{.answer = ARTM_E_TIMEOUT}}, 1, ARTM_E_TIMEOUT, ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    void *self = instance(&nothing);
    install("x");
    script_turns(cases[i].turns, cases[i].count);
    if (probe(self) != cases[i].answer)
      fail_msg("case %zu: %d %s", i, call.code, call.message);
    const char *said = cases[i].answer ? call.message : told.text;
    if (!strstr(said, cases[i].told))
      fail_msg("case %zu: %s", i, said);
    scanner->destroy(self);
  }
  void *self = instance(&nothing); /* a kept version is judged, too */
  install("x");
  TURNS(VERSION_TEXT("0.69.4"));
  assert_int_equal(probe(self), ARTM_E_POLICY);
  NO_TURNS();
  assert_int_equal(probe(self), ARTM_E_POLICY);
  assert_non_null(strstr(call.hint, "credential"));
  scanner->destroy(self);
}

static void a_missing_database_is_fetched(void **state) {
  (void)state;
  void *self = begin(&nothing);
  empty_cache();
  TURNS({.database = METADATA("2026-11-23T00:00:00.5Z", FAR_AWAY)});
  assert_int_equal(prepare(self), 0);
  assert_string_equal(told.text, "trivy 0.74.0 db 2 1795392000 4070908800 -");
  assert_string_equal(stage.asked, "lock db\n");
  char wanted[600];
  snprintf(wanted, sizeof wanted,
           "trivy image --quiet --skip-version-check --disable-telemetry --cache-dir %s "
           "--download-db-only | TRIVY_DISABLE_VEX_NOTICE=1\n",
           path_of("cache/artmirror-db"));
  assert_string_equal(stage.called, wanted);
  assert_string_equal(read_from(path_of("cache/db/trivy.db")), "database");
  assert_int_not_equal(access(path_of("cache/artmirror-db"), F_OK), 0);
  NO_TURNS(); /* and then left alone until its time has come */
  assert_int_equal(prepare(self), 0);
  assert_string_equal(stage.asked, "");
  scanner->destroy(self);
}

static void an_old_database_is_replaced_or_used(void **state) {
  (void)state;
  void *self = begin(&nothing);
  put_database(path_of("cache"), "db", METADATA(LONG_AGO, LONG_AGO));
  TURNS({.exit_code = 1, .stderr_tail = FATAL("TOOMANYREQUESTS: slow down")});
  assert_int_equal(prepare(self), 0);
  assert_string_equal(told.text, "trivy 0.74.0 db 2 1577836800 1577836800 -");
  assert_non_null(strstr(script.log,
                         "3 the vulnerability database could not be brought up to date, "
                         "the one that is there is used: trivy failed: TOOMANY"));
  TURNS({.answer = ARTM_E_CANCELLED});
  assert_int_equal(prepare(self), ARTM_E_CANCELLED);
  TURNS({.database = METADATA("2026-11-23T00:00:00Z", FAR_AWAY)});
  assert_int_equal(prepare(self), 0);
  assert_string_equal(told.text, "trivy 0.74.0 db 2 1795392000 4070908800 -");
  scanner->destroy(self);
}

/* One that was fetched lately is not fetched again, even if the newest one is old. */
static void a_new_download_is_believed(void **state) {
  (void)state;
  void *self = begin(&nothing);
  time_t now = time(NULL) - 600;
  struct tm tm;
  char text[300], when[32];
  assert_non_null(gmtime_r(&now, &tm));
  assert_true(strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
  snprintf(text, sizeof text,
           "{\"Version\":2,\"UpdatedAt\":\"" LONG_AGO "\",\"NextUpdate\":\"" LONG_AGO
           "\",\"DownloadedAt\":\"%s\"}",
           when);
  put_database(path_of("cache"), "db", text);
  assert_int_equal(prepare(self), 0);
  scanner->destroy(self);
}

static void a_missing_database_that_cant_be_had(void **state) {
  (void)state;
  void *self = begin(&nothing);
  empty_cache();
  TURNS({.exit_code = 1,
         .stderr_tail = FATAL("init error: DB error: 2 errors occurred:\\x0a\\x09* one: "
                              "TOOMANYREQUESTS: limit\\x0a\\x09* two\\x0a\\x0a")});
  assert_int_equal(prepare(self), ARTM_E_RATE_LIMIT);
  assert_string_equal(call.message,
                      ": the vulnerability database could not be fetched: trivy failed: init "
                      "error: DB error: 2 errors occurred: * one: TOOMANYREQUESTS: limit; * two");
  assert_non_null(strstr(call.hint, "db_repository"));
  TURNS({.exit_code = 0}); /* says that all is well */
  assert_int_equal(prepare(self), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "trivy fetched no vulnerability database"));
  static const char *const bad[] = {"", "{", "{\"Version\":1}", "[]", "{\"Version\":\"2\"}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    put_database(path_of("cache"), "db", bad[i]);
    TURNS({.exit_code = 1, .stderr_tail = "x"});
    assert_int_equal(prepare(self), ARTM_E_LOCAL);
  }
  scanner->destroy(self);
}

static void fixed_databases(void **state) {
  (void)state;
  static const char *const options[] = {"skip_db_update", "offline"};
  for (size_t i = 0; i < 2; i++) {
    struct artm_config config = {{options[i], "true"}};
    void *self = begin(&config);
    empty_cache();
    assert_int_equal(prepare(self), ARTM_E_NOT_FOUND);
    assert_non_null(strstr(call.hint, "run once without"));
    put_database(path_of("cache"), "db", METADATA(LONG_AGO, LONG_AGO));
    assert_int_equal(prepare(self), 0);
    scanner->destroy(self);
  }
}

static void repositories_in_order(void **state) {
  (void)state;
  char *folder = strdup(path_of("own/cache"));
  struct artm_config config = {{"db_repository", "one.example:5000/trivy-db:2", "db_repository",
                                "two.example/a,b@sha256:0", "cache_dir", folder}};
  void *self = begin(&config);
  TURNS({.exit_code = 1, .stderr_tail = FATAL("x509: unknown authority")},
        {.database = METADATA("2026-11-23T00:00:00Z", FAR_AWAY)});
  assert_int_equal(prepare(self), 0);
  assert_string_equal(stage.asked,
                      "lock db\nlogin one.example:5000/trivy-db\nlogin two.example/a,b\n");
  assert_non_null(strstr(stage.called,
                         "--db-repository one.example:5000/trivy-db:2 | "
                         "TRIVY_DISABLE_VEX_NOTICE=1 DOCKER_CONFIG=/private/login\n"));
  assert_non_null(strstr(stage.called, "--db-repository \"two.example/a,b@sha256:0\" | "));
  assert_non_null(read_from(path_of("own/cache/db/metadata.json")));
  scanner->destroy(self);
  free(folder);
}

static void a_java_index_that_is_there_is_refreshed(void **state) {
  (void)state;
  void *self = begin(&nothing);
  put_database(path_of("cache"), "db", METADATA("2026-11-23T00:00:00Z", FAR_AWAY));
  put_database(path_of("cache"), "java-db", "{\"Version\":1}");
  TURNS({.database = METADATA("2026-11-23T00:00:00Z", FAR_AWAY)});
  assert_int_equal(prepare(self), 0);
  assert_non_null(strstr(stage.called, "--download-java-db-only"));
  assert_string_equal(stage.asked, "lock java-db\n");
  NO_TURNS();
  assert_int_equal(prepare(self), 0);
  scanner->destroy(self);
}

static void what_changes_a_result(void **state) {
  (void)state;
  char *file = strdup(path_of("a.vex.json"));
  struct artm_config config = {{"vex", file}};
  char first[512];
  write_to(file, "{}");
  void *self = begin(&config);
  assert_non_null(strstr(told.text, " sha256:"));
  strcpy(first, told.text);
  assert_int_equal(probe(self), 0);
  assert_string_equal(told.text, first);
  write_to(file, "{ }");
  assert_int_equal(probe(self), 0);
  assert_string_not_equal(told.text, first);
  assert_int_equal(unlink(file), 0);
  assert_int_equal(probe(self), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, file));
  scanner->destroy(self);
  free(file);
}

static void a_server(void **state) {
  (void)state;
  struct artm_config config = {{"server", "https://trivy.example:4954/"}};
  void *self = begin(&config);
  char mute[512];
  stage.answer = NULL;
  assert_int_equal(prepare(self), 0);
  assert_non_null(strstr(told.text, "trivy 0.74.0 db - -1 -1 sha256:"));
  assert_string_equal(stage.asked, "GET https://trivy.example:4954/version\n");
  strcpy(mute, strstr(told.text, "sha256"));
  static const char *const bad[] = {"", "{", "[]"};
  for (size_t i = 0; i < 3; i++) {
    stage.answer = bad[i];
    assert_int_equal(prepare(self), 0);
    assert_non_null(strstr(told.text, mute));
  }
  stage.answer =
      "{\"Version\":\"0.70.0\",\"VulnerabilityDB\":{\"Version\":2,\"NextUpdate\":\"" FAR_AWAY
      "\",\"UpdatedAt\":\"2026-11-23T00:00:00Z\"}}";
  assert_int_equal(prepare(self), 0);
  assert_non_null(strstr(told.text, "trivy 0.74.0 db 2 1795392000 4070908800 sha256:"));
  assert_null(strstr(told.text, mute));
  stage.answer = NULL;
  played();
  scanner->destroy(self);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(not_installed),
      cmocka_unit_test(version_is_asked_once),
      cmocka_unit_test(links_to_others_are_asked_each_time),
      cmocka_unit_test(odd_versions),
      cmocka_unit_test(a_missing_database_is_fetched),
      cmocka_unit_test(an_old_database_is_replaced_or_used),
      cmocka_unit_test(a_new_download_is_believed),
      cmocka_unit_test(a_missing_database_that_cant_be_had),
      cmocka_unit_test(fixed_databases),
      cmocka_unit_test(repositories_in_order),
      cmocka_unit_test(a_java_index_that_is_there_is_refreshed),
      cmocka_unit_test(what_changes_a_result),
      cmocka_unit_test(a_server),
  };
  return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
