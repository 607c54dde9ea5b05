/* SPDX-License-Identifier: Apache-2.0 */
/* Helm's own credential files: what is offered to whom, what is wrong with them. */
#include "unit/helm_driver.h"

#include "common/fail.c"
#include "common/registry_host.c"
#include "common/registry_json.c"
#include "common/registry_text.c"
#include "helm/repository/local.c"
#include "helm/repository/login.c"
#include "helm/repository/login_registry.c"
#include "helm/repository/login_repositories.c"
#include "helm/repository/urls.c"

static const struct artm_host host = {.struct_size = sizeof host,
                                      .log = driver_note,
                                      .fail = driver_fail,
                                      .cancelled = driver_cancelled};
static const struct artm_http http = {.struct_size = sizeof http, .offer = driver_offer};
static struct helm helm;
static struct artm_call call;
static struct login *login;

static int setup(void **state) {
  helm = (struct helm){.client = {&host, &http, 0}};
  call = (struct artm_call){0};
  unsetenv(REPOSITORY_VARIABLE);
  unsetenv(REGISTRY_VARIABLE);
  login = login_new(&helm);
  return driver_begin(state);
}
static int teardown(void **state) {
  login_free(login);
  return driver_end(state);
}

static void use_file(const char *variable, const char *text) {
  driver_put("config", text);
  setenv(variable, driver_path("config"), 1);
}

static void offers(const char *expected) {
  assert_string_equal(driver_offers.text, expected);
  driver_offers.text[0] = '\0';
}

static const char repositories[] =
    "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n"
    "- caFile: /etc/ca.pem\n  certFile: /etc/c.pem\n  insecure_skip_tls_verify: true\n"
    "  keyFile: /etc/k.pem\n  name: a\n  pass_credentials_all: false\n  password: geheim\n"
    "  url: https://Charts.example:443/a/\n  username: anna\n"
    "- {name: b, url: 'https://charts.example/b', username: bert, password: other}\n"
    "- {name: c, url: 'https://c.example?x=y', username: cora, password: \"ge:heim\", "
    "pass_credentials_all: true, password: geheim}\n"
    "- {name: half, url: 'https://half.example', username: h, password: ''}\n"
    "- {name: d, url: https://d.example, unknown: [{}], username: null}\n"
    "- {name: no-url}\n";

static void a_repository_gets_its_own(void **state) {
  (void)state;
  use_file(REPOSITORY_VARIABLE, repositories);
  assert_int_equal(login_offer_repository(login, &call, "https://Charts.example:443/a"), 0);
  assert_int_equal(login_offer_repository(login, &call, "https://Charts.example:443/a/"), 0);
  offers("https://charts.example anna geheim ca=/etc/ca.pem cert=/etc/c.pem key=/etc/k.pem\n");
  assert_non_null(strstr(driver_log.text, "3 https://Charts.example:443/a/: insecure_skip_tls"));
  assert_int_equal(login_offer_repository(login, &call, "https://c.example/?x=y"), 0);
  offers("https://c.example cora geheim\n");
  assert_int_equal(login_offer_repository(login, &call, "https://c.example"), 0);
  assert_int_equal(login_offer_repository(login, &call, "https://charts.example/other"), 0);
  assert_int_equal(login_offer_repository(login, &call, "https://half.example"), 0);
  assert_int_equal(login_offer_repository(login, &call, "https://d.example"), 0);
  offers("");
}

static void one_server_has_one_login(void **state) {
  (void)state;
  use_file(REPOSITORY_VARIABLE, repositories);
  assert_int_equal(login_offer_repository(login, &call, "https://charts.example/b"), 0);
  assert_int_equal(login_offer_repository(login, &call, "https://Charts.example:443/a"), 0);
  offers("https://charts.example bert other\n");
  assert_non_null(strstr(driver_log.text, "4 https://charts.example/b and https://Charts.exam"));
  assert_null(strstr(driver_log.text, "geheim"));
}

static void elsewhere_only_where_told(void **state) {
  (void)state;
  use_file(REPOSITORY_VARIABLE, repositories);
  const char *c = "https://c.example?x=y", *b = "https://charts.example/b";
  assert_int_equal(login_offer_elsewhere(login, &call, c, "https://cdn.example/x?y"), 0);
  assert_int_equal(login_offer_elsewhere(login, &call, c, "https://CDN.example:443/z"), 0);
  offers("https://cdn.example cora geheim\n");
  assert_int_equal(login_offer_elsewhere(login, &call, c, "https://c.example/x"), 0);
  assert_int_equal(login_offer_elsewhere(login, &call, c, "http://plain.example/x"), 0);
  assert_int_equal(login_offer_elsewhere(login, &call, b, "https://cdn2.example/x"), 0);
  offers("");
  assert_int_equal(login_offer_repository(login, &call, b), 0);
  assert_int_equal(login_offer_elsewhere(login, &call, c, "https://charts.example/x"), 0);
  offers("https://charts.example bert other\n");
}

static void a_registry_gets_its_own(void **state) {
  (void)state;
  /* base64 of "robot:geheim:1" and "hub:geheim" by coreutils' base64 */
  use_file(REGISTRY_VARIABLE,
           "{\"auths\": {\"ghcr.io/owner\": {\"auth\": \"eDp5\"}, \"https://r.example:5000/v1/\": "
           "{\"auth\": \"eDp5\"}, \"R.example:5000\": {\"auth\": \"cm9ib3Q6Z2VoZWltOjE=\"}, "
           "\"https://index.docker.io/v1/\": {\"auth\": \"aHViOmdlaGVpbQ==\"}, \"plain.example\": "
           "{\"username\": \"p\", \"password\": \"geheim\"}, \"empty.example\": {}, "
           "\"bad.example\": {\"auth\": \"geheim\"}, \"worse.example\": {\"auth\": \"eHh4\"}},"
           "\"credsStore\": \"store\", \"credHelpers\": {\"gcr.io\": \"gcloud\"}}");
  assert_int_equal(login_offer_registry(login, &call, "r.example:5000"), 0);
  assert_int_equal(login_offer_registry(login, &call, "R.EXAMPLE:5000"), 0);
  offers("https://r.example:5000 robot geheim:1\nhttp://r.example:5000 robot geheim:1\n");
  assert_int_equal(login_offer_registry(login, &call, "docker.io"), 0);
  offers("https://registry-1.docker.io hub geheim\nhttp://registry-1.docker.io hub geheim\n");
  assert_int_equal(login_offer_registry(login, &call, "plain.example"), 0);
  offers("https://plain.example p geheim\nhttp://plain.example p geheim\n");
  assert_int_equal(login_offer_registry(login, &call, "ghcr.io"), 0);
  assert_int_equal(login_offer_registry(login, &call, "other.example"), 0);
  assert_string_equal(driver_log.text, "");
  assert_int_equal(login_offer_registry(login, &call, "empty.example"), 0);
  assert_int_equal(login_offer_registry(login, &call, "gcr.io"), 0);
  offers("");
  assert_non_null(strstr(driver_log.text, "registries: {'empty.example': {helper: 'store'}}"));
  assert_non_null(strstr(driver_log.text, "registries: {'gcr.io': {helper: 'gcloud'}}"));
  assert_int_equal(login_offer_registry(login, &call, "bad.example"), ARTM_E_CONFIG);
  assert_int_equal(login_offer_registry(login, &call, "worse.example"), ARTM_E_CONFIG);
  assert_string_equal(call.where, driver_path("config"));
  assert_null(strstr(driver_log.text, "geheim"));
  offers("");
}

static void no_file_is_no_error(void **state) {
  (void)state;
  assert_int_equal(login_offer_repository(login, &call, "https://a.example"), 0);
  assert_int_equal(login_offer_registry(login, &call, "a.example"), 0);
  setenv(REPOSITORY_VARIABLE, driver_path("absent"), 1);
  setenv(REGISTRY_VARIABLE, driver_path("absent"), 1);
  assert_int_equal(login_offer_repository(login, &call, "https://b.example"), 0);
  assert_int_equal(login_offer_registry(login, &call, "b.example"), 0);
  offers("");
}

static void wrong_files_are_named(void **state) {
  static const char *const texts[] = {
      "geheim",
      "- geheim\n",
      "repositories: {a: geheim}\n",
      "repositories: [geheim]\n",
      "repositories:\n- url: [geheim]\n",
      "repositories:\n- password: {geheim: x}\n",
      "repositories: [{password: geheim\n",
      "password: \"geheim\n",
      "a: *geheim\n: geheim: [\n",
      "repositories:\n- password: geheim\xff\n",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    use_file(REPOSITORY_VARIABLE, texts[i]);
    assert_int_equal(login_offer_repository(login, &call, "https://a.example"), ARTM_E_CONFIG);
    assert_string_equal(call.where, driver_path("config"));
    assert_memory_equal(call.message, "line ", 5);
    assert_non_null(strstr(call.hint, REPOSITORY_VARIABLE));
  }
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    use_file(REGISTRY_VARIABLE, texts[i]);
    assert_int_equal(login_offer_registry(login, &call, "a.example"), ARTM_E_CONFIG);
    assert_string_equal(call.message, "it is no JSON object");
  }
  assert_null(strstr(driver_log.text, "geheim"));
  setenv(REPOSITORY_VARIABLE, driver_folder, 1);
  assert_int_equal(login_offer_repository(login, &call, "https://a.example"), ARTM_E_LOCAL);
  offers("");
}

static void files_are_bounded(void **state) {
  size_t size = FILE_MAX + 2;
  auto_free char *text = malloc(size + 1);
  (void)state;
  assert_non_null(text);
  memset(text, ' ', size);
  text[size] = '\0';
  use_file(REPOSITORY_VARIABLE, text);
  assert_int_equal(login_offer_repository(login, &call, "https://a.example"), ARTM_E_CONFIG);
  assert_string_equal(call.message, "it is larger than 1024 KiB");
  text[FILE_MAX] = '\0';
  use_file(REPOSITORY_VARIABLE, text);
  assert_int_equal(login_offer_repository(login, &call, "https://a.example"), 0);
  memset(text, '[', FILE_MAX);
  login_free(login);
  login = login_new(&helm);
  use_file(REPOSITORY_VARIABLE, text);
  assert_int_equal(login_offer_repository(login, &call, "https://a.example"), ARTM_E_CONFIG);
  memcpy(text, "a: ", 3);
  use_file(REPOSITORY_VARIABLE, text);
  assert_int_equal(login_offer_repository(login, &call, "https://a.example"), ARTM_E_CONFIG);
  assert_string_equal(call.message, "line 1: nested too deep");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_repository_gets_its_own), TEST(one_server_has_one_login),
      TEST(elsewhere_only_where_told), TEST(a_registry_gets_its_own),
      TEST(no_file_is_no_error),       TEST(wrong_files_are_named),
      TEST(files_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
