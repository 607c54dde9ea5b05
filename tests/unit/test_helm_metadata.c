/* SPDX-License-Identifier: Apache-2.0 */
/* Chart.yaml to what helm push writes. The vectors and all configs that are expected here come from
 * Helm's own code. */
#include "unit/helm_metadata_parts.h"
#include <openssl/evp.h>

#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define DIGEST_SIZE 72

static json_t *load(const char *file) {
  const char *top = getenv("SRCDIR");
  auto_free char *path = registry_format("%s/tests/data/%s", top ? top : ".", file);
  json_t *vectors = json_load_file(path, 0, NULL);
  if (!vectors)
    fail_msg("no %s (set SRCDIR)", path);
  return vectors;
}

static const char *member(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

static void digest_of(const void *data, size_t size, char digest[DIGEST_SIZE]) {
  unsigned char hash[32];
  assert_int_equal(EVP_Digest(data, size, hash, NULL, EVP_sha256(), NULL), 1);
  int at = snprintf(digest, DIGEST_SIZE, "sha256:");
  for (size_t i = 0; i < sizeof hash; i++)
    at += snprintf(digest + at, DIGEST_SIZE - (size_t)at, "%02x", hash[i]);
}

static void check_written(const json_t *vector, const struct metadata *metadata) {
  size_t size;
  char config_digest[DIGEST_SIZE], digest[DIGEST_SIZE];
  auto_free char *config = metadata_config(metadata, &size);
  assert_string_equal(config, member(vector, "config"));
  digest_of(config, size, config_digest);
  assert_string_equal(config_digest, member(vector, "config_digest"));
  struct chart_part part = {config_digest, size}, chart = {EMPTY, 0};
  auto_free char *manifest = metadata_manifest(metadata, &part, &chart, NULL, &size);
  digest_of(manifest, size, digest);
  if (strcmp(digest, member(vector, "manifest_digest_v3_12")))
    fail_msg("%s: %s", member(vector, "name"), manifest);
}

static void vectors_as_helm_writes_them(void **state) {
  (void)state;
  auto_json *vectors = load("helm/helm-config.json");
  assert_int_equal(json_array_size(vectors), 60);
  for (size_t i = 0; i < json_array_size(vectors); i++) {
    const json_t *vector = json_array_get(vectors, i);
    char *why = NULL;
    struct metadata *metadata =
        read_texts(member(vector, "chart_yaml"), member(vector, "requirements_yaml"), &why);
    if (!metadata != !!member(vector, "error"))
      fail_msg("%s: %s", member(vector, "name"), why ? why : "accepted");
    if (metadata)
      check_written(vector, metadata);
    metadata_free(metadata);
    free(why);
  }
}

/* Digests and sizes as Helm's own tests have them of its testdata. */
static void known_answers(void **state) {
  (void)state;
  char *why = NULL;
  size_t size;
  char digest[DIGEST_SIZE];
  struct metadata *metadata = read_texts(
      "apiVersion: v1\ndescription: A Helm chart for Kubernetes\nname: signtest\nversion: 0.1.0\n",
      NULL, &why);
  assert_non_null(metadata);
  assert_string_equal(metadata_name(metadata), "signtest");
  assert_string_equal(metadata_version(metadata), "0.1.0");
  auto_free char *config = metadata_config(metadata, &size);
  assert_int_equal(size, 99);
  digest_of(config, size, digest);
  assert_string_equal(digest,
                      "sha256:8d17cb6bf6ccd8c29aace9a658495cbd5e2e87fc267876e86117c7db681c9580");
  struct chart_part config_part = {digest, size};
  struct chart_part chart = {
      "sha256:e5ef611620fb97704d8751c16bab17fedb68883bfb0edc76f78a70e9173f9b55", 973};
  struct chart_part provenance = {
      "sha256:b0a02b7412f78ae93324d48df8fcc316d8482e5ad7827b5b238657a29a22f256", 695};
  auto_free char *manifest = metadata_manifest(metadata, &config_part, &chart, &provenance, &size);
  assert_int_equal(size, 684);
  digest_of(manifest, size, digest);
  assert_string_equal(digest,
                      "sha256:b57e8ffd938c43253f30afedb3c209136288e6b3af3b33473e95ea3b805888e6");
  metadata_free(metadata);
}

struct reading {
  const char *chart, *requirements, *config;
};

#define DEMO "name: d\nversion: 1.0.0\n"
#define HEAD "{\"name\":\"d\",\"version\":\"1.0.0\","
#define V1 "\"apiVersion\":\"v1\""

static const struct reading readings[] = {
    {DEMO "Name: e\n", NULL, HEAD V1 "}"},
    {"NAME: d\nVersion: 1.0.0\nAPIVERSION: v2\n", NULL, HEAD "\"apiVersion\":\"v2\"}"},
    {"name: x\n" DEMO, NULL, HEAD V1 "}"},
    {"\xef\xbb\xbf" DEMO, NULL, HEAD V1 "}"},
    {DEMO "---\nbroken: [\n", NULL, HEAD V1 "}"},
    {"a: &a {name: d, icon: one}\nb: &b {icon: two, home: h}\n<<: [*a, *b]\nversion: 1.0.0\n", NULL,
     "{\"name\":\"d\",\"home\":\"h\",\"version\":\"1.0.0\",\"icon\":\"one\"," V1 "}"},
    {"icon: before\n<<: {name: d, icon: merged}\nversion: 1.0.0\n", NULL,
     HEAD "\"icon\":\"merged\"," V1 "}"},
    {DEMO "keywords: [1.10, yes, ~, a, 0x10]\n", NULL,
     HEAD "\"keywords\":[\"1.1\",\"true\",\"\",\"a\",\"16\"]," V1 "}"},
    {DEMO "description: |\n  two\n  lines\n", NULL, HEAD "\"description\":\"two lines \"," V1 "}"},
    {DEMO "description: \"a\\0b\\ec\\u2028d\"\nannotations: {k: \"a\\0b\\u2028\\b\"}\n", NULL,
     HEAD "\"description\":\"abc d\"," V1 ",\"annotations\":{\"k\":\"a\\u0000b\\u2028\\u0008\"}}"},
    {DEMO "dependencies: [{import-values: [{parent: a, child: 9007199254740993}, 1e21, 1.0e-7, "
          "0.000001, ~, yes, [x, {}], 18446744073709551615], name: x, enabled: yes}]\n",
     NULL,
     HEAD V1 ",\"dependencies\":[{\"name\":\"x\",\"repository\":\"\",\"enabled\":true,"
             "\"import-values\":[{\"child\":9007199254740992,\"parent\":\"a\"},1e+21,1e-7,"
             "0.000001,null,true,[\"x\",{}],18446744073709552000]}]}"},
    {DEMO "icon: .nan\nhome: -.INF\n", NULL,
     "{\"name\":\"d\",\"home\":\"-Inf\",\"version\":\"1.0.0\",\"icon\":\"NaN\"," V1 "}"},
    {DEMO "appVersion: !!float 3\nicon: !!str 010\nhome: ! 010\n", NULL,
     "{\"name\":\"d\",\"home\":\"010\",\"version\":\"1.0.0\",\"icon\":\"010\"," V1
     ",\"appVersion\":\"3\"}"},
    {DEMO "deprecated: yes\ntype: library\n", NULL,
     HEAD V1 ",\"deprecated\":true,\"type\":\"library\"}"},
    /* requirements.yaml goes over Chart.yaml, item by item, whatever the apiVersion */
    {"apiVersion: v2\n" DEMO, "dependencies: [{name: x}]\n",
     HEAD "\"apiVersion\":\"v2\",\"dependencies\":[{\"name\":\"x\",\"repository\":\"\"}]}"},
    {DEMO "dependencies: [{name: a, alias: b}, {name: c, version: 1}]\n",
     "dependencies: [{name: x, version: 2}]\nname: over\nannotations: {r: 1}\n",
     "{\"name\":\"over\",\"version\":\"1.0.0\"," V1 ",\"annotations\":{\"r\":\"1\"},"
     "\"dependencies\":[{\"name\":\"x\",\"version\":\"2\",\"repository\":\"\",\"alias\":\"b\"}]}"},
    {DEMO "Dependencies: [{name: a, alias: b}, {name: c, version: 1}]\n"
          "dependencies: [{name: x}]\n",
     "dependencies: [{name: y}, {repository: r}]\n",
     HEAD V1 ",\"dependencies\":[{\"name\":\"true\",\"repository\":\"\",\"alias\":\"b\"},"
             "{\"name\":\"c\",\"version\":\"1\",\"repository\":\"r\"}]}"},
};

static void reads_as_helm(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
    char *why = NULL;
    size_t size;
    struct metadata *metadata = read_texts(readings[i].chart, readings[i].requirements, &why);
    if (!metadata)
      fail_msg("%s: %s", readings[i].chart, why);
    auto_free char *config = metadata_config(metadata, &size);
    assert_string_equal(config, readings[i].config);
    assert_int_equal(size, strlen(config));
    metadata_free(metadata);
  }
}

static void authors_keep_their_separators(void **state) {
  (void)state;
  char *why = NULL;
  size_t size;
  struct metadata *metadata =
      read_texts(DEMO "maintainers: [{name: a, email: a@b}, {url: u}, {name: c}]\n"
                      "sources: [\" \", x]\n",
                 NULL, &why);
  struct chart_part part = {"sha256:e", 0};
  auto_free char *manifest = metadata_manifest(metadata, &part, &part, NULL, &size);
  assert_non_null(strstr(manifest, "\"annotations\":{"
                                   "\"org.opencontainers.image.authors\":\"a (a@b), , c\","
                                   "\"org.opencontainers.image.title\":\"d\","
                                   "\"org.opencontainers.image.version\":\"1.0.0\"}}"));
  metadata_free(metadata);
}

static void refuses_as_helm(void **state) {
  static const struct {
    const char *chart, *requirements, *why;
  } cases[] = {
      {DEMO "unknown: .nan\n", NULL, "Chart.yaml, line 3: 'unknown' must"},
      {DEMO "~: x\n", NULL, "Chart.yaml, line 3: a key"},
      {DEMO "18446744073709551615: x\n", NULL, "Chart.yaml, line 3: a key"},
      {DEMO "[a]: x\n", NULL, "Chart.yaml, line 3: a key"},
      {DEMO "deprecated: \"true\"\n", NULL, "line 3: 'deprecated' must be true or false"},
      {"- name\n", NULL, "Chart.yaml, line 1: there must be a map"},
      {"%YAML 1.2\n---\n" DEMO, NULL, "line 1: Helm reads YAML 1.1 only"},
      {DEMO "x: &x [*x]\n", NULL, "line 3: the value of anchor 'x' contains itself"},
      {DEMO "x: *y\n", NULL, "line 3: no anchor 'y'"},
      {DEMO "x: !!int y\n", NULL, "line 3: 'y' can't be read as !!int"},
      {DEMO "<<: x\n", NULL, "line 3: '<<' wants a map"},
      {DEMO "dependencies: [{name: a}, {name: b, alias: a}]\n", NULL, "dependency 'a'"},
      {DEMO "dependencies: [{}, {}]\n", NULL, "dependency ''"},
      {DEMO "dependencies: [{name: a, alias: a.b}]\n", NULL, "line 3: alias 'a.b'"},
      {DEMO "maintainers: [~]\n", NULL, "empty item in maintainers"},
      {DEMO "maintainers: [x]\n", NULL, "line 3: 'maintainers' must be"},
      {DEMO "annotations: [a]\n", NULL, "line 3: 'annotations' must be a map"},
      {DEMO "annotations:\n  a: b\n  c: {d: e}\n", NULL, "line 5: 'c' must be text"},
      {DEMO "\tx: y\n", NULL, "Chart.yaml, line 3: found a tab"},
      {"name: \"d\nversion: 1.0.0\n", NULL, "Chart.yaml, line 3: "},
      {DEMO "type: Library\n", NULL, "line 3: type 'Library'"},
      {"name: .\nversion: 1.0.0\n", NULL, "line 1: name '.'"},
      {"name: a/b\nversion: 1.0.0\n", NULL, "line 1: name 'a/b'"},
      {"name: \"\\u200b\"\nversion: 1.0.0\n", NULL, "Chart.yaml: no name"},
      {"name: d\n", NULL, "Chart.yaml: no version"},
      {"name: d\nversion: \"1.0.0\\0\"\n", NULL, "line 2: version '1.0.0' is no"},
      {DEMO, "apiVersion: \"\"\n", "no apiVersion"},
      {DEMO, "x: {\n", "requirements.yaml, line 2: "},
      {DEMO, "\nversion: a\n", "requirements.yaml, line 2: version 'a'"},
      {"", NULL, "Chart.yaml: no name"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_refused(cases[i].chart, strlen(cases[i].chart), cases[i].requirements, cases[i].why);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vectors_as_helm_writes_them),
      cmocka_unit_test(known_answers),
      cmocka_unit_test(reads_as_helm),
      cmocka_unit_test(authors_keep_their_separators),
      cmocka_unit_test(refuses_as_helm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
