/* SPDX-License-Identifier: Apache-2.0 */
/* Source docker: tag lists and referrers, against odd registries. */
#include "unit/registry_driver.h"

static const struct artm_source *source;
static void *self;
static struct artm_call call;

#define REPOSITORY "//registry.example:5000/v2/team/app/"
#define GET_TAGS "GET " REPOSITORY "tags/list?"
#define BASE "https://registry.example:5000/v2/team/app/tags/list"

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

static const struct artm_config entry = {
    {"source_registry", "registry.example:5000", "name", "team/app", NULL}};

static int32_t list(struct tags *tags) {
  *tags = TAGS;
  int32_t answer = source->list_versions(self, &call, &entry, &tags->sink);
  played();
  return answer;
}

static void tags_come_page_by_page(void **state) {
  static const char *const links[] = {
      "</v2/team/app/tags/list?last=b&n=2>; rel=\"next\"",
      "<https://registry.example:5000/v2/team/app/tags/list?last=b&n=2>; rel=next",
      "<HTTPS://Registry.example:5000/v2/team/app/tags/list?last=b&n=2>;rel=\"last next\"",
      "</other?x=y>; rel=\"prev\", <?last=b&n=2>; title=\"a, b\"; rel=\"next\"",
  };
  struct tags tags;
  (void)state;
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
    PLAY({.request = GET_TAGS "n=1000",
          .status = 200,
          .url = BASE,
          .header = {"Link", links[i]},
          .body = "{\"name\":\"team/app\",\"tags\":[\"a\",\"b\"]}"},
         {.request = GET_TAGS "last=b&n=2",
          .status = 200,
          .url = BASE,
          .body = "{\"tags\":[\"c\"]}"});
    assert_int_equal(list(&tags), 0);
    assert_string_equal(tags.text, "a b c ");
  }
  PLAY({.request = GET_TAGS "n=1000", .status = 200, .body = "{\"tags\":null}"});
  assert_int_equal(list(&tags), 0);
  PLAY({.request = GET_TAGS "n=1000", .status = 404});
  assert_int_equal(list(&tags), ARTM_E_NOT_FOUND);
  PLAY({.request = GET_TAGS "n=1000", .status = 200, .body = "<html>"});
  assert_int_equal(list(&tags), ARTM_E_UNSUPPORTED);
}

static void links_elsewhere_are_not_followed(void **state) {
  static const char *const links[] = {
      "<https://evil.example/v2/team/app/tags/list?last=x>; rel=\"next\"",
      "<//evil.example/v2/team/app/tags/list?last=x>; rel=\"next\"",
      "<http://registry.example:5000/v2/team/app/tags/list?last=x>; rel=\"next\"",
      "<https://registry.example/v2/team/app/tags/list?last=x>; rel=\"next\"",
      "<https://registry.example:5000@evil.example/v2/team/app/tags/list?last=x>; rel=\"next\"",
      "</v2/team/secret/tags/list?last=x>; rel=\"next\"",
      "</v2/team/app/tags/list/../../x/tags/list?last=x>; rel=\"next\"",
      "</v2/team/app/tags/list>; rel=\"next\"",
      "</v2/team/app/tags/list?last= x>; rel=\"next\"",
      "<https:/",
      "<",
      "<>; rel=next",
      "<?a>; rel",
      "; rel=next",
      ",,,",
  };
  (void)state;
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
    struct tags tags;
    PLAY({.request = GET_TAGS "n=1000",
          .status = 200,
          .url = BASE,
          .header = {"Link", links[i]},
          .body = "{\"tags\":[\"a+b\"]}"},
         {.request = GET_TAGS "n=1000&last=a%2Bb", .status = 200, .body = "{\"tags\":[]}"});
    assert_int_equal(list(&tags), 0);
    assert_string_equal(tags.text, "a+b ");
  }
}

static void endless_lists_end(void **state) {
  struct tags tags;
  (void)state;
  PLAY({.request = GET_TAGS "n=1000",
        .status = 200,
        .url = BASE,
        .header = {"Link", "<?page=2>; rel=next"},
        .body = "{\"tags\":[\"a\"]}"},
       {.request = GET_TAGS "page=2",
        .status = 200,
        .url = BASE,
        .header = {"Link", "<?page=3>; rel=next"},
        .body = "{\"tags\":[\"b\", 7, null]}"},
       {.request = GET_TAGS "page=3",
        .status = 200,
        .url = BASE,
        .header = {"Link", "<?page=4>; rel=next"},
        .body = "{\"tags\":[\"a\"]}"});
  assert_int_equal(list(&tags), 0);
  assert_string_equal(tags.text, "a b ");
  assert_non_null(strstr(script.log, "4 registry.example:5000/team/app: the registry sends one"));
}

static int32_t referrers(struct found *found) {
  const struct artm_version version = {.struct_size = sizeof version, .version = "1"};
  struct artm_artefact *artefact = NULL;
  assert_int_equal(source->open(self, &call, &entry, &version, &artefact), 0);
  *found = FOUND;
  int32_t answer = source->referrers(artefact, &call, DIGEST, &found->sink);
  source->close(artefact);
  played();
  return answer;
}

static void referrers_count_only_in_an_index(void **state) {
  const char *request = "GET " REPOSITORY "referrers/" DIGEST;
  const struct exchange cases[] = {
      {.status = 303, .location = "https://github.com/x"},
      {.status = 200, .media_type = "text/html", .body = "<html>"},
      {.status = 200, .media_type = OCI_MANIFEST, .body = "{\"manifests\":[]}"},
      {.status = 200, .media_type = OCI_INDEX, .body = "{\"manifests\":1}"},
      {.status = 200, .media_type = OCI_INDEX, .body = "{"},
      {.status = 200},
      {.status = 401},
      {.status = 404},
      {.status = 405},
      {.error = ARTM_E_AUTH},
  };
  struct found found;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct exchange exchange = cases[i];
    exchange.request = request;
    play(&exchange, 1);
    assert_int_equal(referrers(&found), ARTM_E_UNSUPPORTED);
    assert_int_equal(call.code, ARTM_E_UNSUPPORTED);
  }
  PLAY({.request = request, .status = 503});
  assert_int_equal(referrers(&found), ARTM_E_NETWORK);
  PLAY({.request = request,
        .status = 200,
        .media_type = OCI_INDEX,
        .body = "{\"manifests\":[{\"mediaType\":\"a/b\",\"digest\":\"" OTHER
                "\",\"size\":7,\"artifactType\":\"c/d\"},{\"digest\":\"../x\",\"size\":1},"
                "{\"mediaType\":\"a/b\",\"digest\":\"" DIGEST "\",\"size\":-1},5,null]}"});
  assert_int_equal(referrers(&found), 0);
  assert_int_equal(found.count, 1);
  assert_string_equal(found.digest, OTHER);
  assert_string_equal(found.artifact_type, "c/d");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(tags_come_page_by_page, script_setup),
      cmocka_unit_test_setup(links_elsewhere_are_not_followed, script_setup),
      cmocka_unit_test_setup(endless_lists_end, script_setup),
      cmocka_unit_test_setup(referrers_count_only_in_an_index, script_setup),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
