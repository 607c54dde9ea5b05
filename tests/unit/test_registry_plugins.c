/* SPDX-License-Identifier: Apache-2.0 */
/* Source docker: names, references, manifests and blobs, against odd registries. */
#include "unit/registry_driver.h"

static const struct artm_source *source;
static void *self;
static struct artm_call call;

#define REPOSITORY "//registry.example:5000/v2/team/app/"
#define MANIFEST_URL REPOSITORY "manifests/"

static int setup(void **state) {
  (void)state;
  source = driver_plugin("docker")->source;
  return source->create(&driver_host, &call, &(struct artm_config){0}, &self);
}
static int teardown(void **state) {
  (void)state;
  if (source)
    source->destroy(self);
  return 0;
}

static struct artm_artefact *open_at(const char *registry, const char *name, const char *tag,
                                     const char *digest) {
  const struct artm_config entry = {{"source_registry", registry, "name", name, NULL}};
  const struct artm_version version = {
      .struct_size = sizeof version, .version = tag, .digest = digest};
  struct artm_artefact *artefact = NULL;
  assert_int_equal(source->open(self, &call, &entry, &version, &artefact), 0);
  return artefact;
}

static int32_t resolve(const char *tag, const char *digest, struct found *found) {
  struct artm_artefact *artefact = open_at("registry.example:5000", "team/app", tag, digest);
  *found = FOUND;
  int32_t answer = source->resolve(artefact, &call, &found->sink);
  source->close(artefact);
  played();
  return answer;
}

static void hub_has_names_of_its_own(void **state) {
  static const struct {
    const char *registry, *name, *reference, *repository;
    uint32_t flags;
  } cases[] = {
      {"docker.io", "alpine", "docker.io/library/alpine:3", "docker.io/library/alpine", 1},
      {"Docker.IO", "a/b", "docker.io/a/b:3", "docker.io/a/b", 1},
      {"index.docker.io", "alpine", "docker.io/library/alpine:3", "docker.io/library/alpine", 1},
      {"quay.io", "alpine", "quay.io/alpine:3", "quay.io/alpine", 0},
      {"localhost:5000", "a__b/c-d.e", "localhost:5000/a__b/c-d.e:3", "localhost:5000/a__b/c-d.e",
       0},
      {"[::1]:5000", "a", "[::1]:5000/a:3", "[::1]:5000/a", 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct artm_artefact *artefact = open_at(cases[i].registry, cases[i].name, "3", NULL);
    assert_string_equal(artefact->reference, cases[i].reference);
    assert_string_equal(artefact->repository, cases[i].repository);
    assert_int_equal(artefact->flags, cases[i].flags);
    source->close(artefact);
  }
}

static void illegal_names_never_reach_a_url(void **state) {
  static const char *const cases[][4] = {
      {"registry.example", "Team/app", "1", NULL},
      {"registry.example", "../app", "1", NULL},
      {"registry.example", "a//b", "1", NULL},
      {"registry.example", "a___b", "1", NULL},
      {"registry.example", "", "1", NULL},
      {"registry.example/x", "app", "1", NULL},
      {"user@registry.example", "app", "1", NULL},
      {"registry.example:port", "app", "1", NULL},
      {"registry.example", "app", "1/../2", NULL},
      {"registry.example", "app", ".1", NULL},
      {"registry.example", "app", "1?x=y", NULL},
      {"registry.example", "app", NULL, NULL},
      {"registry.example", "app", "1", "sha256:12"},
      {"registry.example", "app", "1", "md5:" HEX64},
      {"registry.example", "app", "1", "sha256:" HEX64 "/"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct artm_config entry = {{"source_registry", cases[i][0], "name", cases[i][1], NULL}};
    const struct artm_version version = {
        .struct_size = sizeof version, .version = cases[i][2], .digest = cases[i][3]};
    struct artm_artefact *artefact = NULL;
    assert_int_equal(source->open(self, &call, &entry, &version, &artefact), ARTM_E_CONFIG);
    assert_null(artefact);
  }
  struct artm_artefact *artefact = open_at("registry.example", "app", "1", NULL);
  struct found found = FOUND;
  assert_int_equal(source->manifest(artefact, &call, "../../other", &found.sink),
                   ARTM_E_UNSUPPORTED);
  struct artm_descriptor blob = {.struct_size = sizeof blob, .digest = "sha256:../x"};
  struct artm_stream *stream = NULL;
  assert_int_equal(source->open_blob(artefact, &call, &blob, 0, &stream), ARTM_E_UNSUPPORTED);
  source->close(artefact);
}

static void references_become_fields(void **state) {
  static const struct {
    const char *reference, *fields;
  } cases[] = {
      {"nginx", "name: 'nginx'\nsource_registry: 'docker.io'\nversions: ['latest']\n"},
      {"library/nginx:1", "name: 'library/nginx'\nsource_registry: 'docker.io'\nversions: ['1']\n"},
      {"docker://ghcr.io/a/b:v1.0",
       "name: 'a/b'\nsource_registry: 'ghcr.io'\nversions: ['v1.0']\n"},
      {"localhost/a", "name: 'a'\nsource_registry: 'localhost'\nversions: ['latest']\n"},
      {"host:5000/a", "name: 'a'\nsource_registry: 'host:5000'\nversions: ['latest']\n"},
      {"[::1]:5000/a:1", "name: 'a'\nsource_registry: '[::1]:5000'\nversions: ['1']\n"},
      {"q.io/a@" DIGEST, "name: 'a'\nsource_registry: 'q.io'\nversions: ['" DIGEST "']\n"},
      {"q.io/a:1@" DIGEST,
       "name: 'a'\nsource_registry: 'q.io'\nversions: [{tag: '1', digest: '" DIGEST "'}]\n"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pairs pairs = PAIRS;
    assert_int_equal(source->parse(self, &call, cases[i].reference, &pairs.sink), 0);
    assert_string_equal(pairs.text, cases[i].fields);
  }
}

static void other_references_are_refused(void **state) {
  static const struct {
    const char *reference;
    int32_t answer;
  } cases[] = {
      {"", ARTM_NO},
      {"./folder", ARTM_NO},
      {"/folder", ARTM_NO},
      {"oci://host/chart:1", ARTM_NO},
      {"https://charts.example#vault@1", ARTM_NO},
      {"q.io/Upper:1", ARTM_E_CONFIG},
      {"q.io/a:", ARTM_E_CONFIG},
      {"q.io/a:b:c", ARTM_E_CONFIG},
      {"q.io/a@sha256:1", ARTM_E_CONFIG},
      {"q.io/", ARTM_E_CONFIG},
      {"a'b", ARTM_E_CONFIG},
      {"-q.io/a", ARTM_E_CONFIG},
      {"user:sekret@q.io/a", ARTM_E_CONFIG},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pairs pairs = PAIRS;
    assert_int_equal(source->parse(self, &call, cases[i].reference, &pairs.sink), cases[i].answer);
    assert_string_equal(pairs.text, "");
    assert_null(strstr(call.message, "sekret"));
  }
}

static void resolves_by_head(void **state) {
  struct found found;
  (void)state;
  PLAY({.request = "HEAD " MANIFEST_URL "1.0",
        .scope = "repository:team/app:pull",
        .status = 200,
        .media_type = OCI_INDEX,
        .size = 1234,
        .header = {"docker-content-digest", DIGEST}});
  assert_int_equal(resolve("1.0", NULL, &found), 0);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.size, 1234);
  assert_string_equal(found.digest, DIGEST);
  assert_string_equal(found.media_type, OCI_INDEX);
  static const char *const types[] = {OCI_INDEX, OCI_MANIFEST, DOCKER_MANIFEST,
                                      "application/vnd.docker.distribution.manifest.list.v2+json"};
  for (size_t i = 0; i < 4; i++)
    assert_non_null(strstr(script.accept, types[i]));

  PLAY({.request = "HEAD " MANIFEST_URL DIGEST,
        .status = 200,
        .media_type = OCI_INDEX,
        .size = UINT64_MAX});
  assert_int_equal(resolve("1.0", DIGEST, &found), 0);
  assert_string_equal(found.digest, DIGEST); /* the pin is what was asked for */
  assert_int_equal(found.size, 0);
}

static void a_pin_beats_what_the_registry_says(void **state) {
  struct found found;
  (void)state;
  PLAY({.request = "HEAD " MANIFEST_URL DIGEST,
        .status = 200,
        .media_type = OCI_INDEX,
        .header = {"Docker-Content-Digest", OTHER}});
  assert_int_equal(resolve("1.0", DIGEST, &found), ARTM_E_DIGEST);
  assert_int_equal(found.count, 0);
}

static void poor_heads_are_followed_by_get(void **state) {
  struct found found;
  const char *body = "{\"schemaVersion\":2,\"mediaType\":\"" OCI_MANIFEST "\",\"layers\":[]}";
  const struct exchange heads[] = {
      {.status = 200, .media_type = OCI_MANIFEST},
      {.status = 200, .media_type = OCI_MANIFEST, .header = {"Docker-Content-Digest", "sha256:0"}},
      {.status = 200,
       .media_type = "application/json",
       .header = {"Docker-Content-Digest", DIGEST}},
      {.status = 200, .header = {"Docker-Content-Digest", DIGEST}},
      {.status = 405},
  };
  (void)state;
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    struct exchange exchanges[] = {heads[i],
                                   {.request = "GET " MANIFEST_URL "1",
                                    .status = 200,
                                    .media_type = i % 2 ? "text/plain" : NULL,
                                    .body = body}};
    exchanges[0].request = "HEAD " MANIFEST_URL "1";
    play(exchanges, 2);
    assert_int_equal(resolve("1", NULL, &found), 0);
    assert_string_equal(found.data, body);
    assert_string_equal(found.media_type, OCI_MANIFEST);
    assert_string_equal(found.digest, "");
  }
}

static void what_can_not_be_resolved_says_why(void **state) {
  static const struct {
    struct exchange head;
    int32_t answer;
    const char *message;
  } cases[] = {
      {{.status = 404}, ARTM_E_NOT_FOUND, "registry.example:5000/team/app:1: not found, or not"},
      {{.status = 401}, ARTM_E_AUTH, "by the host"},
      {{.status = 403}, ARTM_E_DENIED, "by the host"},
      {{.status = 503}, ARTM_E_NETWORK, "by the host"},
      {{.error = ARTM_E_CANCELLED}, ARTM_E_CANCELLED, "not sent"},
      {{.status = 200,
        .media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws",
        .header = {"Docker-Content-Digest", DIGEST}},
       ARTM_E_UNSUPPORTED,
       "schema 1"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct exchange exchange = cases[i].head;
    struct found found;
    exchange.request = "HEAD " MANIFEST_URL "1";
    play(&exchange, 1);
    assert_int_equal(resolve("1", NULL, &found), cases[i].answer);
    assert_non_null(strstr(call.message, cases[i].message));
    assert_int_equal(found.count, 0);
  }
}

static int32_t get(const char *reference, const struct exchange *answer, struct found *found) {
  struct artm_artefact *artefact = open_at("registry.example:5000", "team/app", "1", NULL);
  char request[512];
  snprintf(request, sizeof request, "GET " MANIFEST_URL "%s", reference);
  struct exchange exchange = *answer;
  exchange.request = request;
  play(&exchange, 1);
  *found = FOUND;
  int32_t result = source->manifest(artefact, &call, reference, &found->sink);
  source->close(artefact);
  played();
  return result;
}

static void manifests_have_a_type(void **state) {
  static const struct {
    const char *served, *body;
    int32_t answer;
    const char *type;
  } cases[] = {
      {OCI_INDEX, "{}", 0, OCI_INDEX}, /* what it says; the core compares */
      {NULL, "{\"mediaType\":\"" DOCKER_MANIFEST "\"}", 0, DOCKER_MANIFEST},
      {"application/json", "{\"manifests\":[]}", 0, OCI_INDEX},
      {"application/octet-stream", "{\"layers\":[]}", 0, OCI_MANIFEST},
      {"text/html", "<html>Welcome</html>", ARTM_E_DIGEST, ""},
      {NULL, "", ARTM_E_DIGEST, ""},
      {NULL, "[]", ARTM_E_DIGEST, ""},
      {NULL, "{\"mediaType\":1,\"layers\":{}}", ARTM_E_DIGEST, ""},
      {NULL, "{\"mediaType\":\"a\",\"mediaType\":\"b\"}", ARTM_E_DIGEST, ""},
      {NULL, "{\"mediaType\":\"" OCI_INDEX, ARTM_E_DIGEST, ""},
      {"text/plain", "{\"schemaVersion\":1,\"fsLayers\":[]}", ARTM_E_UNSUPPORTED, ""},
      {"application/vnd.docker.distribution.manifest.v1+json", "{}", ARTM_E_UNSUPPORTED, ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct found found;
    assert_int_equal(
        get("1",
            &(struct exchange){.status = 200, .media_type = cases[i].served, .body = cases[i].body},
            &found),
        cases[i].answer);
    assert_string_equal(found.media_type, cases[i].type);
    if (!cases[i].answer)
      assert_string_equal(found.data, cases[i].body);
  }
}

static void manifests_are_bounded_and_checked(void **state) {
  struct found found;
  (void)state;
  assert_int_equal(get("1", &(struct exchange){.status = 404}, &found), ARTM_NO);
  assert_int_equal(get(DIGEST, &(struct exchange){.status = 403}, &found), ARTM_E_DENIED);
  const struct exchange huge = {
      .status = 200, .media_type = OCI_INDEX, .size = (4u << 20) + 1, .body = "{}"};
  assert_int_equal(get("1", &huge, &found), ARTM_E_UNSUPPORTED);
  const struct exchange other = {.status = 200,
                                 .media_type = OCI_INDEX,
                                 .header = {"Docker-Content-Digest", OTHER},
                                 .body = "{}"};
  assert_int_equal(get(DIGEST, &other, &found), ARTM_E_DIGEST);
  assert_int_equal(get("1", &other, &found), 0);
  assert_string_equal(found.digest, OTHER); /* the core compares it with the bytes */
  /* A document that would take 25 times its size of memory when parsed. */
  size_t size = 3u << 20;
  char *braces = malloc(size + 1);
  assert_non_null(braces);
  for (size_t i = 0; i < size; i++)
    braces[i] = "{},"[i % 3];
  braces[0] = '[';
  braces[size - 1] = ']';
  braces[size] = '\0';
  assert_int_equal(get("1", &(struct exchange){.status = 200, .body = braces}, &found),
                   ARTM_E_DIGEST);
  free(braces);
}

static void blobs_start_where_they_are_wanted(void **state) {
  struct artm_artefact *artefact = open_at("registry.example:5000", "team/app", "1", NULL);
  struct artm_descriptor blob = {.struct_size = sizeof blob, .digest = DIGEST, .size = 6};
  struct artm_stream *stream = NULL;
  char buffer[8] = "";
  (void)state;
  PLAY({.request = "GET " REPOSITORY "blobs/" DIGEST, .offset = 2, .status = 206, .body = "cdef"});
  assert_int_equal(source->open_blob(artefact, &call, &blob, 2, &stream), 0);
  assert_int_equal(stream->read(stream, &call, buffer, 7), 4);
  stream->close(stream);
  played();
  PLAY({.request = "GET " REPOSITORY "blobs/" DIGEST, .status = 404});
  assert_int_equal(source->open_blob(artefact, &call, &blob, 0, &stream), ARTM_E_NOT_FOUND);
  played();
  source->close(artefact);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(hub_has_names_of_its_own, script_setup),
      cmocka_unit_test_setup(illegal_names_never_reach_a_url, script_setup),
      cmocka_unit_test_setup(references_become_fields, script_setup),
      cmocka_unit_test_setup(other_references_are_refused, script_setup),
      cmocka_unit_test_setup(resolves_by_head, script_setup),
      cmocka_unit_test_setup(a_pin_beats_what_the_registry_says, script_setup),
      cmocka_unit_test_setup(poor_heads_are_followed_by_get, script_setup),
      cmocka_unit_test_setup(what_can_not_be_resolved_says_why, script_setup),
      cmocka_unit_test_setup(manifests_have_a_type, script_setup),
      cmocka_unit_test_setup(manifests_are_bounded_and_checked, script_setup),
      cmocka_unit_test_setup(blobs_start_where_they_are_wanted, script_setup),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
