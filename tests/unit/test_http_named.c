/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that a server's document names, and credentials that go with the first request: a shop
 * that hides everything behind a 404, and another host that its documents name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/server.c"

#include "base/fs.h"
#include "http/client.h"
#include <curl/curl.h>
#include <unistd.h>

#define PASSWORD "canary-password"
/* printf 'me:canary-password' | base64 */
#define BASIC "bWU6Y2FuYXJ5LXBhc3N3b3Jk"

struct world {
  struct server *shop, *other;
  struct http_client *client;
  struct registry_settings settings[2];
  struct host_facts facts;
  char shop_host[64], other_host[64], document[128];
};

/* Not found without credentials, and no challenge. */
static bool hide(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server;
  (void)arg;
  auto_free char *authorization = server_header(request, "Authorization");
  server_read_body(fd, request, NULL);
  bool known = authorization && strcmp(authorization, "Basic " BASIC) == 0;
  server_reply(fd, known ? "200 OK" : "404 Not Found", "", known ? "content" : "");
  return true;
}

/* shop, other: who has the password in the config. */
static void begin(struct world *w, bool shop, bool other) {
  *w = (struct world){.shop = server_start(hide, NULL), .other = server_start(hide, NULL)};
  snprintf(w->shop_host, sizeof w->shop_host, "127.0.0.1:%u", server_port(w->shop));
  snprintf(w->other_host, sizeof w->other_host, "127.0.0.1:%u", server_port(w->other));
  snprintf(w->document, sizeof w->document, "http://%s/index", w->shop_host);
  w->settings[0] = (struct registry_settings){
      .host = w->shop_host, .username = "me", .password = shop ? PASSWORD : NULL};
  w->settings[1] =
      (struct registry_settings){.host = w->other_host, .username = "me", .password = PASSWORD};
  const struct http_config config = {
      .registries = w->settings, .registry_count = other ? 2 : 1, .facts = &w->facts};
  w->client = http_client_new(&config);
}

static void end(struct world *w) {
  http_client_free(w->client);
  server_stop(w->shop);
  server_stop(w->other);
}

static int get(struct world *w, const char *host, const char *named_by, uint32_t flags) {
  auto_call call = {0};
  auto_free char *url = str_format("http://%s/chart", host);
  const struct artm_http_request request = {.struct_size = sizeof request,
                                            .flags = flags | ARTM_HTTP_MAY_MISS,
                                            .method = "GET",
                                            .url = url,
                                            .named_by = named_by};
  struct artm_http_response *response = NULL;
  int rc = http_send(w->client, &call, &request, &response);
  if (rc == 0)
    artm_http_close(response);
  return rc;
}

static void credentials_go_with_the_first_request(void **state) {
  (void)state;
  struct world w;
  begin(&w, true, false);
  assert_int_equal(get(&w, w.shop_host, NULL, 0), ARTM_NO);
  assert_int_equal(server_requests(w.shop), 1);
  assert_int_equal(get(&w, w.shop_host, NULL, ARTM_HTTP_BASIC), 0);
  assert_int_equal(server_requests(w.shop), 2);
  end(&w);
}

static void without_credentials_the_flag_does_nothing(void **state) {
  (void)state;
  struct world w;
  begin(&w, false, false);
  assert_int_equal(get(&w, w.shop_host, NULL, ARTM_HTTP_BASIC), ARTM_NO);
  auto_free char *seen = server_journal(w.shop);
  assert_null(strstr(seen, "Authorization"));
  end(&w);
}

static void the_own_origin_is_not_foreign(void **state) {
  (void)state;
  struct world w;
  begin(&w, true, false);
  assert_int_equal(get(&w, w.shop_host, w.document, ARTM_HTTP_BASIC), 0);
  end(&w);
}

/* A file knows the other host's password: that is for who names that host himself. */
static void elsewhere_only_what_was_given_for_that_host(void **state) {
  (void)state;
  struct world w;
  char folder[] = "/tmp/artmirror-named-XXXXXX";
  assert_non_null(mkdtemp(folder));
  begin(&w, true, false);
  auto_free char *file = str_format("%s/config.json", folder);
  auto_free char *text = str_format("{\"auths\":{\"%s\":{\"auth\":\"" BASIC "\"}}}", w.other_host);
  auto_error err = {0};
  assert_int_equal(fs_write(file, text, strlen(text), 0600, &err), 0);
  setenv("DOCKER_CONFIG", folder, 1);
  assert_int_equal(get(&w, w.shop_host, NULL, ARTM_HTTP_BASIC), 0); /* its address is known now */
  assert_int_equal(get(&w, w.other_host, w.document, ARTM_HTTP_BASIC), ARTM_NO);
  auto_free char *seen = server_journal(w.other);
  assert_null(strstr(seen, "Authorization"));
  assert_int_equal(get(&w, w.other_host, NULL, ARTM_HTTP_BASIC), 0);
  unsetenv("DOCKER_CONFIG");
  unlink(file);
  rmdir(folder);
  end(&w);
}

static void elsewhere_with_what_the_config_says(void **state) {
  (void)state;
  struct world w;
  begin(&w, true, true);
  assert_int_equal(get(&w, w.shop_host, NULL, ARTM_HTTP_BASIC), 0);
  assert_int_equal(get(&w, w.other_host, w.document, ARTM_HTTP_BASIC), 0);
  end(&w);
}

static void elsewhere_with_what_was_offered(void **state) {
  (void)state;
  struct world w;
  begin(&w, true, false);
  auto_call call = {0};
  auto_free char *origin = str_format("http://%s", w.other_host);
  const struct artm_http_identity identity = {
      .struct_size = sizeof identity, .origin = origin, .username = "me", .password = PASSWORD};
  assert_int_equal(http_offer(w.client, &call, &identity), 0);
  assert_int_equal(get(&w, w.shop_host, NULL, ARTM_HTTP_BASIC), 0);
  assert_int_equal(get(&w, w.other_host, w.document, ARTM_HTTP_BASIC), 0);
  end(&w);
}

/* A document from far away names a server on this machine. */
static void nearer_addresses_are_refused(void **state) {
  (void)state;
  struct world w;
  begin(&w, true, false);
  assert_true(get(&w, w.other_host, "https://charts.example/index.yaml", 0) < 0);
  assert_int_equal(server_requests(w.other), 0);
  end(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(credentials_go_with_the_first_request),
      cmocka_unit_test(without_credentials_the_flag_does_nothing),
      cmocka_unit_test(the_own_origin_is_not_foreign),
      cmocka_unit_test(elsewhere_only_what_was_given_for_that_host),
      cmocka_unit_test(elsewhere_with_what_the_config_says),
      cmocka_unit_test(elsewhere_with_what_was_offered),
      cmocka_unit_test(nearer_addresses_are_refused),
  };
  curl_global_init(CURL_GLOBAL_DEFAULT);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  curl_global_cleanup();
  return failed;
}
