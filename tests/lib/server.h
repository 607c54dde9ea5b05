/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP/1.1 server on loopback, in this process, for unit tests: each request goes to the
 * test's own function, which writes raw bytes. */
#ifndef TESTS_LIB_SERVER_H
#define TESTS_LIB_SERVER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;
struct server_request {
  char method[16];
  char path[1024]; /* with query */
  char *headers;   /* all lines */
  uint64_t length; /* of the body */
  unsigned number; /* of all requests to this server, from 1 */
  unsigned connection;
};
/* False: the connection is closed. */
typedef bool server_handler(struct server *, int fd, const struct server_request *, void *arg);

struct server *server_start(server_handler *, void *arg);
void server_stop(struct server *);
unsigned server_port(const struct server *);
unsigned server_requests(struct server *);
unsigned server_connections(struct server *); /* on which a request came */
unsigned server_tls_attempts(struct server *);
/* All requests so far: lines and headers. Caller frees. */
char *server_journal(struct server *);

/* For handlers. The value of a header, or NULL; caller frees. */
char *server_header(const struct server_request *, const char *name);
void server_text(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
void server_bytes(int fd, const void *data, size_t len);
/* A whole response with Content-Length; headers are lines that end with CRLF. */
void server_reply(int fd, const char *status, const char *headers, const char *body);
/* Reads the request's body, after "100 Continue" if the client waits for it; returns its length
 * and, if sum is given, the sum of its bytes. */
uint64_t server_read_body(int fd, const struct server_request *, uint64_t *sum);
/* The next close sends RST. */
void server_reset(int fd);
#endif
