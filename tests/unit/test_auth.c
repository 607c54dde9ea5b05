/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, Basic, redirects and Locations, with canary secrets: a registry, its token server and a
 * host that should never learn anything, all on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/server.c"

#include "base/clock.h"
#include "base/json.h"
#include "http/client.h"
#include <curl/curl.h>

#define PASSWORD "canary-password"
/* printf 'me:canary-password' | base64 */
#define BASIC "bWU6Y2FuYXJ5LXBhc3N3b3Jk"
#define TOKEN "canary-token"

struct world {
  struct server *registry, *realm, *evil;
  struct http_client *client;
  struct registry_settings settings;
  struct host_facts facts;
  char host[64];
  const char *realm_host;  /* "127.0.0.1", or another name of the same machine */
  const char *realm_reply; /* NULL: a token */
  const char *realm_status;
  const char *challenge;  /* NULL: Bearer of realm */
  const char *redirect;   /* Location of GET /go; %u is the evil port */
  const char *more_scope; /* what the challenge asks beyond */
  unsigned valid_from;    /* tokens below this number are refused */
  atomic_uint issued;
  bool silent_401; /* no challenge but at /v2/ */
  bool post_404;
  bool one_scope; /* two are refused */
  bool open;      /* anonymous requests are fine */
  bool deny_known;
};

static void refuse(struct world *w, int fd, const struct server_request *request) {
  auto_free char *bearer = str_format(
      "WWW-Authenticate: Bearer realm=\"http://%s:%u/token\",service=\"reg\"%s%s%s\r\n",
      w->realm_host, server_port(w->realm), w->more_scope ? ",scope=\"" : "",
      w->more_scope ? w->more_scope : "", w->more_scope ? "\",error=\"insufficient_scope\"" : "");
  bool silent = w->silent_401 && strcmp(request->path, "/v2/") != 0;
  server_reply(fd, "401 Unauthorized", silent ? "" : w->challenge ? w->challenge : bearer, "");
}

static bool allowed(struct world *w, const char *authorization) {
  if (w->challenge && strstr(w->challenge, "Basic"))
    return authorization && strcmp(authorization, "Basic " BASIC) == 0;
  if (!authorization)
    return w->open;
  if (strncmp(authorization, "Bearer " TOKEN "-", 20) != 0)
    return false;
  return strtoul(authorization + 20, NULL, 10) >= w->valid_from;
}

static bool registry(struct server *server, int fd, const struct server_request *request,
                     void *arg) {
  (void)server;
  struct world *w = arg;
  auto_free char *authorization = server_header(request, "Authorization");
  auto_free char *expect = server_header(request, "Expect");
  if (!allowed(w, authorization)) {
    if (!expect)
      server_read_body(fd, request, NULL);
    refuse(w, fd, request);
    return !expect;
  }
  server_read_body(fd, request, NULL);
  if (strncmp(request->path, "/go", 3) == 0) {
    auto_free char *port = str_format("%u", server_port(w->evil));
    const char *mark = strstr(w->redirect, "%u");
    auto_free char *location =
        mark ? str_format("%.*s%s%s", (int)(mark - w->redirect), w->redirect, port, mark + 2)
             : str_copy(w->redirect);
    auto_free char *header = str_format("Location: %s\r\n", location);
    server_reply(fd, strcmp(request->method, "POST") == 0 ? "202 Accepted" : "307 Elsewhere",
                 header, "");
    return true;
  }
  server_reply(fd, "200 OK", "", "content");
  return true;
}

static bool realm(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server;
  struct world *w = arg;
  server_read_body(fd, request, NULL);
  auto_free char *authorization = server_header(request, "Authorization");
  const char *second = strstr(request->path, "scope=");
  second = second ? strstr(second + 1, "scope=") : NULL;
  if ((w->post_404 && strcmp(request->method, "POST") == 0) || (w->one_scope && second) ||
      (w->deny_known && authorization)) {
    server_reply(fd, w->post_404 ? "404 Not Found" : "401 Unauthorized", "",
                 "{\"details\":\"incorrect username or password\"}");
    return true;
  }
  if (w->realm_reply) {
    server_reply(fd, w->realm_status ? w->realm_status : "200 OK", "", w->realm_reply);
    return true;
  }
  auto_free char *body = str_format("{\"token\":\"" TOKEN "-%u\",\"expires_in\":300}",
                                    atomic_fetch_add(&w->issued, 1) + 1);
  server_reply(fd, "200 OK", "Content-Type: application/json\r\n", body);
  return true;
}

static bool evil(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)arg;
  server_read_body(fd, request, NULL);
  auto_free char *authorization = server_header(request, "Authorization");
  if (strstr(request->path, "/ask") && !authorization) {
    auto_free char *challenge =
        str_format("WWW-Authenticate: Bearer realm=\"http://127.0.0.1:%u/token\"\r\n"
                   "WWW-Authenticate: Basic realm=\"x\"\r\n",
                   server_port(server));
    server_reply(fd, "401 Unauthorized", challenge, "");
    return true;
  }
  if (strncmp(request->path, "/loop", 5) == 0) {
    server_reply(fd, "302 Found", "Location: /loop\r\n", "");
    return true;
  }
  server_reply(fd, "200 OK", "", "{\"token\":\"evil-token\"}");
  return true;
}

static void begin(struct world *w, bool password) {
  if (!w->realm_host)
    w->realm_host = "127.0.0.1";
  w->registry = server_start(registry, w);
  w->realm = server_start(realm, w);
  w->evil = server_start(evil, w);
  snprintf(w->host, sizeof w->host, "127.0.0.1:%u", server_port(w->registry));
  w->settings.host = w->host;
  w->settings.plain_http = true;
  if (password) {
    w->settings.username = "me";
    w->settings.password = PASSWORD;
  }
  const struct http_config config = {
      .registries = &w->settings, .registry_count = 1, .facts = &w->facts};
  w->client = http_client_new(&config);
}

/* Ends the world; the evil host must not have seen anything. */
static void end(struct world *w) {
  auto_free char *seen = server_journal(w->evil);
  assert_null(strstr(seen, "canary"));
  assert_null(strstr(seen, BASIC));
  auto_free char *registry_saw = server_journal(w->registry);
  if (!w->challenge)
    assert_null(strstr(registry_saw, BASIC));
  http_client_free(w->client);
  server_stop(w->registry);
  server_stop(w->realm);
  server_stop(w->evil);
  strings_done(&w->facts.hosts);
  strings_done(&w->facts.realms);
  strings_done(&w->facts.logins);
}

static int ask(struct world *w, struct artm_call *call, const char *method, const char *path,
               const char *scope, uint32_t flags, struct artm_http_response **ret) {
  auto_free char *url = str_format("//%s%s", w->host, path);
  const struct artm_http_request request = {
      .struct_size = sizeof request, .flags = flags, .method = method, .url = url, .scope = scope};
  return http_send(w->client, call, &request, ret);
}

static int get(struct world *w, const char *path, const char *scope) {
  auto_call call = {0};
  struct artm_http_response *response;
  int rc = ask(w, &call, "GET", path, scope, 0, &response);
  if (rc == 0)
    artm_http_close(response);
  return rc;
}

static unsigned count_text(struct server *server, const char *text) {
  auto_free char *journal = server_journal(server);
  unsigned n = 0;
  for (const char *p = journal; (p = strstr(p, text)); p += strlen(text))
    n++;
  return n;
}

static void test_anonymous_token(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, false);
  for (int i = 0; i < 5; i++)
    assert_int_equal(get(&w, "/v2/a/manifests/1", "repository:a:pull"), 0);
  assert_int_equal(server_requests(w.registry), 6); /* one 401 in all */
  assert_int_equal(server_requests(w.realm), 1);
  assert_int_equal(get(&w, "/v2/b/manifests/1", "repository:b:pull"), 0);
  assert_int_equal(server_requests(w.registry), 7); /* the token is there at once */
  assert_int_equal(count_text(w.realm, "GET /token?service=reg&scope=repository%3Ab%3Apull "), 1);
  assert_int_equal(count_text(w.realm, "Authorization"), 0);
  end(&w);
}

static void test_password_goes_to_the_realm_only(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  assert_int_equal(get(&w, "/v2/a/blobs/x", "repository:a:pull,push"), 0);
  assert_int_equal(count_text(w.realm, "Authorization: Basic " BASIC), 1);
  assert_int_equal(count_text(w.realm, "account=me"), 1);
  /* a token for more serves for less */
  assert_int_equal(get(&w, "/v2/a/blobs/x", "repository:a:pull"), 0);
  assert_int_equal(server_requests(w.realm), 1);
  end(&w);
}

static void test_foreign_realm_gets_no_password(void **state) {
  (void)state;
  struct world w = {.realm_host = "localhost"};
  begin(&w, true);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(ask(&w, &call, "GET", "/v2/a", "repository:a:pull", 0, &response), ARTM_E_AUTH);
  auto_free char *line = str_format("registries: {'%s': {trusted_realms: ['localhost:%u']}}",
                                    w.host, server_port(w.realm));
  assert_non_null(strstr(call.error.hint, line));
  assert_null(strstr(call.error.message, PASSWORD));
  assert_int_equal(server_requests(w.realm), 0);
  end(&w);
}

static void test_foreign_realm_may_be_asked_anonymously(void **state) {
  (void)state;
  struct world w = {.realm_host = "localhost"};
  begin(&w, false);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  end(&w);
}

static void test_trusted_realms(void **state) {
  (void)state;
  static const char *const trusted[] = {"localhost"};
  struct world by_user = {.realm_host = "localhost",
                          .settings = {.trusted_realms = trusted, .trusted_realm_count = 1}};
  begin(&by_user, true);
  assert_int_equal(get(&by_user, "/v2/a", "repository:a:pull"), 0);
  end(&by_user);
  struct world by_plugin = {.realm_host = "localhost"};
  begin(&by_plugin, true);
  strings_add_taken(&by_plugin.facts.realms, str_format("%s=localhost", by_plugin.host));
  assert_int_equal(get(&by_plugin, "/v2/a", "repository:a:pull"), 0);
  end(&by_plugin);
}

static void test_expired_token_is_renewed_once(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  w.valid_from = 2;
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  assert_int_equal(server_requests(w.realm), 2);
  assert_int_equal(server_requests(w.registry), 4);
  w.valid_from = 1000;
  unsigned before = server_requests(w.registry);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), ARTM_E_AUTH);
  assert_int_equal(server_requests(w.registry), before + 2); /* no loop */
  end(&w);
}

static void test_scope_of_the_server_comes_first(void **state) {
  (void)state;
  struct world w = {.more_scope = "repository:other:pull", .valid_from = 2};
  begin(&w, true);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  assert_int_equal(
      count_text(w.realm, "&scope=repository%3Aother%3Apull&scope=repository%3Aa%3Apull"), 1);
  end(&w);
}

static void test_mount_with_one_scope_refused(void **state) {
  (void)state;
  struct world w = {.one_scope = true};
  begin(&w, true);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull,push repository:b:pull"), 0);
  assert_int_equal(server_requests(w.realm), 2);
  assert_int_equal(count_text(w.realm, "scope=repository%3Aa%3Apull%2Cpush&account"), 1);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull,push repository:b:pull"), 0);
  assert_int_equal(server_requests(w.realm), 2); /* not asked again */
  assert_int_equal(get(&w, "/v2/b", "repository:b:pull"), 0);
  assert_int_equal(server_requests(w.realm), 3); /* that token was for the first alone */
  end(&w);
}

static void test_challenge_of_the_root(void **state) {
  (void)state;
  struct world w = {.silent_401 = true};
  begin(&w, false);
  assert_int_equal(get(&w, "/v2/a/tags/list", "repository:a:pull"), 0);
  assert_int_equal(count_text(w.registry, "GET /v2/ "), 1);
  end(&w);
}

static void test_basic(void **state) {
  (void)state;
  struct world w = {.challenge = "WWW-Authenticate: Negotiate\r\n"
                                 "WWW-Authenticate: Basic realm=\"x\", charset=\"UTF-8\"\r\n"};
  begin(&w, true);
  assert_int_equal(get(&w, "/v2/a", NULL), 0);
  assert_int_equal(get(&w, "/v2/a", NULL), 0);
  assert_int_equal(server_requests(w.registry), 3);
  end(&w);
  struct world none = {.challenge = w.challenge};
  begin(&none, false);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(ask(&none, &call, "GET", "/v2/a", NULL, 0, &response), ARTM_E_AUTH);
  assert_non_null(strstr(call.error.hint, "without credentials"));
  end(&none);
}

static void test_token_replies(void **state) {
  (void)state;
  static const struct {
    const char *reply, *status;
    int code;
  } cases[] = {
      {"{\"access_token\":\"" TOKEN "-1\"}", NULL, 0},
      {"{\"token\":\"" TOKEN "-1\",\"access_token\":\"" TOKEN "-1\",\"expires_in\":0}", NULL, 0},
      {"{\"token\":\"" TOKEN "-1\",\"access_token\":\"" TOKEN "-2\"}", NULL, ARTM_E_AUTH},
      {"{\"token\":\"\"}", NULL, ARTM_E_AUTH},
      {"{\"token\":7}", NULL, ARTM_E_AUTH},
      {"{}", NULL, ARTM_E_AUTH},
      {"<html>", NULL, ARTM_E_AUTH},
      {"{\"token\":\"a\\r\\nX: y\"}", NULL, ARTM_E_AUTH},
      {"{\"token\":\"" TOKEN "-1\"}", "403 Forbidden", ARTM_E_DENIED},
      {"{\"token\":\"" TOKEN "-1\"}", "307 Elsewhere", ARTM_E_UNSUPPORTED},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct world w = {.realm_reply = cases[i].reply, .realm_status = cases[i].status};
    begin(&w, true);
    int rc = get(&w, "/v2/a", "repository:a:pull");
    if (rc != cases[i].code)
      fail_msg("%s: %d", cases[i].reply, rc);
    end(&w);
  }
}

static void with_identity_token(bool post_404) {
  struct world w = {.post_404 = post_404};
  begin(&w, false);
  auto_free char *json =
      str_format("{\"auths\":{\"%s\":{\"identitytoken\":\"canary-refresh\"}}}", w.host);
  setenv("DOCKER_AUTH_CONFIG", json, 1);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  unsetenv("DOCKER_AUTH_CONFIG");
  assert_int_equal(count_text(w.realm, "POST /token "), 1);
  assert_int_equal(count_text(w.realm, "Content-Type: application/x-www-form-urlencoded"), 1);
  assert_int_equal(count_text(w.realm, "GET /token?"), post_404 ? 1 : 0);
  assert_int_equal(count_text(w.registry, "canary-refresh"), 0);
  end(&w);
}

static void test_identity_token(void **state) {
  (void)state;
  with_identity_token(false);
  with_identity_token(true);
}

static void test_implicit_login_is_tried_without(void **state) {
  (void)state;
  struct world w = {.deny_known = true};
  begin(&w, false);
  setenv("TEST_ACTOR", "me", 1);
  setenv("TEST_TOKEN", PASSWORD, 1);
  strings_add_taken(&w.facts.logins, str_format("%s=TEST_ACTOR:TEST_TOKEN", w.host));
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  assert_int_equal(server_requests(w.realm), 2);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), 0);
  assert_int_equal(server_requests(w.realm), 2); /* remembered */
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(
      ask(&w, &call, "POST", "/v2/b/blobs/uploads/", "repository:b:pull,push", 0, &response),
      ARTM_E_AUTH); /* a push is not */
  unsetenv("TEST_TOKEN");
  end(&w);
}

static void *one_get(void *arg) {
  return get(arg, "/v2/a/manifests/1", "repository:a:pull") ? arg : NULL;
}

static void test_one_token_for_all_workers(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  pthread_t threads[8];
  for (int i = 0; i < 8; i++)
    pthread_create(&threads[i], NULL, one_get, &w);
  for (int i = 0; i < 8; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    assert_null(failed);
  }
  assert_int_equal(server_requests(w.realm), 1);
  end(&w);
}

static void test_redirects_carry_no_secret(void **state) {
  (void)state;
  static const char *const places[] = {"http://127.0.0.1:%u/x?signed=1", "//127.0.0.1:%u/y",
                                       "http://localhost:%u/z", "http://127.0.0.1:%u/ask"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct world w = {.redirect = places[i]};
    begin(&w, true);
    auto_call call = {0};
    struct artm_http_response *response;
    assert_int_equal(ask(&w, &call, "GET", "/go", "repository:a:pull", 0, &response), 0);
    assert_int_equal(response->status, 200);
    assert_null(strstr(response->url, "signed"));
    artm_http_close(response);
    assert_true(server_requests(w.evil) >= 1);
    end(&w);
  }
}

static void test_redirects_refused(void **state) {
  (void)state;
  static const char *const places[] = {"http://127.0.0.1:%u/loop",
                                       "file:///etc/passwd",
                                       "http://me:secret@127.0.0.1:%u/x",
                                       "gopher://127.0.0.1:%u/x",
                                       "http://169.254.169.254/latest/",
                                       "http://0.0.0.0:%u/x",
                                       "http:///x"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct world w = {.redirect = places[i]};
    begin(&w, true);
    auto_call call = {0};
    struct artm_http_response *response;
    uint64_t start = clock_now_ms();
    assert_true(ask(&w, &call, "GET", "/go", "repository:a:pull", 0, &response) < 0);
    assert_true(clock_now_ms() - start < 3000);
    assert_null(strstr(call.error.message, "secret"));
    assert_true(server_requests(w.evil) <= 11);
    if (i)
      assert_int_equal(server_requests(w.evil), 0);
    end(&w);
  }
}

static void test_same_origin_flag(void **state) {
  (void)state;
  struct world w = {.redirect = "http://127.0.0.1:%u/x"};
  begin(&w, true);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(
      ask(&w, &call, "GET", "/go", "repository:a:pull", ARTM_HTTP_SAME_ORIGIN, &response), 0);
  assert_int_equal(response->status, 307);
  assert_non_null(strstr(response->location, "/x"));
  artm_http_close(response);
  assert_int_equal(server_requests(w.evil), 0);
  end(&w);
}

static void test_upload_location_elsewhere(void **state) {
  (void)state;
  struct world w = {.redirect = "http://127.0.0.1:%u/upload?sig=1"};
  begin(&w, true);
  auto_call call = {0};
  struct artm_http_response *response, *put;
  assert_int_equal(ask(&w, &call, "POST", "/go", "repository:a:pull,push", 0, &response), 0);
  assert_int_equal(response->status, 202);
  const struct artm_http_request request = {.struct_size = sizeof request,
                                            .method = "PUT",
                                            .url = response->location,
                                            .registry = w.host,
                                            .scope = "repository:a:pull,push",
                                            .data = "x",
                                            .body_size = 1};
  assert_int_equal(http_send(w.client, &call, &request, &put), 0);
  artm_http_close(put);
  artm_http_close(response);
  assert_int_equal(count_text(w.evil, "PUT /upload?sig=1"), 1);
  end(&w);
}

static void test_upload_location_refused(void **state) {
  (void)state;
  static const char *const places[] = {"http://u:p@127.0.0.1:%u/x", "file:///x", "ftp://a/b"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct world w = {.redirect = places[i]};
    begin(&w, true);
    auto_call call = {0};
    struct artm_http_response *response;
    assert_int_equal(ask(&w, &call, "POST", "/go", "repository:a:pull,push", 0, &response),
                     ARTM_E_UNSUPPORTED);
    end(&w);
  }
}

static int64_t zeros_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                          uint64_t len) {
  (void)stream, (void)call;
  memset(buffer, 0, (size_t)len);
  return (int64_t)len;
}

static void test_401_before_the_body_costs_nothing(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  auto_call call = {0};
  struct artm_stream zeros = {sizeof zeros, 0, zeros_read, NULL};
  auto_free char *url = str_format("//%s/v2/a/blobs/uploads/1", w.host);
  static const uint64_t sizes[] = {10, 10 * 1024 * 1024};
  for (size_t i = 0; i < 2; i++) {
    w.valid_from = atomic_load(&w.issued) + 1;
    const struct artm_http_request request = {.struct_size = sizeof request,
                                              .method = "PUT",
                                              .url = url,
                                              .scope = "repository:a:pull,push",
                                              .body = &zeros,
                                              .body_size = sizes[i]};
    struct artm_http_response *response;
    assert_int_equal(http_send(w.client, &call, &request, &response), 0);
    artm_http_close(response);
  }
  end(&w);
}

static void test_docker_config(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  auto_call call = {0};
  auto_free char *json = NULL;
  auto_free char *repository = str_format("%s/a/b", w.host);
  assert_int_equal(http_docker_config(w.client, &call, repository, &json), 0);
  auto_free char *expected =
      str_format("{\"auths\":{\"%s\":{\"registrytoken\":\"" TOKEN "-1\"}}}", w.host);
  assert_string_equal(json, expected);
  assert_int_equal(count_text(w.realm, "scope=repository%3Aa%2Fb%3Apull&"), 1);
  end(&w);
  struct world basic = {.challenge = "WWW-Authenticate: Basic realm=\"x\"\r\n"};
  begin(&basic, true);
  auto_free char *second = NULL;
  auto_free char *name = str_format("%s/a", basic.host);
  assert_int_equal(http_docker_config(basic.client, &call, name, &second), 0);
  assert_non_null(strstr(second, "\"auth\":\"" BASIC "\""));
  end(&basic);
  struct world open = {.open = true};
  begin(&open, true);
  auto_free char *third = NULL;
  auto_free char *other = str_format("%s/a", open.host);
  assert_int_equal(http_docker_config(open.client, &call, other, &third), 0);
  assert_string_equal(third, "{}");
  end(&open);
}

/* What we push with is not for tools. */
static void test_docker_config_after_a_push(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  auto_call call = {0};
  auto_free char *json = NULL, *again = NULL, *repository = str_format("%s/a/b", w.host);
  assert_int_equal(get(&w, "/v2/a/b", "repository:a/b:pull,push"), 0);
  assert_int_equal(http_docker_config(w.client, &call, repository, &json), 0);
  assert_non_null(strstr(json, TOKEN "-2"));
  assert_int_equal(http_docker_config(w.client, &call, repository, &again), 0);
  assert_string_equal(json, again);
  assert_int_equal(count_text(w.realm, "scope=repository%3Aa%2Fb%3Apull&"), 1);
  end(&w);
}

/* Tools look for Docker Hub under the name that Docker's format gives it. */
static void test_docker_config_of_another_name(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  auto_free char *fact = str_format("docker.io=%s", w.host);
  strings_add(&w.facts.hosts, fact);
  auto_call call = {0};
  auto_free char *json = NULL;
  assert_int_equal(http_docker_config(w.client, &call, "docker.io/library/alpine", &json), 0);
  assert_string_equal(
      json, "{\"auths\":{\"https://index.docker.io/v1/\":{\"registrytoken\":\"" TOKEN "-1\"}}}");
  end(&w);
}

static void test_what_a_tool_is_told(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  auto_call call = {0};
  bool plain = false;
  w.settings.plain_http = false; /* as it is on loopback */
  unsigned asked = server_requests(w.registry);
  assert_int_equal(http_registry_is_plain(w.client, &call, w.host, &plain), 0);
  assert_true(plain);
  assert_true(server_requests(w.registry) > asked);
  asked = server_requests(w.registry);
  assert_int_equal(http_registry_is_plain(w.client, &call, w.host, &plain), 0);
  assert_int_equal(server_requests(w.registry), asked);
  assert_int_equal(http_registry_is_plain(w.client, &call, "registry.invalid", &plain), 0);
  assert_false(plain);
  unsetenv("SSL_CERT_FILE");
  unsetenv("SSL_CERT_DIR");
  unsetenv("CURL_CA_BUNDLE");
  assert_null(http_registry_ca(w.client, w.host));
  w.settings.ca = "/own.pem";
  assert_string_equal(http_registry_ca(w.client, w.host), "/own.pem");
  setenv("CURL_CA_BUNDLE", "/all.pem", 1);
  assert_string_equal(http_registry_ca(w.client, w.host), "/own.pem");
  assert_string_equal(http_registry_ca(w.client, "registry.invalid"), "/all.pem");
  setenv("SSL_CERT_DIR", "/certificates", 1); /* tools see that themselves */
  assert_null(http_registry_ca(w.client, "registry.invalid"));
  unsetenv("SSL_CERT_DIR");
  unsetenv("CURL_CA_BUNDLE");
  end(&w);
}

/* A mirror that answers for the registry's root does not become its origin. */
static void test_docker_config_with_a_mirror(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, true);
  auto_call call = {0};
  auto_free char *json = NULL, *repository = str_format("%s/a/b", w.host);
  auto_free char *place = str_format("127.0.0.1:%u/ask", server_port(w.evil));
  const char *const mirrors[] = {place};
  w.settings.mirrors = mirrors;
  w.settings.mirror_count = 1;
  assert_int_equal(http_docker_config(w.client, &call, repository, &json), 0);
  assert_non_null(strstr(json, TOKEN "-1"));
  end(&w);
}

static void test_token_of_a_file_with_a_line_break(void **state) {
  (void)state;
  struct world w = {0};
  begin(&w, false);
  auto_free char *json =
      str_format("{\"auths\":{\"%s\":{\"registrytoken\":\"" TOKEN "-1\\r\\nX-More: y\"}}}", w.host);
  setenv("DOCKER_AUTH_CONFIG", json, 1);
  assert_int_equal(get(&w, "/v2/a", "repository:a:pull"), ARTM_E_AUTH);
  unsetenv("DOCKER_AUTH_CONFIG");
  assert_int_equal(count_text(w.registry, "X-More"), 0);
  end(&w);
}

int main(void) {
  json_setup();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  unsetenv("http_proxy");
  setenv("HOME", "/nonexistent", 1);
  unsetenv("XDG_RUNTIME_DIR");
  unsetenv("DOCKER_CONFIG");
  unsetenv("REGISTRY_AUTH_FILE");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_anonymous_token),
      cmocka_unit_test(test_password_goes_to_the_realm_only),
      cmocka_unit_test(test_foreign_realm_gets_no_password),
      cmocka_unit_test(test_foreign_realm_may_be_asked_anonymously),
      cmocka_unit_test(test_trusted_realms),
      cmocka_unit_test(test_expired_token_is_renewed_once),
      cmocka_unit_test(test_scope_of_the_server_comes_first),
      cmocka_unit_test(test_mount_with_one_scope_refused),
      cmocka_unit_test(test_challenge_of_the_root),
      cmocka_unit_test(test_basic),
      cmocka_unit_test(test_token_replies),
      cmocka_unit_test(test_identity_token),
      cmocka_unit_test(test_implicit_login_is_tried_without),
      cmocka_unit_test(test_one_token_for_all_workers),
      cmocka_unit_test(test_redirects_carry_no_secret),
      cmocka_unit_test(test_redirects_refused),
      cmocka_unit_test(test_same_origin_flag),
      cmocka_unit_test(test_upload_location_elsewhere),
      cmocka_unit_test(test_upload_location_refused),
      cmocka_unit_test(test_401_before_the_body_costs_nothing),
      cmocka_unit_test(test_docker_config),
      cmocka_unit_test(test_docker_config_with_a_mirror),
      cmocka_unit_test(test_docker_config_after_a_push),
      cmocka_unit_test(test_docker_config_of_another_name),
      cmocka_unit_test(test_what_a_tool_is_told),
      cmocka_unit_test(test_token_of_a_file_with_a_line_break),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  curl_global_cleanup();
  return failed;
}
