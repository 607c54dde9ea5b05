/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of responses: whole and in order whatever the server's framing and the reader's buffer,
 * and connections that serve again afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/server.c"

#include "http/client.h"

#define BIG (1500u * 1000)
#define CHUNK 50000u

enum framing { LENGTH, CHUNKED, UNTIL_CLOSE, FRAMINGS };

struct fixture {
  struct server *server;
  struct http_client *client;
  struct http_config config;
  size_t size;
  enum framing framing;
};

static unsigned char pattern(uint64_t i) {
  return (unsigned char)(i * 7 + i / 251);
}

static bool give(struct server *server, int fd, const struct server_request *request, void *arg) {
  (void)server, (void)request;
  const struct fixture *f = arg;
  auto_free unsigned char *bytes = mem_alloc(f->size);
  for (size_t i = 0; i < f->size; i++)
    bytes[i] = pattern(i);
  server_text(fd, "HTTP/1.1 200 OK\r\n");
  if (f->framing == CHUNKED)
    server_text(fd, "Transfer-Encoding: chunked\r\n\r\n");
  else if (f->framing == LENGTH)
    server_text(fd, "Content-Length: %zu\r\n\r\n", f->size);
  else
    server_text(fd, "Connection: close\r\n\r\n");
  for (size_t at = 0; f->framing == CHUNKED && at < f->size; at += CHUNK) {
    size_t n = f->size - at < CHUNK ? f->size - at : CHUNK;
    server_text(fd, "%zx\r\n", n);
    server_bytes(fd, bytes + at, n);
    server_text(fd, "\r\n");
  }
  if (f->framing == CHUNKED)
    server_text(fd, "0\r\n\r\n");
  else
    server_bytes(fd, bytes, f->size);
  return f->framing != UNTIL_CLOSE;
}

static void begin(struct fixture *f, enum framing framing, size_t size) {
  *f = (struct fixture){.framing = framing, .size = size};
  f->server = server_start(give, f);
  f->client = http_client_new(&f->config);
}

static void end(struct fixture *f) {
  http_client_free(f->client);
  server_stop(f->server);
}

static struct artm_http_response *get(struct fixture *f, struct artm_call *call) {
  auto_free char *url = str_format("//127.0.0.1:%u/blob", server_port(f->server));
  const struct artm_http_request request = {
      .struct_size = sizeof request, .method = "GET", .url = url};
  struct artm_http_response *response;
  assert_int_equal(http_send(f->client, call, &request, &response), 0);
  return response;
}

static void read_all(struct fixture *f, size_t piece) {
  auto_call call = {0};
  struct artm_http_response *response = get(f, &call);
  auto_free unsigned char *buffer = mem_alloc(piece);
  uint64_t position = 0;
  int64_t n;
  while ((n = response->body->read(response->body, &call, buffer, piece)) > 0) {
    assert_true((uint64_t)n <= piece);
    for (int64_t i = 0; i < n; i++, position++)
      if (buffer[i] != pattern(position))
        fail_msg("pieces of %zu: wrong byte at %llu", piece, (unsigned long long)position);
  }
  assert_int_equal(n, 0);
  assert_int_equal(position, f->size);
  artm_http_close(response);
}

/* Smaller and larger than what libcurl takes from a socket at once, and no multiple of it. */
static void test_whole_in_any_pieces(void **state) {
  (void)state;
  const size_t pieces[] = {777, 16384, 65535, 65536, 100001, 262144, 2 * BIG};
  for (enum framing framing = LENGTH; framing < FRAMINGS; framing++) {
    struct fixture f;
    begin(&f, framing, BIG);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
      read_all(&f, pieces[i]);
    if (framing != UNTIL_CLOSE)
      assert_int_equal(server_connections(f.server), 1);
    end(&f);
  }
}

/* A reader that stops before the end of a short body keeps its connection, and waits for nothing:
 * the server has sent all. */
static void test_short_rest_is_drained(void **state) {
  (void)state;
  for (enum framing framing = LENGTH; framing < UNTIL_CLOSE; framing++) {
    struct fixture f;
    begin(&f, framing, 60000);
    for (int i = 0; i < 20; i++) {
      auto_call call = {0};
      char some[1000];
      struct artm_http_response *response = get(&f, &call);
      for (int k = 0; k < i; k++)
        assert_true(response->body->read(response->body, &call, some, sizeof some) > 0);
      artm_http_close(response);
    }
    assert_int_equal(server_connections(f.server), 1);
    end(&f);
  }
}

/* Nobody reads a long rest to its end. */
static void test_long_rest_is_dropped(void **state) {
  (void)state;
  struct fixture f;
  begin(&f, LENGTH, BIG);
  for (int i = 0; i < 3; i++) {
    auto_call call = {0};
    char some[1000];
    struct artm_http_response *response = get(&f, &call);
    assert_true(response->body->read(response->body, &call, some, sizeof some) > 0);
    artm_http_close(response);
  }
  assert_int_equal(server_connections(f.server), 3);
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole_in_any_pieces),
      cmocka_unit_test(test_short_rest_is_drained),
      cmocka_unit_test(test_long_rest_is_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
