/* SPDX-License-Identifier: Apache-2.0 */
/* References of charts on the command line. */
#include "unit/registry_driver.h"

static const struct artm_source *source;
static void *self;
static struct artm_call call;

static int setup(void **state) {
  (void)state;
  source = driver_plugin("helm")->source;
  return source->create(&driver_host, &call, &(struct artm_config){0}, &self);
}
static int teardown(void **state) {
  (void)state;
  if (source)
    source->destroy(self);
  return 0;
}

struct reading {
  const char *reference, *fields;
};

static void check(const struct reading *readings, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pairs pairs = PAIRS;
    call.message[0] = '\0';
    int32_t answer = source->parse(self, &call, readings[i].reference, &pairs.sink);
    if (answer)
      fail_msg("%s: %s", readings[i].reference, call.message);
    assert_string_equal(pairs.text, readings[i].fields);
  }
}
#define CHECK(...)                             \
  check((const struct reading[]){__VA_ARGS__}, \
        sizeof((const struct reading[]){__VA_ARGS__}) / sizeof(struct reading))

#define FIELDS(name, repo_name, repo_url, versions) \
  "name: '" name "'\nrepo_name: '" repo_name "'\nrepo_url: '" repo_url "'\nversions: " versions "\n"

static void reads_registries(void **state) {
  (void)state;
  CHECK({"oci://ghcr.io/owner/charts/web:1.2.0",
         FIELDS("web", "owner/charts", "oci://ghcr.io/owner/charts", "['1.2.0']")},
        {"oci://GHCR.io/owner/web:1.2.0+build.5",
         FIELDS("web", "owner", "oci://ghcr.io/owner", "['1.2.0+build.5']")},
        {"oci://localhost:5000/web:1.0",
         FIELDS("web", "localhost-5000", "oci://localhost:5000", "['1.0']")},
        {"oci://[::1]:5000/web:1.0", FIELDS("web", "1-5000", "oci://[::1]:5000", "['1.0']")},
        {"oci://ghcr.io/a/web:1.0@" DIGEST,
         FIELDS("web", "a", "oci://ghcr.io/a", "[{tag: '1.0', digest: '" DIGEST "'}]")},
        {"oci://ghcr.io/a/web@" DIGEST, FIELDS("web", "a", "oci://ghcr.io/a", "['" DIGEST "']")},
        {"OCI://ghcr.io/a/web:v1", FIELDS("web", "a", "oci://ghcr.io/a", "['v1']")});
}

static void reads_chart_repositories(void **state) {
  (void)state;
  CHECK({"https://charts.example/stable#web@1.2.0",
         FIELDS("web", "stable", "https://charts.example/stable", "['1.2.0']")},
        {"https://charts.example/a/Stable_Charts/#web@1.2.0+b",
         FIELDS("web", "stable_charts", "https://charts.example/a/Stable_Charts/", "['1.2.0+b']")},
        {"http://127.0.0.1:8080#web@v1",
         FIELDS("web", "127.0.0.1-8080", "http://127.0.0.1:8080", "['v1']")},
        {"https://Charts.Example#a.b_c--d@1",
         FIELDS("a.b_c--d", "charts.example", "https://Charts.Example", "['1']")},
        {"https://charts.example/x?token='a'#web@1",
         FIELDS("web", "x", "https://charts.example/x?token=''a''", "['1']")},
        {"https://charts.example/%7Eme/..my--charts..#web@1",
         FIELDS("web", "my-charts", "https://charts.example/%7Eme/..my--charts..", "['1']")},
        {"file:///srv/charts#web@1", FIELDS("web", "charts", "file:///srv/charts", "['1']")},
        {"file://./charts#web@1", FIELDS("web", "charts", "file://./charts", "['1']")},
        {"file://../#web@1", FIELDS("web", "charts", "file://../", "['1']")});
}

static void refuses(const char *reference, int32_t code, const char *message, const char *hint) {
  struct pairs pairs = PAIRS;
  call = (struct artm_call){0};
  assert_int_equal(source->parse(self, &call, reference, &pairs.sink), code);
  if (!strstr(call.message, message) || !strstr(call.hint, hint))
    fail_msg("%s: '%s' does not say '%s', or '%s' not '%s'", reference, call.message, message,
             call.hint, hint);
  assert_null(strstr(call.message, "secret"));
  assert_null(strstr(call.hint, "secret"));
  assert_string_equal(pairs.text, "");
}

static void refuses_what_is_none(void **state) {
  static const char *const classic = "write REPO_URL#CHART@VERSION";
  static const char *const oci = "write oci://HOST/PATH/CHART:VERSION";
  (void)state;
  refuses("https://charts.example/stable", ARTM_E_CONFIG, "names no chart", classic);
  refuses("https://charts.example/stable#", ARTM_E_CONFIG, "names no chart", classic);
  refuses("https://charts.example/stable#web", ARTM_E_CONFIG, "names no version", classic);
  refuses("https://charts.example/stable#web@", ARTM_E_CONFIG, "names no version", classic);
  refuses("https://charts.example/x?sig=secret#web", ARTM_E_CONFIG, "names no version", classic);
  refuses("https://charts.example/stable#Web@1", ARTM_E_CONFIG, "lower case", classic);
  refuses("https://charts.example/stable#a/b@1", ARTM_E_CONFIG, "lower case", classic);
  refuses("https://charts.example/stable#@1", ARTM_E_CONFIG, "lower case", classic);
  refuses("https://charts.example/stable#web@1@2", ARTM_E_CONFIG, "the version is not", classic);
  refuses("https://charts.example/stable#web@^1", ARTM_E_CONFIG, "the version is not", classic);
  refuses("https://charts.example/a b#web@1", ARTM_E_CONFIG, "a space", classic);
  refuses("https://charts.example/a\n- x: #web@1", ARTM_E_CONFIG, "a space", classic);
  refuses("https://me:secret@charts.example/x#web@1", ARTM_E_CONFIG, "credentials",
          "registries: HOST");
  refuses("oci://me:secret@ghcr.io/a/web:1", ARTM_E_CONFIG, "credentials", "registries: HOST");
  refuses("oci://ghcr.io/a/web", ARTM_E_CONFIG, "names no version", oci);
  refuses("oci://ghcr.io/a/web:", ARTM_E_CONFIG, "the version is not", oci);
  refuses("oci://ghcr.io/a/web:1'", ARTM_E_CONFIG, "the version is not", oci);
  refuses("oci://ghcr.io/A/web:1", ARTM_E_CONFIG, "lower-case", oci);
  refuses("oci://ghcr.io:1", ARTM_E_CONFIG, "lower-case", oci);
  refuses("oci:///a/web:1", ARTM_E_CONFIG, "host[:port]", oci);
  refuses("oci://ghcr.io/a/web:1@sha256:12", ARTM_E_CONFIG, "digest", oci);
  refuses("oci:folder:1", ARTM_NO, "", "");
  refuses("docker://x/y", ARTM_NO, "", "");
  refuses("ghcr.io/a/web:1", ARTM_NO, "", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(reads_registries, script_setup),
      cmocka_unit_test_setup(reads_chart_repositories, script_setup),
      cmocka_unit_test_setup(refuses_what_is_none, script_setup),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
