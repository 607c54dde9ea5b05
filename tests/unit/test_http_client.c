/* SPDX-License-Identifier: Apache-2.0 */
/* http/client.h against scripted servers on loopback: connections, bodies, faults, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/server.c"

#include "base/clock.h"
#include "base/json.h"
#include "http/client.h"
#include "http/traffic.h"
#include <curl/curl.h>

#define BIG (3u * 1024 * 1024)

struct fixture {
  struct server *server;
  struct http_client *client;
  struct http_config config;
  char url[256];
};

static void begin(struct fixture *f, server_handler *handler, void *arg) {
  f->server = server_start(handler, arg);
  f->client = http_client_new(&f->config);
}

static void end(struct fixture *f) {
  http_client_free(f->client);
  server_stop(f->server);
}

static const char *at(struct fixture *f, const char *path) {
  snprintf(f->url, sizeof f->url, "//127.0.0.1:%u%s", server_port(f->server), path);
  return f->url;
}

static int get(struct fixture *f, struct artm_call *call, const char *path, uint32_t flags,
               struct artm_http_response **ret) {
  const struct artm_http_request request = {
      .struct_size = sizeof request, .flags = flags, .method = "GET", .url = at(f, path)};
  return http_send(f->client, call, &request, ret);
}

/* Body of a GET, lent by the call; NULL if it fails. */
static const char *get_text(struct fixture *f, struct artm_call *call, const char *path) {
  struct artm_http_response *response;
  const void *data;
  uint64_t size;
  if (get(f, call, path, 0, &response) || http_collect(call, response, 1 << 20, &data, &size))
    return NULL;
  return data;
}

static bool echo(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server, (void)arg;
  server_read_body(fd, request, NULL);
  server_reply(fd, "200 OK", "Content-Type: Text/Plain; charset=utf-8\r\nX-One: 1\r\n",
               request->path);
  return true;
}

static void test_one_connection_serves_all(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, echo, NULL);
  struct traffic *traffic = traffic_new();
  for (int i = 0; i < 100; i++) {
    auto_call call = {.traffic = traffic};
    assert_string_equal(get_text(&f, &call, "/v2/a/manifests/1"), "/v2/a/manifests/1");
  }
  assert_int_equal(server_connections(f.server), 1);
  assert_int_equal(server_tls_attempts(f.server), 1);
  assert_int_equal(http_connections_opened(f.client), 2); /* with the TLS attempt */
  struct traffic_origin *list;
  size_t count = traffic_list(traffic, &list);
  assert_int_equal(count, 1); /* the TLS attempt was no request */
  assert_int_equal(list[0].requests, 100);
  assert_int_equal(list[0].received, 1700);
  traffic_free_list(list, count);
  traffic_free(traffic);
  end(&f);
}

static void *worker(void *arg) {
  struct fixture *f = arg;
  char url[256];
  snprintf(url, sizeof url, "//127.0.0.1:%u/x", server_port(f->server));
  const struct artm_http_request request = {
      .struct_size = sizeof request, .method = "HEAD", .url = url};
  for (int i = 0; i < 25; i++) {
    auto_call call = {0};
    struct artm_http_response *response;
    if (http_send(f->client, &call, &request, &response))
      return f;
    artm_http_close(response);
  }
  return NULL;
}

static bool head_only(struct server *server, int fd, const struct server_request *request,
                      void *arg) {
  (void)server, (void)arg, (void)request;
  server_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  return true;
}

static void run_workers(struct fixture *f, unsigned count) {
  pthread_t threads[16];
  for (unsigned i = 0; i < count; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, worker, f), 0);
  for (unsigned i = 0; i < count; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    assert_null(failed);
  }
}

static void test_connections_at_most_workers(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, head_only, NULL);
  run_workers(&f, 8);
  assert_int_equal(server_requests(f.server), 200);
  assert_in_range(server_connections(f.server), 1, 8);
  assert_int_equal(server_tls_attempts(f.server), 1);
  end(&f);
}

static void test_max_connections(void **state) {
  (void)state;
  struct fixture f = {0};
  f.server = server_start(head_only, NULL);
  char host[64];
  snprintf(host, sizeof host, "127.0.0.1:%u", server_port(f.server));
  const struct registry_settings settings = {
      .host = host, .plain_http = true, .max_connections = 2};
  f.config.registries = &settings;
  f.config.registry_count = 1;
  f.client = http_client_new(&f.config);
  run_workers(&f, 8);
  assert_in_range(server_connections(f.server), 1, 2);
  assert_int_equal(server_tls_attempts(f.server), 0);
  end(&f);
}

static void test_requests_per_second(void **state) {
  (void)state;
  struct fixture f = {0};
  f.server = server_start(head_only, NULL);
  char host[64];
  snprintf(host, sizeof host, "127.0.0.1:%u", server_port(f.server));
  const struct registry_settings settings = {
      .host = host, .plain_http = true, .requests_per_second = 100};
  f.config.registries = &settings;
  f.config.registry_count = 1;
  f.client = http_client_new(&f.config);
  uint64_t start = clock_now_ms();
  run_workers(&f, 8); /* 200 requests, 100 of them at once at most */
  assert_true(clock_now_ms() - start >= 900);
  end(&f);
}

static void test_fields_of_a_response(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, echo, NULL);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(get(&f, &call, "/v2/?secret=1", 0, &response), 0);
  assert_int_equal(response->status, 200);
  assert_int_equal(response->size, 13);
  assert_string_equal(response->media_type, "text/plain");
  assert_string_equal(http_header(response, "x-ONE"), "1");
  assert_null(http_header(response, "x-two"));
  assert_null(response->location);
  assert_null(strstr(response->url, "secret"));
  artm_http_close(response);
  end(&f);
}

static bool by_name(struct server *server, int fd, const struct server_request *request,
                    void *arg) {
  (void)server, (void)arg;
  unsigned status = (unsigned)strtoul(request->path + 1, NULL, 10);
  const char *body = strchr(request->path + 1, '/');
  auto_free char *line = str_format("%u Because", status);
  auto_free char *json = str_format(
      "{\"errors\":[{\"code\":\"%s\",\"message\":\"no\\u001b[31m way\"}]}", body ? body + 1 : "X");
  server_reply(fd, line, "", json);
  return true;
}

static void test_codes_of_statuses(void **state) {
  (void)state;
  static const struct {
    const char *path;
    int code;
  } cases[] = {
      {"/400/MANIFEST_INVALID", ARTM_E_UNSUPPORTED},
      {"/400/MANIFEST_BLOB_UNKNOWN", ARTM_E_BLOB_UNKNOWN},
      {"/404/BLOB_UNKNOWN", ARTM_E_BLOB_UNKNOWN},
      {"/400/ImageTagAlreadyExists", ARTM_E_CONFLICT},
      {"/401/UNAUTHORIZED", ARTM_E_AUTH},
      {"/403/DENIED", ARTM_E_DENIED},
      {"/404/MANIFEST_UNKNOWN", ARTM_E_NOT_FOUND},
      {"/409/X", ARTM_E_CONFLICT},
      {"/412/PRECONDITION", ARTM_E_CONFLICT},
      {"/413/TOO_BIG", ARTM_E_UNSUPPORTED},
      {"/429/TOOMANYREQUESTS", ARTM_E_RATE_LIMIT},
      {"/501/X", ARTM_E_UNSUPPORTED},
      {"/503/X", ARTM_E_NETWORK},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = {0};
    begin(&f, by_name, NULL);
    auto_call call = {0};
    struct artm_http_response *response;
    int rc = get(&f, &call, cases[i].path, 0, &response);
    assert_int_equal(rc, cases[i].code);
    assert_int_equal(call.error.code, cases[i].code);
    assert_non_null(strstr(call.error.message, "GET"));
    assert_non_null(strstr(call.error.message, "no\\x1b[31m way"));
    assert_null(strchr(call.error.message, 0x1b));
    end(&f);
  }
}

static void test_flags(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, by_name, NULL);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(get(&f, &call, "/404/X", ARTM_HTTP_MAY_MISS, &response), ARTM_NO);
  assert_int_equal(get(&f, &call, "/403/X", ARTM_HTTP_MAY_MISS, &response), ARTM_E_DENIED);
  assert_int_equal(get(&f, &call, "/403/X", ARTM_HTTP_ANY_STATUS, &response), 0);
  assert_int_equal(response->status, 403);
  artm_http_close(response);
  assert_int_equal(get(&f, &call, "/200/X", 1u << 20, &response), ARTM_E_UNSUPPORTED);
  end(&f);
}

static void test_headers_of_a_request_are_checked(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, echo, NULL);
  static const char *const bad[][2] = {
      {"X-A", "1\r\nX-B: 2"}, {"X-A:", "1"},     {"Authorization", "Basic x"}, {"", "1"},
      {"X A", "1"},           {"Cookie", "a=b"}, {"content-encoding", "gzip"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    auto_call call = {0};
    struct artm_http_response *response;
    const char *headers[] = {bad[i][0], bad[i][1], NULL};
    const struct artm_http_request request = {
        .struct_size = sizeof request, .method = "GET", .url = at(&f, "/"), .headers = headers};
    assert_int_equal(http_send(f.client, &call, &request, &response), ARTM_E_INTERNAL);
  }
  assert_int_equal(server_requests(f.server), 0);
  end(&f);
}

struct script { /* what the server does for the n-th request */
  const char *answers[8];
  size_t count;
  bool keep;
};

static bool scripted(struct server *server, int fd, const struct server_request *request,
                     void *arg) {
  (void)server;
  const struct script *script = arg;
  size_t i = request->number - 1 < script->count ? request->number - 1 : script->count - 1;
  server_read_body(fd, request, NULL);
  server_text(fd, "%s", script->answers[i]);
  return script->keep;
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void test_truncated_bodies(void **state) {
  (void)state;
  static const char *const answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf",
      "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
  };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct script script = {{answers[i]}, 1, false};
    struct fixture f = {.config.retries = 0};
    begin(&f, scripted, &script);
    auto_call call = {0};
    char buffer[64];
    struct artm_http_response *response;
    assert_int_equal(get(&f, &call, "/b", 0, &response), 0);
    int64_t n, total = 0;
    while ((n = response->body->read(response->body, &call, buffer, sizeof buffer)) > 0)
      total += n;
    assert_int_equal(n, ARTM_E_NETWORK);
    assert_int_equal(total, 4);
    assert_int_equal(response->body->read(response->body, &call, buffer, sizeof buffer),
                     ARTM_E_NETWORK);
    artm_http_close(response);
    end(&f);
  }
}

static void test_close_delimited_body_has_no_size(void **state) {
  (void)state;
  struct script script = {{"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf"}, 1, false};
  struct fixture f = {0};
  begin(&f, scripted, &script);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(get(&f, &call, "/b", 0, &response), 0);
  assert_true(response->size == UINT64_MAX);
  artm_http_close(response);
  end(&f);
}

static void test_broken_headers(void **state) {
  (void)state;
  auto_buf many = {0}, large = {0};
  buf_text(&many, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 20000; i++)
    buf_printf(&many, "X-%d: 1\r\n", i);
  buf_text(&many, "Content-Length: 0\r\n\r\n");
  buf_text(&large, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 100; i++)
    buf_printf(&large, "X-%d: %03000d\r\n", i, 0);
  buf_text(&large, "Content-Length: 0\r\n\r\n");
  const char *const answers[] = {
      many.data,
      large.data,
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nok",
      "hello\r\n",
      "",
  };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct script script = {{answers[i]}, 1, false};
    struct fixture f = {0};
    begin(&f, scripted, &script);
    auto_call call = {0};
    struct artm_http_response *response;
    assert_int_equal(get(&f, &call, "/b", 0, &response), ARTM_E_NETWORK);
    end(&f);
  }
}

static void test_429_pauses_the_origin(void **state) {
  (void)state;
  struct script script = {
      {"HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", OK}, 2, true};
  struct fixture f = {.config.retries = 3};
  begin(&f, scripted, &script);
  auto_call call = {.traffic = traffic_new()};
  uint64_t start = clock_now_ms();
  assert_string_equal(get_text(&f, &call, "/a"), "ok");
  assert_in_range(clock_now_ms() - start, 1000, 3000);
  assert_int_equal(server_requests(f.server), 2);
  traffic_free(call.traffic);
  end(&f);
}

static void test_429_beyond_the_cap(void **state) {
  (void)state;
  struct script script = {
      {"HTTP/1.1 429 Slow\r\nRetry-After: 1000000000\r\nContent-Length: 0\r\n\r\n"}, 1, true};
  struct fixture f = {.config.retries = 3};
  begin(&f, scripted, &script);
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(get(&f, &call, "/a", 0, &response), ARTM_E_RATE_LIMIT);
  assert_int_equal(call.error.retry_after_ms, 1000000000000);
  auto_call second = {0};
  assert_int_equal(get(&f, &second, "/b", 0, &response), ARTM_E_RATE_LIMIT);
  assert_int_equal(server_requests(f.server), 1); /* nobody is asked meanwhile */
  end(&f);
}

static void test_retried_statuses(void **state) {
  (void)state;
  struct script script = {{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
                           "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", OK},
                          3,
                          true};
  struct fixture f = {.config.retries = 2};
  begin(&f, scripted, &script);
  auto_call call = {0};
  assert_string_equal(get_text(&f, &call, "/a"), "ok");
  assert_int_equal(server_requests(f.server), 3);
  assert_int_equal(server_connections(f.server), 1);
  end(&f);
}

static void test_dead_connection_is_replaced(void **state) {
  (void)state;
  struct script script = {{OK}, 1, false}; /* promises keep-alive and closes */
  struct fixture f = {.config.retries = 0};
  begin(&f, scripted, &script);
  for (int i = 0; i < 5; i++) {
    auto_call call = {0};
    assert_string_equal(get_text(&f, &call, "/a"), "ok");
    const struct artm_http_request request = {.struct_size = sizeof request,
                                              .flags = ARTM_HTTP_ANY_STATUS,
                                              .method = "POST",
                                              .url = at(&f, "/p"),
                                              .data = "{}",
                                              .body_size = 2};
    struct artm_http_response *response;
    assert_int_equal(http_send(f.client, &call, &request, &response), 0);
    artm_http_close(response);
  }
  end(&f);
}

static bool reset_all(struct server *server, int fd, const struct server_request *request,
                      void *arg) {
  (void)server, (void)request, (void)arg;
  server_reset(fd);
  return false;
}

static void test_breaker(void **state) {
  (void)state;
  struct fixture f = {.config.retries = 0};
  begin(&f, reset_all, NULL);
  for (int i = 0; i < 25; i++) {
    auto_call call = {0};
    struct artm_http_response *response;
    assert_int_equal(get(&f, &call, "/a", 0, &response), ARTM_E_NETWORK);
  }
  assert_in_range(server_requests(f.server), 20, 21);
  end(&f);
}

static bool silent(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server;
  const char *first = arg;
  server_read_body(fd, request, NULL);
  server_text(fd, "%s", first);
  char byte;
  recv(fd, &byte, 1, 0); /* until the client gives up */
  return false;
}

static void test_stall(void **state) {
  (void)state;
  static const char *const starts[] = {
      "", "HTTP/1.1 200 OK\r\nX-A: ", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1"};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    struct fixture f = {.config = {.retries = 0, .stall_timeout_ms = 600}};
    begin(&f, silent, (void *)(uintptr_t)starts[i]);
    auto_call call = {0};
    uint64_t start = clock_now_ms();
    assert_null(get_text(&f, &call, "/a"));
    assert_int_equal(call.error.code, ARTM_E_NETWORK);
    assert_in_range(clock_now_ms() - start, 500, 4000);
    end(&f);
  }
}

static bool silent_once(struct server *server, int fd, const struct server_request *request,
                        void *arg) {
  return request->number == 1 ? silent(server, fd, request, arg) : echo(server, fd, request, NULL);
}

static void test_stall_is_tried_again(void **state) {
  (void)state;
  struct fixture f = {.config = {.retries = 1, .stall_timeout_ms = 2000}};
  begin(&f, silent_once, (void *)(uintptr_t) "");
  auto_call call = {0};
  assert_string_equal(get_text(&f, &call, "/a"), "/a");
  assert_int_equal(server_requests(f.server), 2);
  end(&f);
}

static bool drip(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server, (void)arg, (void)request;
  server_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 1000; i++) {
    if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
      break;
    struct pollfd hung = {fd, POLLIN, 0};
    if (poll(&hung, 1, 20) > 0)
      break;
  }
  return false;
}

static void test_drip_is_a_stall(void **state) {
  (void)state;
  struct fixture f = {.config = {.retries = 0, .stall_timeout_ms = 2000}};
  begin(&f, drip, NULL);
  auto_call call = {0};
  uint64_t start = clock_now_ms();
  assert_null(get_text(&f, &call, "/a"));
  assert_in_range(clock_now_ms() - start, 1500, 6000);
  end(&f);
}

static void test_cancel_and_deadline(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, silent, (void *)(uintptr_t) "");
  auto_call call = {.deadline_ms = clock_now_ms() + 300};
  assert_null(get_text(&f, &call, "/a"));
  assert_int_equal(call.error.code, ARTM_E_TIMEOUT);
  struct cancel cancel = {.level = 2};
  auto_call second = {.cancel = &cancel};
  assert_null(get_text(&f, &second, "/a"));
  assert_int_equal(second.error.code, ARTM_E_CANCELLED);
  end(&f);
}

static unsigned char pattern(uint64_t i) {
  return (unsigned char)(i * 7 + i / 251);
}

static bool blob(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server;
  auto_free char *range = server_header(request, "Range");
  unsigned mode = arg ? *(unsigned *)arg : 0; /* 0: serves ranges, 1: ignores, 2: 416, 3: wrong */
  uint64_t from = range ? strtoull(range + 6, NULL, 10) : 0;
  if (range && mode == 2) {
    server_reply(fd, "416 No", "", "");
    return true;
  }
  if (!range || mode == 1)
    from = 0;
  uint64_t shown = mode == 3 ? 0 : from;
  if (range && mode != 1)
    server_text(fd, "HTTP/1.1 206 Partial\r\nContent-Range: bytes %llu-%u/%u\r\n",
                (unsigned long long)shown, BIG - 1, BIG);
  else
    server_text(fd, "HTTP/1.1 200 OK\r\n");
  if (mode == 3)
    from = range ? 5 : 0;
  server_text(fd, "Content-Length: %llu\r\n\r\n", (unsigned long long)(BIG - from));
  auto_free unsigned char *bytes = mem_alloc(BIG);
  for (uint64_t i = 0; i < BIG; i++)
    bytes[i] = pattern(i);
  server_bytes(fd, bytes + from, BIG - from);
  return true;
}

static void test_offset_whatever_the_server_does(void **state) {
  (void)state;
  for (unsigned mode = 0; mode < 4; mode++) {
    struct fixture f = {0};
    begin(&f, blob, &mode);
    auto_call call = {0};
    const struct artm_http_request request = {
        .struct_size = sizeof request, .method = "GET", .offset = 1000001, .url = at(&f, "/blob")};
    struct artm_http_response *response;
    assert_int_equal(http_send(f.client, &call, &request, &response), 0);
    assert_int_equal(response->size, BIG - 1000001);
    auto_free unsigned char *buffer = mem_alloc(100000);
    uint64_t position = 1000001;
    int64_t n;
    while ((n = response->body->read(response->body, &call, buffer, 100000)) > 0)
      for (int64_t i = 0; i < n; i++, position++)
        if (buffer[i] != pattern(position))
          fail_msg("mode %u: wrong byte at %llu", mode, (unsigned long long)position);
    assert_int_equal(n, 0);
    assert_int_equal(position, BIG);
    artm_http_close(response);
    end(&f);
  }
}

static bool store(struct server *server, int fd, const struct server_request *request, void *arg) {
  if (strcmp(request->method, "GET") == 0)
    return blob(server, fd, request, NULL);
  uint64_t *sum = arg;
  *sum = 0;
  if (server_read_body(fd, request, sum) != request->length)
    return false;
  server_reply(fd, "201 Created", "Location: /v2/a/blobs/x\r\n", "");
  return true;
}

static void test_upload_reads_from_a_download(void **state) {
  (void)state;
  uint64_t sum = 0, expected = 0;
  struct fixture f = {0};
  begin(&f, store, &sum);
  for (uint64_t i = 0; i < BIG; i++)
    expected += pattern(i);
  for (int i = 0; i < 3; i++) {
    auto_call call = {0};
    struct artm_http_response *from, *to;
    assert_int_equal(get(&f, &call, "/blob", 0, &from), 0);
    const struct artm_http_request request = {.struct_size = sizeof request,
                                              .method = "PUT",
                                              .url = at(&f, "/v2/a/blobs/uploads/1"),
                                              .body = from->body,
                                              .body_size = from->size};
    assert_int_equal(http_send(f.client, &call, &request, &to), 0);
    assert_int_equal(to->status, 201);
    auto_free char *location =
        str_format("http://127.0.0.1:%u/v2/a/blobs/x", server_port(f.server));
    assert_string_equal(to->location, location);
    artm_http_close(from);
    artm_http_close(to);
    assert_int_equal(sum, expected);
  }
  assert_int_equal(server_connections(f.server), 2);
  end(&f);
}

struct failing {
  struct artm_stream abi;
  int reads;
};

static int64_t failing_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                            uint64_t len) {
  struct failing *failing = (struct failing *)(void *)stream;
  if (failing->reads++ == 0) {
    memset(buffer, 'x', len < 1000 ? (size_t)len : 1000);
    return len < 1000 ? (int64_t)len : 1000;
  }
  return call_fail(call, ARTM_E_DIGEST, "wrong bytes");
}

static void test_upload_source_fails(void **state) {
  (void)state;
  static const uint64_t sizes[] = {5000, BIG};
  for (size_t i = 0; i < 2; i++) {
    uint64_t sum = 0;
    struct fixture f = {.config.retries = 3};
    begin(&f, store, &sum);
    auto_call call = {0};
    struct failing stream = {{sizeof stream.abi, 0, failing_read, NULL}, 0};
    struct artm_http_response *response;
    const struct artm_http_request request = {.struct_size = sizeof request,
                                              .method = "PUT",
                                              .url = at(&f, "/up"),
                                              .body = &stream.abi,
                                              .body_size = sizes[i]};
    assert_int_equal(http_send(f.client, &call, &request, &response), ARTM_E_DIGEST);
    assert_string_equal(call.error.message, "wrong bytes");
    assert_int_equal(stream.reads, 2);
    end(&f);
  }
}

static bool refuse_upload(struct server *server, int fd, const struct server_request *request,
                          void *arg) {
  (void)server, (void)arg;
  if (request->number == 1) {
    server_reply(fd, "503 Busy", "", "");
    return false;
  }
  server_read_body(fd, request, NULL);
  server_reply(fd, "201 Created", "", "");
  return true;
}

static void test_refused_upload_keeps_its_body(void **state) {
  (void)state;
  struct fixture f = {.config.retries = 2};
  begin(&f, refuse_upload, NULL);
  unsigned mode = 0;
  struct server *blobs = server_start(blob, &mode);
  auto_call call = {0};
  auto_free char *url = str_format("//127.0.0.1:%u/blob", server_port(blobs));
  const struct artm_http_request down = {.struct_size = sizeof down, .method = "GET", .url = url};
  struct artm_http_response *from, *to;
  assert_int_equal(http_send(f.client, &call, &down, &from), 0);
  const struct artm_http_request up = {.struct_size = sizeof up,
                                       .method = "PUT",
                                       .url = at(&f, "/up"),
                                       .body = from->body,
                                       .body_size = from->size};
  assert_int_equal(http_send(f.client, &call, &up, &to), 0);
  assert_int_equal(to->status, 201);
  artm_http_close(from);
  artm_http_close(to);
  assert_int_equal(server_requests(f.server), 2);
  end(&f);
  server_stop(blobs);
}

static void test_collect_has_a_maximum(void **state) {
  (void)state;
  struct fixture f = {0};
  begin(&f, echo, NULL);
  auto_call call = {0};
  struct artm_http_response *response;
  const void *data = NULL;
  uint64_t size = 7;
  assert_int_equal(get(&f, &call, "/12345678", 0, &response), 0);
  assert_int_equal(http_collect(&call, response, 8, &data, &size), ARTM_E_LOCAL);
  assert_null(data);
  assert_int_equal(get(&f, &call, "/12345678", 0, &response), 0);
  assert_int_equal(http_collect(&call, response, 9, &data, &size), 0);
  assert_int_equal(size, 9);
  end(&f);
}

static void test_plain_http_elsewhere_is_refused(void **state) {
  (void)state;
  struct fixture f = {0};
  f.client = http_client_new(&f.config);
  static const char *const urls[] = {"http://registry.example/v2/", "ftp://127.0.0.1/",
                                     "file:///etc/passwd", "https://u:p@127.0.0.1/"};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    auto_call call = {0};
    struct artm_http_response *response;
    const struct artm_http_request request = {
        .struct_size = sizeof request, .method = "GET", .url = urls[i]};
    assert_int_equal(http_send(f.client, &call, &request, &response), ARTM_E_UNSUPPORTED);
    assert_null(strstr(call.error.message, "u:p"));
  }
  http_client_free(f.client);
}

static bool quota(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server, (void)arg;
  server_reply(fd, request->number == 1 ? "200 OK" : "429 Too Many Requests",
               request->number == 1 ? "q-limit: 100;w=21600\r\nq-left: 7;w=21600\r\n"
                                    : "q-limit: 100;w=21600\r\nq-left: 0;w=21600\r\n",
               "");
  return true;
}

static void test_budget(void **state) {
  (void)state;
  struct fixture f = {.config.retries = 5};
  f.server = server_start(quota, NULL);
  struct host_facts facts = {0};
  strings_add_taken(&facts.budgets,
                    str_format("127.0.0.1:%u=q-limit,q-left", server_port(f.server)));
  strings_add_taken(&facts.hosts, str_format("hub.test=127.0.0.1:%u", server_port(f.server)));
  f.config.facts = &facts;
  f.client = http_client_new(&f.config);
  struct http_budget budget;
  assert_false(http_budget(f.client, "hub.test", &budget));
  const struct artm_http_request request = {
      .struct_size = sizeof request, .method = "GET", .url = "//hub.test/v2/a/manifests/1"};
  auto_call call = {0};
  struct artm_http_response *response;
  assert_int_equal(http_send(f.client, &call, &request, &response), 0);
  artm_http_close(response);
  assert_true(http_budget(f.client, "hub.test", &budget));
  assert_int_equal(budget.limit, 100);
  assert_int_equal(budget.remaining, 7);
  assert_int_equal(budget.window_seconds, 21600);
  assert_int_equal(http_send(f.client, &call, &request, &response), ARTM_E_RATE_LIMIT);
  assert_int_equal(server_requests(f.server), 2); /* waiting would not help */
  end(&f);
  strings_done(&facts.budgets);
  strings_done(&facts.hosts);
}

static bool mirror(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server, (void)arg;
  if (strcmp(request->path, "/v2/proxy/lib/x/manifests/1") == 0)
    server_reply(fd, "200 OK", "", "mirrored");
  else
    server_reply(fd, "404 Not Found", "", "");
  return true;
}

static void test_mirrors_come_first(void **state) {
  (void)state;
  struct fixture f = {0};
  f.server = server_start(echo, NULL);
  struct server *other = server_start(mirror, NULL);
  auto_free char *host = str_format("127.0.0.1:%u", server_port(f.server));
  auto_free char *place = str_format("127.0.0.1:%u/proxy", server_port(other));
  const char *const mirrors[] = {"127.0.0.1:1/none", place};
  const struct registry_settings settings = {.host = host, .mirrors = mirrors, .mirror_count = 2};
  f.config.registries = &settings;
  f.config.registry_count = 1;
  f.client = http_client_new(&f.config);
  auto_call call = {0};
  assert_string_equal(get_text(&f, &call, "/v2/lib/x/manifests/1"), "mirrored");
  assert_int_equal(server_requests(f.server), 0);
  assert_string_equal(get_text(&f, &call, "/v2/lib/x/manifests/2"), "/v2/lib/x/manifests/2");
  assert_int_equal(server_requests(other), 2);
  struct artm_http_response *response;
  assert_int_equal(get(&f, &call, "/v2/lib/x/manifests/1", ARTM_HTTP_NO_MIRROR, &response), 0);
  artm_http_close(response);
  assert_int_equal(server_requests(other), 2);
  end(&f);
  server_stop(other);
}

static void test_proxy_of_the_environment(void **state) {
  (void)state;
  const struct registry_settings settings = {.host = "registry.test", .plain_http = true};
  struct fixture f = {.config = {.registries = &settings, .registry_count = 1}};
  begin(&f, echo, NULL);
  auto_free char *proxy = str_format("http://127.0.0.1:%u", server_port(f.server));
  setenv("http_proxy", proxy, 1);
  auto_call call = {0};
  struct artm_http_response *response;
  const struct artm_http_request request = {
      .struct_size = sizeof request, .method = "GET", .url = "//registry.test/v2/"};
  assert_int_equal(http_send(f.client, &call, &request, &response), 0);
  artm_http_close(response);
  unsetenv("http_proxy");
  auto_free char *seen = server_journal(f.server);
  assert_non_null(strstr(seen, "GET http://registry.test/v2/ HTTP/1.1"));
  end(&f);
}

int main(void) {
  json_setup();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  setenv("HOME", "/nonexistent", 1);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_connection_serves_all),
      cmocka_unit_test(test_connections_at_most_workers),
      cmocka_unit_test(test_max_connections),
      cmocka_unit_test(test_requests_per_second),
      cmocka_unit_test(test_fields_of_a_response),
      cmocka_unit_test(test_codes_of_statuses),
      cmocka_unit_test(test_flags),
      cmocka_unit_test(test_headers_of_a_request_are_checked),
      cmocka_unit_test(test_truncated_bodies),
      cmocka_unit_test(test_close_delimited_body_has_no_size),
      cmocka_unit_test(test_broken_headers),
      cmocka_unit_test(test_429_pauses_the_origin),
      cmocka_unit_test(test_429_beyond_the_cap),
      cmocka_unit_test(test_retried_statuses),
      cmocka_unit_test(test_dead_connection_is_replaced),
      cmocka_unit_test(test_breaker),
      cmocka_unit_test(test_stall),
      cmocka_unit_test(test_stall_is_tried_again),
      cmocka_unit_test(test_drip_is_a_stall),
      cmocka_unit_test(test_cancel_and_deadline),
      cmocka_unit_test(test_offset_whatever_the_server_does),
      cmocka_unit_test(test_upload_reads_from_a_download),
      cmocka_unit_test(test_upload_source_fails),
      cmocka_unit_test(test_refused_upload_keeps_its_body),
      cmocka_unit_test(test_collect_has_a_maximum),
      cmocka_unit_test(test_plain_http_elsewhere_is_refused),
      cmocka_unit_test(test_budget),
      cmocka_unit_test(test_mirrors_come_first),
      cmocka_unit_test(test_proxy_of_the_environment),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  curl_global_cleanup();
  return failed;
}
