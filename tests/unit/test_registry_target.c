/* SPDX-License-Identifier: Apache-2.0 */
/* Target ghcr: its options and names, manifests, tags, and what it says when refused. */
#include "unit/registry_target.h"

static void targets_have_a_host(void **state) {
  static const struct {
    const char *value, *name, *reference;
  } cases[] = {
      {"ghcr.io/owner", "a/b", "ghcr.io/owner/a/b"},
      {"docker://ghcr.io/Owner/", "a", "ghcr.io/owner/a"},
      {"GHCR.io/owner", "App", "ghcr.io/owner/app"},
      {"localhost:5000", "a", "localhost:5000/a"},
      {"localhost/x", "a", "localhost/x/a"},
      {"[::1]:5000/p/q", "a", "[::1]:5000/p/q/a"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct open_target opened = open_at(cases[i].value, "auto", cases[i].name);
    assert_string_equal(opened.repository->reference, cases[i].reference);
    assert_int_equal(opened.repository->flags,
                     ARTM_REPOSITORY_REGISTRY | ARTM_REPOSITORY_VALIDATES);
    finish(&opened);
  }
}

static void other_targets_are_refused(void **state) {
  static const struct {
    const char *value, *hint;
  } cases[] = {
      {"", "write ghcr.io/OWNER"},
      {"owner", "write ghcr.io/OWNER"},
      {"owner/app", "write ghcr.io/OWNER"},
      {"https://ghcr.io/owner", "without a scheme"},
      {"user:sekret@ghcr.io/owner", "registries: HOST"},
      {"quay.io:x/owner", "without a scheme"},
      {"quay.io/Owner", "write quay.io/owner"},
      {"quay.io/a//b", "letters, digits"},
      {"quay.io/a?b", "letters, digits"},
      {"ghcr.io/-owner", "letters, digits"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    void *self = NULL;
    assert_int_equal(create(cases[i].value, "auto", &self), ARTM_E_CONFIG);
    assert_null(self);
    assert_string_equal(call.field, "registry");
    assert_null(strstr(call.message, "sekret"));
    assert_non_null(strstr(call.hint, cases[i].hint));
  }
}

static void names_are_checked(void **state) {
  static const char *const names[] = {"Upper", "a//b", "", "../x", "a:1", "a/", "a@b"};
  char long_name[256];
  void *self;
  struct artm_repository *repository = NULL;
  (void)state;
  memset(long_name, 'a', 250);
  long_name[250] = '\0';
  assert_int_equal(create("quay.io", "auto", &self), 0);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_int_equal(target->open(self, &call, names[i], &repository), ARTM_E_CONFIG);
  assert_int_equal(target->open(self, &call, long_name, &repository), ARTM_E_CONFIG);
  target->destroy(self);
  assert_int_equal(create("ghcr.io", "auto", &self), 0);
  assert_int_equal(target->open(self, &call, "app", &repository), ARTM_E_CONFIG);
  assert_non_null(strstr(call.message, "owner"));
  target->destroy(self);
}

static void lower_casing_is_told_once(void **state) {
  struct artm_repository *repository[2];
  void *self;
  (void)state;
  assert_int_equal(create("proxy.example/Owner", "ghcr", &self), 0);
  assert_string_equal(script.log, "");
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(target->open(self, &call, "app", &repository[i]), 0);
  assert_string_equal(script.log, "3 names are lower-case at this registry: the target is "
                                  "proxy.example/owner\n");
  for (size_t i = 0; i < 2; i++)
    target->close(repository[i], &call);
  target->destroy(self);
  assert_int_equal(create("ghcr.io/Owner", "generic", &self), ARTM_E_CONFIG);
}

static void manifests_are_put_verbatim(void **state) {
  struct open_target opened = open_app();
  uint32_t result = 99;
  (void)state;
  PLAY({.request = "PUT " APP "manifests/" DIGEST,
        .scope = PUSH,
        .status = 201,
        .header = {"OCI-Subject", OTHER, "Docker-Content-Digest", DIGEST}});
  assert_int_equal(target->put_manifest(opened.repository, &call, DIGEST, &manifest, &result), 0);
  assert_int_equal(result, ARTM_PUT_SUBJECT);
  assert_string_equal(script.sent, "{}");
  assert_string_equal(script.media_type, DOCKER_MANIFEST);
  PLAY({.request = "PUT " APP "manifests/1",
        .status = 201,
        .header = {"Docker-Content-Digest", OTHER}});
  assert_int_equal(put_tag(&opened, "1"), ARTM_E_DIGEST);
  assert_int_equal(put_tag(&opened, "../1"), ARTM_E_UNSUPPORTED);
  finish(&opened);
}

static void refused_manifests_say_why(void **state) {
#define ERROR(code, message) "{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}"
  static const struct {
    uint32_t status;
    const char *body;
    int32_t answer;
    const char *hint;
  } cases[] = {
      {404, ERROR("MANIFEST_BLOB_UNKNOWN", "x"), ARTM_E_BLOB_UNKNOWN, ""},
      {400, ERROR("BLOB_UNKNOWN", "x"), ARTM_E_BLOB_UNKNOWN, ""},
      {400, ERROR("MANIFEST_UNKNOWN", "x"), ARTM_E_BLOB_UNKNOWN, ""},
      {400, ERROR("MANIFEST_INVALID", "unknown blob"), ARTM_E_BLOB_UNKNOWN, ""},
      {400, ERROR("TAG_INVALID", "The image tag '1' already exists and is Immutable"),
       ARTM_E_CONFLICT, "on_change: keep"},
      {405, ERROR("UNSUPPORTED", "The operation is disallowed"), ARTM_E_CONFLICT, "locked"},
      {409, "", ARTM_E_CONFLICT, ""},
      {412, ERROR("PRECONDITION", "tag 1 is configured as immutable"), ARTM_E_CONFLICT, "new tag"},
      {415, "", ARTM_E_UNSUPPORTED, "docker2s2"},
      {400, ERROR("MANIFEST_INVALID", "bad"), ARTM_E_UNSUPPORTED, "docker2s2"},
      {404, ERROR("NAME_UNKNOWN", "x"), ARTM_E_NOT_FOUND, "project 'team'"},
      {413, "", ARTM_E_UNSUPPORTED, "client_max_body_size"},
      {302, "", ARTM_E_UNSUPPORTED, ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct open_target opened = open_app();
    PLAY({.request = "PUT " APP "manifests/1", .status = cases[i].status, .body = cases[i].body});
    assert_int_equal(put_tag(&opened, "1"), cases[i].answer);
    assert_non_null(strstr(call.message, "registry.example:5000/team/app:1"));
    assert_non_null(strstr(call.hint, cases[i].hint));
    finish(&opened);
  }
}

static void missing_repositories_are_named(void **state) {
  static const struct {
    const char *value, *name, *post, *hint;
  } cases[] = {
      {"1.dkr.ecr.eu-west-1.amazonaws.com", "a/b",
       "POST //1.dkr.ecr.eu-west-1.amazonaws.com/v2/a/b/blobs/uploads/",
       "aws ecr create-repository --repository-name a/b"},
      {"europe-docker.pkg.dev/project", "folder/app",
       "POST //europe-docker.pkg.dev/v2/project/folder/app/blobs/uploads/",
       "repositories create folder --repository-format=docker --project=project"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct open_target opened = open_at(cases[i].value, "auto", cases[i].name);
    PLAY({.request = cases[i].post, .status = 404, .body = NOT_FOUND});
    assert_int_equal(put(&opened), ARTM_E_NOT_FOUND);
    assert_non_null(strstr(call.hint, cases[i].hint));
    finish(&opened);
  }
}

static void tags_are_listed_and_deleted(void **state) {
  static const struct {
    uint32_t status;
    int32_t answer;
  } cases[] = {{202, 0},
               {404, ARTM_NO},
               {400, ARTM_E_UNSUPPORTED},
               {405, ARTM_E_UNSUPPORTED},
               {403, ARTM_E_DENIED}};
  struct open_target opened = open_app();
  struct tags tags = TAGS;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    PLAY({.request = "DELETE " APP "manifests/1",
          .scope = PUSH ",delete",
          .status = cases[i].status});
    assert_int_equal(target->delete_tag(opened.repository, &call, "1"), cases[i].answer);
  }
  assert_int_equal(target->delete_tag(opened.repository, &call, DIGEST), ARTM_E_UNSUPPORTED);
  PLAY({.request = "GET " APP "tags/list?n=1000", .status = 200, .body = "{\"tags\":[\"a\"]}"});
  assert_int_equal(target->tags(opened.repository, &call, &tags.sink), 0);
  assert_string_equal(tags.text, "a ");
  PLAY({.request = "GET " APP "tags/list?n=1000", .status = 404});
  assert_int_equal(target->tags(opened.repository, &call, &tags.sink), ARTM_NO);
  finish(&opened);
}

static void ghcr_explains_its_refusals(void **state) {
  static const struct {
    const char *body, *hint;
  } cases[] = {
      {ERROR("DENIED", "permission_denied: write_package"), "Manage Actions access"},
      {ERROR("DENIED", "installation not allowed to Write organization package"),
       "fine-grained tokens do not work"},
      {ERROR("DENIED", "permission_denied: The token provided does not match expected scopes."),
       "write:packages"},
      {ERROR("DENIED", "denied"), "packages: write"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct open_target opened = open_ghcr();
    PLAY({.request = "GET " GHCR_APP "tags/list?n=1", .status = 403},
         {.request = "POST " GHCR_APP "blobs/uploads/", .status = 403, .body = cases[i].body});
    assert_int_equal(put(&opened), ARTM_E_DENIED);
    assert_non_null(strstr(call.hint, cases[i].hint));
    finish(&opened);
  }
}

static void new_packages_are_told_once(void **state) {
  void *self;
  struct artm_repository *first, *second;
  (void)state;
  assert_int_equal(create("ghcr.io/owner", "auto", &self), 0);
  assert_int_equal(target->open(self, &call, "a/b", &first), 0);
  assert_int_equal(target->open(self, &call, "a/b", &second), 0);
  struct open_target opened[] = {{self, first}, {self, second}};
#define AB "//ghcr.io/v2/owner/a/b/"
  PLAY({.request = "HEAD " AB "manifests/1", .status = 403},
       {.request = "GET " AB "tags/list?n=1", .status = 404, .body = NOT_FOUND},
       {.request = "POST " AB "blobs/uploads/", .status = 202, .location = "https://ghcr.io/u"},
       {.request = "PUT https://ghcr.io/u?digest=" DIGEST, .status = 201},
       {.request = "PUT " AB "manifests/" DIGEST, .status = 201},
       {.request = "PUT " AB "manifests/1", .status = 201},
       {.request = "PUT " AB "manifests/2", .status = 201});
  struct found found = FOUND;
  assert_int_equal(target->resolve(first, &call, "1", &found.sink), ARTM_NO);
  assert_int_equal(put(&opened[0]), 0);
  assert_int_equal(put_tag(&opened[0], DIGEST), 0);
  assert_string_equal(script.log, "");
  assert_int_equal(put_tag(&opened[0], "1"), 0);
  assert_non_null(strstr(script.log, "3 ghcr.io/owner/a/b is a new package and private: change "
                                     "that at https://github.com/users/owner/packages/container/"
                                     "a%2Fb/settings"));
  script.log[0] = '\0';
  assert_int_equal(put_tag(&opened[1], "2"), 0);
  assert_string_equal(script.log, "");
  target->close(first, &call);
  finish(&opened[1]);
}

static void old_packages_are_not_told(void **state) {
  struct open_target opened = open_ghcr();
  struct found found = FOUND;
  (void)state;
  PLAY({.request = "HEAD " GHCR_APP "manifests/1",
        .status = 200,
        .media_type = OCI_INDEX,
        .header = {"Docker-Content-Digest", DIGEST}},
       {.request = "PUT " GHCR_APP "manifests/2", .status = 201});
  assert_int_equal(target->resolve(opened.repository, &call, "1", &found.sink), 0);
  assert_int_equal(put_tag(&opened, "2"), 0);
  finish(&opened);
  opened = open_ghcr();
  PLAY({.request = "GET " GHCR_APP "tags/list?n=1", .status = 200, .body = "{}"},
       {.request = "PUT " GHCR_APP "manifests/2", .status = 201});
  assert_int_equal(put_tag(&opened, "2"), 0);
  finish(&opened);
  assert_string_equal(script.log, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(targets_have_a_host, script_setup),
      cmocka_unit_test_setup(other_targets_are_refused, script_setup),
      cmocka_unit_test_setup(names_are_checked, script_setup),
      cmocka_unit_test_setup(lower_casing_is_told_once, script_setup),
      cmocka_unit_test_setup(manifests_are_put_verbatim, script_setup),
      cmocka_unit_test_setup(refused_manifests_say_why, script_setup),
      cmocka_unit_test_setup(missing_repositories_are_named, script_setup),
      cmocka_unit_test_setup(tags_are_listed_and_deleted, script_setup),
      cmocka_unit_test_setup(ghcr_explains_its_refusals, script_setup),
      cmocka_unit_test_setup(new_packages_are_told_once, script_setup),
      cmocka_unit_test_setup(old_packages_are_not_told, script_setup),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
