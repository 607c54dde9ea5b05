/* SPDX-License-Identifier: Apache-2.0 */
/* http/authfile.h, http/credentials.h: Docker's and Podman's files, helpers, variables, order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "http/authfile.h"
#include "http/credentials.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* base64 by coreutils: printf 'user:pa:ss' | base64 */
#define USER_PA_SS "dXNlcjpwYTpzcw=="
#define OTHER_PW "b3RoZXI6cHc="  /* other:pw */
#define HUB_HUBPW "aHViOmh1YnB3" /* hub:hubpw */

static char *home;

static void write_file(const char *name, const char *text, unsigned mode) {
  auto_free char *path = fs_join(home, name);
  auto_free char *folder = fs_parent(path);
  auto_error err = {0};
  assert_int_equal(fs_make_folders(folder, 0700, &err), 0);
  assert_int_equal(fs_write(path, text, strlen(text), mode, &err), 0);
}

static int look(const char *json, const char *name, const char *repository, bool podman,
                struct authfile_answer *answer) {
  auto_strings names = {0};
  auto_error err = {0};
  strings_add(&names, name);
  if (strcmp(name, "docker.io") == 0)
    strings_add(&names, "registry-1.docker.io");
  const struct authfile_query query = {&names, repository, podman};
  return authfile_read(json, strlen(json), "FILE", &query, answer, &err);
}

static void expect_user(const char *json, const char *name, const char *repository, bool podman,
                        const char *user, const char *password) {
  struct authfile_answer answer = {0};
  assert_int_equal(look(json, name, repository, podman, &answer), 0);
  if (!user) {
    assert_null(answer.credential);
  } else {
    assert_non_null(answer.credential);
    assert_string_equal(answer.credential->username, user);
    assert_string_equal(answer.credential->password, password);
  }
  authfile_answer_done(&answer);
}

static void test_keys_of_auths(void **state) {
  (void)state;
  static const char *const keys[] = {"r.example:5000",
                                     "https://r.example:5000",
                                     "https://r.example:5000/",
                                     "http://r.example:5000/v1/",
                                     "https://R.example:5000/v2/",
                                     "r.example:5000/"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    auto_free char *json =
        str_format("{\"auths\":{\"%s\":{\"auth\":\"" USER_PA_SS "\"}}}", keys[i]);
    expect_user(json, "r.example:5000", NULL, false, "user", "pa:ss");
    expect_user(json, "r.example", NULL, false, NULL, NULL);
    expect_user(json, "r.example:5001", NULL, false, NULL, NULL);
    expect_user(json, "evil.r.example:5000", NULL, false, NULL, NULL);
  }
}

static void test_docker_hub_key(void **state) {
  (void)state;
  const char *json = "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" HUB_HUBPW "\"}}}";
  expect_user(json, "docker.io", NULL, false, "hub", "hubpw");
  expect_user(json, "quay.io", NULL, false, NULL, NULL);
}

static void test_namespaces_of_podman(void **state) {
  (void)state;
  const char *json = "{\"auths\":{\"q.example\":{\"auth\":\"" HUB_HUBPW "\"},"
                     "\"q.example/ns\":{\"auth\":\"" OTHER_PW "\"},"
                     "\"q.example/ns/app\":{\"auth\":\"" USER_PA_SS "\"}}}";
  expect_user(json, "q.example", "ns/app", true, "user", "pa:ss");
  expect_user(json, "q.example", "ns/app/x", true, "user", "pa:ss");
  expect_user(json, "q.example", "ns/application", true, "other", "pw");
  expect_user(json, "q.example", "nsx/app", true, "hub", "hubpw");
  expect_user(json, "q.example", "ns/app", false, "hub", "hubpw"); /* no registry to Docker */
}

static void test_other_forms(void **state) {
  (void)state;
  expect_user("{\"auths\":{\"a\":{\"username\":\"u\",\"password\":\"p\"}}}", "a", NULL, false, "u",
              "p");
  expect_user("{\"auths\":{\"a\":{}}}", "a", NULL, false, NULL, NULL);
  expect_user("{\"auths\":{\"a\":{\"auth\":\"!!!!\"}}}", "a", NULL, false, NULL, NULL);
  expect_user("{\"auths\":{\"a\":{\"auth\":\"bm9jb2xvbg==\"}}}", "a", NULL, false, NULL, NULL);
  expect_user("{\"auths\":[1]}", "a", NULL, false, NULL, NULL);
  expect_user("{\"auths\":{\"a\":7}}", "a", NULL, false, NULL, NULL);
  expect_user("{}", "a", NULL, false, NULL, NULL);
  struct authfile_answer answer = {0};
  assert_int_equal(
      look("{\"auths\":{\"a\":{\"identitytoken\":\"refresh\"}}}", "a", NULL, false, &answer), 0);
  assert_string_equal(answer.credential->identity_token, "refresh");
  authfile_answer_done(&answer);
  static const char *const broken[] = {"", "[]", "{", "null", "{\"auths\":{},\"auths\":{}}"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
    assert_int_equal(look(broken[i], "a", NULL, false, &answer), ARTM_E_CONFIG);
}

static void test_helpers_of_a_file(void **state) {
  (void)state;
  struct authfile_answer answer = {0};
  const char *json = "{\"credsStore\":\"desktop\",\"credHelpers\":{\"a.example\":\"ecr-login\"}}";
  assert_int_equal(look(json, "a.example", NULL, false, &answer), 0);
  assert_int_equal(answer.helpers.count, 2);
  assert_string_equal(answer.helpers.items[0], "ecr-login");
  assert_string_equal(answer.helpers.items[1], "desktop");
  assert_string_equal(answer.server, "a.example");
  authfile_answer_done(&answer);
  assert_int_equal(look(json, "docker.io", NULL, false, &answer), 0);
  assert_int_equal(answer.helpers.count, 1);
  assert_string_equal(answer.server, "https://index.docker.io/v1/");
  authfile_answer_done(&answer);
}

static void test_base64(void **state) {
  (void)state;
  auto_free char *coded = base64_encode("user:pa:ss", 10), *plain = base64_decode(USER_PA_SS);
  assert_string_equal(coded, USER_PA_SS);
  assert_string_equal(plain, "user:pa:ss");
  assert_null(base64_decode(""));
  assert_null(base64_decode("abc"));
  assert_null(base64_decode("a*c="));
}

/* The whole search, by the user's name of the registry. */
static const struct credential *find(struct http_client *client, const char *registry,
                                     const char *repository, int expected) {
  auto_call call = {0};
  const struct credential *credential = NULL;
  int rc = credentials_get(client, &call, registry_get(client, registry), repository,
                           "https://r.example", &credential);
  assert_int_equal(rc, expected);
  return credential;
}

static void test_order(void **state) {
  (void)state;
  const struct registry_settings settings = {
      .host = "r.example", .username = "cfg", .password = "cfgpw"};
  struct host_facts facts = {0};
  strings_add(&facts.logins, "g.example=TEST_ACTOR:TEST_TOKEN");
  strings_add(&facts.hosts, "docker.io=registry-1.docker.io");
  setenv("TEST_ACTOR", "me", 1);
  setenv("TEST_TOKEN", "tok123", 1);
  write_file(".docker/config.json",
             "{\"auths\":{\"r.example\":{\"auth\":\"" OTHER_PW "\"},\"s.example\":{\"auth\":"
             "\"" OTHER_PW "\"},\"https://index.docker.io/v1/\":{\"auth\":\"" HUB_HUBPW "\"}}}",
             0600);
  write_file("run/containers/auth.json",
             "{\"auths\":{\"s.example\":{\"auth\":\"" USER_PA_SS "\"}}}", 0600);
  const struct http_config config = {.registries = &settings, .registry_count = 1, .facts = &facts};
  struct http_client *client = http_client_new(&config);
  assert_string_equal(find(client, "r.example", NULL, 0)->username, "cfg");
  assert_string_equal(find(client, "s.example", NULL, 0)->username, "user");
  assert_string_equal(find(client, "docker.io", "library/a", 0)->username, "hub");
  assert_string_equal(find(client, "g.example", NULL, 0)->username, "me");
  assert_true(find(client, "g.example", NULL, 0)->implicit);
  assert_null(find(client, "other.example", NULL, 0));
  auto_free char *basic = credential_basic(find(client, "s.example", NULL, 0));
  assert_string_equal(basic, "Basic " USER_PA_SS);
  auto_free char *told = credentials_describe(client, registry_get(client, "other.example"), NULL,
                                              "https://other.example");
  assert_non_null(strstr(told, ".docker/config.json"));
  assert_non_null(strstr(told, "other.example"));
  auto_free char *used =
      credentials_describe(client, registry_get(client, "s.example"), NULL, "https://s.example");
  assert_non_null(strstr(used, "'user'"));
  assert_null(strstr(used, "pa:ss"));
  auto_call call = {0};
  const struct artm_http_identity identity = {.struct_size = sizeof identity,
                                              .origin = "https://other.example",
                                              .username = "given",
                                              .password = "pa:ss"};
  assert_int_equal(http_offer(client, &call, &identity), 0);
  auto_free char *given = credentials_describe(client, registry_get(client, "other.example"), NULL,
                                               "https://other.example");
  assert_non_null(strstr(given, "'given'"));
  http_client_free(client);
  strings_done(&facts.logins);
  strings_done(&facts.hosts);
}

static void test_offered_identity(void **state) {
  (void)state;
  struct http_client *client = http_client_new(&(struct http_config){0});
  auto_call call = {.plugin = "helm"};
  struct artm_http_identity offer = {.struct_size = sizeof offer,
                                     .origin = "https://r.example:443",
                                     .username = "offered",
                                     .password = "secretpw"};
  assert_null(find(client, "nobody.example", NULL, 0));
  assert_int_equal(http_offer(client, &call, &offer), 0);
  assert_string_equal(find(client, "nobody.example", NULL, 0)->username, "offered");
  offer.origin = "https://u:p@r.example";
  assert_int_equal(http_offer(client, &call, &offer), ARTM_E_UNSUPPORTED);
  http_client_free(client);
}

static void test_variables_that_name_files(void **state) {
  (void)state;
  auto_free char *named = fs_join(home, "named.json");
  write_file("named.json", "{\"auths\":{\"n.example\":{\"auth\":\"" OTHER_PW "\"}}}", 0600);
  setenv("REGISTRY_AUTH_FILE", named, 1);
  setenv("DOCKER_AUTH_CONFIG", "{\"auths\":{\"i.example\":{\"auth\":\"" USER_PA_SS "\"}}}", 1);
  struct http_client *client = http_client_new(&(struct http_config){0});
  assert_string_equal(find(client, "n.example", NULL, 0)->username, "other");
  assert_string_equal(find(client, "i.example", NULL, 0)->username, "user");
  http_client_free(client);
  setenv("REGISTRY_AUTH_FILE", "/nonexistent/auth.json", 1);
  client = http_client_new(&(struct http_config){0});
  find(client, "n.example", NULL, ARTM_E_CONFIG);
  http_client_free(client);
  unsetenv("REGISTRY_AUTH_FILE");
  unsetenv("DOCKER_AUTH_CONFIG");
  auto_free char *folder = fs_join(home, "odd/config.json");
  auto_error err = {0};
  assert_int_equal(fs_make_folders(folder, 0700, &err), 0);
  auto_free char *odd = fs_join(home, "odd");
  setenv("DOCKER_CONFIG", odd, 1);
  client = http_client_new(&(struct http_config){0});
  find(client, "z.example", NULL, ARTM_E_CONFIG); /* config.json is a folder */
  http_client_free(client);
  unsetenv("DOCKER_CONFIG");
}

static void test_helper_programs(void **state) {
  (void)state;
  write_file("bin/docker-credential-good",
             "#!/bin/sh\nread s || :\necho x >> \"$HELPER_COUNT\"\n"
             "echo \"{\\\"ServerURL\\\":\\\"$s\\\",\\\"Username\\\":\\\"u-$s\\\","
             "\\\"Secret\\\":\\\"hush\\\"}\"\n",
             0755);
  write_file("bin/docker-credential-token",
             "#!/bin/sh\necho '{\"Username\":\"<token>\",\"Secret\":\"refresh\"}'\n", 0755);
  write_file("bin/docker-credential-none",
             "#!/bin/sh\necho 'credentials not found in native keychain'\nexit 1\n", 0755);
  write_file("bin/docker-credential-bad", "#!/bin/sh\necho oh dear\necho secret >&2\nexit 3\n",
             0755);
  write_file("bin/docker-credential-garbage", "#!/bin/sh\necho '<html>'\n", 0755);
  write_file("bin/docker-credential-huge", "#!/bin/sh\nhead -c 10000000 /dev/zero\n", 0755);
  auto_free char *count = fs_join(home, "count");
  setenv("HELPER_COUNT", count, 1);
  auto_free char *bin = fs_join(home, "bin");
  auto_free char *path = str_format("%s:%s", bin, getenv("PATH"));
  setenv("PATH", path, 1);
  const struct registry_settings settings[] = {
      {.host = "good.example", .helper = "good"},    {.host = "token.example", .helper = "token"},
      {.host = "none.example", .helper = "none"},    {.host = "bad.example", .helper = "bad"},
      {.host = "garb.example", .helper = "garbage"}, {.host = "huge.example", .helper = "huge"},
      {.host = "miss.example", .helper = "missing"}, {.host = "path.example", .helper = "../good"},
  };
  const struct http_config config = {.registries = settings,
                                     .registry_count = sizeof settings / sizeof *settings};
  struct http_client *client = http_client_new(&config);
  assert_string_equal(find(client, "good.example", "a", 0)->username, "u-good.example");
  assert_string_equal(find(client, "good.example", "b", 0)->password, "hush");
  struct stat st;
  assert_int_equal(stat(count, &st), 0);
  assert_int_equal(st.st_size, 2); /* asked once */
  assert_string_equal(find(client, "token.example", NULL, 0)->identity_token, "refresh");
  assert_null(find(client, "none.example", NULL, 0));
  find(client, "bad.example", NULL, ARTM_E_AUTH);
  find(client, "bad.example", NULL, ARTM_E_AUTH);
  find(client, "garb.example", NULL, ARTM_E_AUTH);
  find(client, "huge.example", NULL, ARTM_E_LOCAL);
  find(client, "miss.example", NULL, ARTM_E_AUTH);
  find(client, "path.example", NULL, ARTM_E_CONFIG);
  http_client_free(client);
}

static int set_up(void **state) {
  (void)state;
  auto_error err = {0};
  json_setup();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  static const char *const names[] = {"REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME", "DOCKER_CONFIG",
                                      "DOCKER_AUTH_CONFIG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    unsetenv(names[i]);
  if (fs_private_folder(&home, &err))
    return -1;
  auto_free char *run = fs_join(home, "run");
  setenv("HOME", home, 1);
  setenv("XDG_RUNTIME_DIR", run, 1);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  auto_error err = {0};
  fs_remove_tree(home, &err);
  free(home);
  curl_global_cleanup();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_keys_of_auths),
      cmocka_unit_test(test_docker_hub_key),
      cmocka_unit_test(test_namespaces_of_podman),
      cmocka_unit_test(test_other_forms),
      cmocka_unit_test(test_helpers_of_a_file),
      cmocka_unit_test(test_base64),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_offered_identity),
      cmocka_unit_test(test_variables_that_name_files),
      cmocka_unit_test(test_helper_programs),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
