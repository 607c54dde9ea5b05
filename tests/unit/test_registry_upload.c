/* SPDX-License-Identifier: Apache-2.0 */
/* Target ghcr: uploads, mounts and their sessions. */
#include "unit/registry_target.h"

static void uploads_by_one_put(void **state) {
  static const char *const locations[][2] = {
      {"https://registry.example:5000/u/1", "PUT https://registry.example:5000/u/1?digest=" DIGEST},
      {LOCATION, PUT_BLOB},
      {"https://s3.example/u?a=b&", "PUT https://s3.example/u?a=b&digest=" DIGEST},
      {"https://s3.example/u?", "PUT https://s3.example/u?digest=" DIGEST},
      {"https://s3.example/u#f?x", "PUT https://s3.example/u?digest=" DIGEST},
  };
  (void)state;
  for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++) {
    struct open_target opened = open_app();
    PLAY({.request = POST_BLOB, .scope = PUSH, .status = 202, .location = locations[i][0]},
         {.request = locations[i][1], .scope = PUSH, .status = 201});
    assert_int_equal(put(&opened), 0);
    assert_string_equal(script.sent, "hello");
    assert_string_equal(script.media_type, "application/octet-stream");
    finish(&opened);
  }
  struct open_target opened = open_app();
  struct artm_descriptor other = blob;
  char digest[160] = "sha512:" HEX64 HEX64, put_request[512];
  other.digest = digest;
  snprintf(put_request, sizeof put_request, "PUT https://h/u?digest=%s", digest);
  struct text_stream content = TEXT("hello");
  const struct exchange exchanges[] = {
      {.request = POST_BLOB "?digest-algorithm=sha512", .status = 202, .location = "https://h/u"},
      {.request = put_request, .status = 201}};
  play(exchanges, 2);
  assert_int_equal(target->put_blob(opened.repository, &call, &other, &content.stream), 0);
  finish(&opened);
}

static void refused_uploads_say_why(void **state) {
  static const struct {
    struct exchange post;
    int32_t answer;
    const char *message, *hint;
  } cases[] = {
      {{.status = 202}, ARTM_E_UNSUPPORTED, "no usable Location", "public address"},
      {{.status = 200, .location = "https://h/u"}, ARTM_E_UNSUPPORTED, "no usable Location", ""},
      {{.status = 404, .body = NOT_FOUND}, ARTM_E_NOT_FOUND, "no such name", "create 'team/app'"},
      {{.status = 400, .body = NOT_FOUND}, ARTM_E_NOT_FOUND, "no such name", ""},
      {{.status = 401, .body = "{}"}, ARTM_E_AUTH, "by the host", ""},
      {{.status = 403, .body = "<html>no"}, ARTM_E_DENIED, "refused (status 403)", ""},
      {{.status = 403, .body = "quota\r\n \x1b[31mexceeded\xff"},
       ARTM_E_DENIED,
       "(status 403): quota [31mexceeded?",
       ""},
      {{.status = 413, .body = ""}, ARTM_E_UNSUPPORTED, "413", "client_max_body_size"},
      {{.status = 429, .body = "{}"}, ARTM_E_RATE_LIMIT, "by the host", ""},
      {{.status = 503, .body = "{}"}, ARTM_E_NETWORK, "by the host", ""},
      {{.status = 400, .body = "{\"errors\":[1,{\"code\":7,\"message\":[]},{\"code\":\"a b\"}]}"},
       ARTM_E_UNSUPPORTED,
       "upload of " DIGEST " refused (status 400)",
       ""},
      {{.error = ARTM_E_TIMEOUT}, ARTM_E_TIMEOUT, "not sent", ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct open_target opened = open_app();
    struct exchange exchange = cases[i].post;
    exchange.request = POST_BLOB;
    play(&exchange, 1);
    assert_int_equal(put(&opened), cases[i].answer);
    assert_non_null(strstr(call.message, cases[i].message));
    assert_non_null(strstr(call.hint, cases[i].hint));
    finish(&opened);
  }
}

static void a_lost_session_is_worth_another_try(void **state) {
  static const struct {
    struct exchange put;
    int32_t answer;
  } cases[] = {
      {{.status = 404, .body = "{\"errors\":[{\"code\":\"BLOB_UPLOAD_UNKNOWN\"}]}"},
       ARTM_E_NETWORK},
      {{.status = 416}, ARTM_E_NETWORK},
      {{.status = 200}, ARTM_E_NETWORK},
      {{.status = 500}, ARTM_E_NETWORK},
      {{.status = 400, .body = "{\"errors\":[{\"code\":\"DIGEST_INVALID\"}]}"}, ARTM_E_DIGEST},
      {{.status = 201, .header = {"Docker-Content-Digest", OTHER}}, ARTM_E_DIGEST},
      {{.status = 201, .header = {"Docker-Content-Digest", "odd"}}, 0},
      {{.error = ARTM_E_DIGEST}, ARTM_E_DIGEST},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct open_target opened = open_app();
    struct exchange exchanges[] = {{.request = POST_BLOB, .status = 202, .location = LOCATION},
                                   cases[i].put};
    exchanges[1].request = PUT_BLOB;
    play(exchanges, 2);
    assert_int_equal(put(&opened), cases[i].answer);
    finish(&opened);
  }
}

#define MOUNT "POST " APP "blobs/uploads/?mount=" DIGEST "&from=base/x"
#define FROM "registry.example:5000/base/x"

static void mounts_within_one_registry(void **state) {
  static const char *const elsewhere[] = {"quay.io/base/x",
                                          "registry.example/base/x",
                                          "registry.example:50001/base/x",
                                          "registry.example:5000/team/app",
                                          "registry.example:5000/base/x&from=y",
                                          "base/x",
                                          ""};
  struct open_target opened = open_app();
  (void)state;
  for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
    assert_int_equal(target->mount(opened.repository, &call, &blob, elsewhere[i]), ARTM_NO);
  PLAY({.request = MOUNT, .scope = PUSH " repository:base/x:pull", .status = 201});
  assert_int_equal(target->mount(opened.repository, &call, &blob, FROM), 0);
  static const uint32_t refusals[] = {400, 401, 403, 404, 405, 500, 503, 202};
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    PLAY({.request = MOUNT, .status = refusals[i]});
    assert_int_equal(target->mount(opened.repository, &call, &blob, FROM), ARTM_NO);
  }
  PLAY({.request = MOUNT, .error = ARTM_E_AUTH});
  assert_int_equal(target->mount(opened.repository, &call, &blob, FROM), ARTM_NO);
  PLAY({.request = MOUNT, .error = ARTM_E_CANCELLED});
  assert_int_equal(target->mount(opened.repository, &call, &blob, FROM), ARTM_E_CANCELLED);
  finish(&opened);
  opened = open_at("docker.io/owner", "auto", "app");
  assert_int_equal(target->mount(opened.repository, &call, &blob, "docker.io/library/x"), ARTM_NO);
  finish(&opened);
}

static void sessions_are_used_or_ended(void **state) {
  struct open_target opened = open_app();
  (void)state;
  PLAY({.request = MOUNT, .status = 202, .location = LOCATION},
       {.request = PUT_BLOB, .status = 201});
  assert_int_equal(target->mount(opened.repository, &call, &blob, FROM), ARTM_NO);
  assert_int_equal(put(&opened), 0);
  played();
  /* What is left is ended with the repository. */
  enum { KEPT = 40 };
  static const struct exchange opens = {.request = MOUNT, .status = 202, .location = LOCATION};
  struct exchange ends[KEPT];
  for (size_t i = 0; i < KEPT; i++) {
    play(&opens, 1);
    assert_int_equal(target->mount(opened.repository, &call, &blob, FROM), ARTM_NO);
    played();
    ends[i] = (struct exchange){.request = "DELETE " LOCATION, .scope = PUSH, .status = 405};
  }
  ends[7] = (struct exchange){.request = "DELETE " LOCATION, .error = ARTM_E_NETWORK};
  play(ends, KEPT);
  finish(&opened);
}

#define BEGIN "POST " APP "blobs/uploads/?mount=" DIGEST "&from=team/app"
#define HEAD_BLOB "HEAD " APP "blobs/" DIGEST

static int32_t begin(const struct open_target *opened) {
  return target->begin_blob(opened->repository, &call, &blob);
}

static void one_request_asks_and_opens(void **state) {
  struct open_target opened = open_app();
  (void)state;
  PLAY({.request = BEGIN, .scope = PUSH, .status = 201});
  assert_int_equal(begin(&opened), 0);
  PLAY({.request = BEGIN, .scope = PUSH, .status = 202, .location = LOCATION},
       {.request = PUT_BLOB, .scope = PUSH, .status = 201});
  assert_int_equal(begin(&opened), ARTM_NO);
  assert_int_equal(put(&opened), 0);
  /* What would befall the upload as well. */
  static const struct exchange failures[] = {
      {.status = 503}, {.status = 429}, {.error = ARTM_E_NETWORK}, {.error = ARTM_E_CANCELLED}};
  static const int32_t answers[] = {ARTM_E_NETWORK, ARTM_E_RATE_LIMIT, ARTM_E_NETWORK,
                                    ARTM_E_CANCELLED};
  for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
    struct exchange exchange = failures[i];
    exchange.request = BEGIN;
    play(&exchange, 1);
    assert_int_equal(begin(&opened), answers[i]);
  }
  /* A registry that does not know the way: plainly from then on. */
  PLAY({.request = BEGIN, .status = 405}, {.request = HEAD_BLOB, .status = 404});
  assert_int_equal(begin(&opened), ARTM_NO);
  PLAY({.request = HEAD_BLOB, .status = 200, .size = 5});
  assert_int_equal(begin(&opened), 0);
  finish(&opened);
}

static void other_places_are_asked_plainly(void **state) {
  struct open_target opened = open_at("docker.io/owner", "auto", "app");
  (void)state;
  PLAY({.request = "HEAD //docker.io/v2/owner/app/blobs/" DIGEST, .status = 404});
  assert_int_equal(begin(&opened), ARTM_NO);
  finish(&opened);
  opened = open_app();
  struct artm_descriptor other = blob;
  other.digest = "sha512:" HEX64 HEX64;
  PLAY({.request = "HEAD " APP "blobs/sha512:" HEX64 HEX64, .status = 404});
  assert_int_equal(target->begin_blob(opened.repository, &call, &other), ARTM_NO);
  other.digest = "odd";
  assert_int_equal(target->begin_blob(opened.repository, &call, &other), ARTM_E_UNSUPPORTED);
  finish(&opened);
}

static void blobs_are_asked_for(void **state) {
  static const struct {
    struct exchange head;
    int32_t answer;
  } cases[] = {
      {{.status = 200, .size = 5}, 0},
      {{.status = 200, .size = UINT64_MAX}, 0},
      {{.status = 200}, 0},
      {{.status = 200, .size = 6}, ARTM_NO},
      {{.status = 404}, ARTM_NO},
      {{.status = 403}, ARTM_E_DENIED},
      {{.status = 500}, ARTM_E_NETWORK},
  };
  struct open_target opened = open_app();
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct exchange exchange = cases[i].head;
    exchange.request = "HEAD " APP "blobs/" DIGEST;
    play(&exchange, 1);
    assert_int_equal(target->has_blob(opened.repository, &call, &blob), cases[i].answer);
  }
  finish(&opened);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(uploads_by_one_put, script_setup),
      cmocka_unit_test_setup(refused_uploads_say_why, script_setup),
      cmocka_unit_test_setup(a_lost_session_is_worth_another_try, script_setup),
      cmocka_unit_test_setup(mounts_within_one_registry, script_setup),
      cmocka_unit_test_setup(sessions_are_used_or_ended, script_setup),
      cmocka_unit_test_setup(one_request_asks_and_opens, script_setup),
      cmocka_unit_test_setup(other_places_are_asked_plainly, script_setup),
      cmocka_unit_test_setup(blobs_are_asked_for, script_setup),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
