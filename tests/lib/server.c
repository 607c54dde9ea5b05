/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP/1.1 server on loopback for unit tests. Included by the test that uses it. */
#include "lib/server.h"
#include "base/buf.h"
#include "base/memory.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_THREADS 64
#define SERVER_HEAD (64 * 1024)

struct server {
  int listener;
  unsigned port;
  server_handler *handle;
  void *arg;
  pthread_t acceptor;
  pthread_mutex_t lock; /* all below */
  pthread_t threads[SERVER_THREADS];
  int fds[SERVER_THREADS];
  unsigned thread_count, requests, connections, tls_attempts;
  struct buf journal;
  bool stopping;
};

struct connection {
  struct server *server;
  unsigned slot;
  int fd;
};

void server_bytes(int fd, const void *data, size_t len) {
  const char *p = data;
  while (len) {
    ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
    if (n <= 0)
      return;
    p += n;
    len -= (size_t)n;
  }
}

void server_text(int fd, const char *format, ...) {
  char *text = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&text, format, args);
  va_end(args);
  if (len > 0)
    server_bytes(fd, text, (size_t)len);
  free(text);
}

void server_reply(int fd, const char *status, const char *headers, const char *body) {
  server_text(fd, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n%s", status, strlen(body), headers,
              body);
}

void server_reset(int fd) {
  struct linger linger = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

char *server_header(const struct server_request *request, const char *name) {
  size_t len = strlen(name);
  for (const char *line = request->headers; line && *line;) {
    const char *end = strstr(line, "\r\n");
    if (!end)
      break;
    if (strncasecmp(line, name, len) == 0 && line[len] == ':')
      return str_copy_n(line + len + 2, (size_t)(end - line) - len - 2);
    line = end + 2;
  }
  return NULL;
}

uint64_t server_read_body(int fd, const struct server_request *request, uint64_t *sum) {
  uint64_t left = request->length;
  auto_free char *expect = server_header(request, "Expect");
  auto_free unsigned char *chunk = mem_alloc(65536);
  if (expect)
    server_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
  while (left) {
    ssize_t n = recv(fd, chunk, left < 65536 ? (size_t)left : 65536, 0);
    if (n <= 0)
      break;
    for (ssize_t i = 0; sum && i < n; i++)
      *sum += chunk[i];
    left -= (uint64_t)n;
  }
  return request->length - left;
}

/* Reads up to the empty line, byte by byte so that the body stays in the socket. */
static bool read_head(int fd, char *head) {
  size_t len = 0;
  while (len < SERVER_HEAD - 1) {
    if (recv(fd, head + len, 1, 0) != 1)
      return false;
    head[++len] = 0;
    if (len >= 4 && memcmp(head + len - 4, "\r\n\r\n", 4) == 0)
      return true;
  }
  return false;
}

static bool serve_one(struct server *server, int fd, unsigned connection, char *head) {
  struct server_request request = {.connection = connection};
  if (!read_head(fd, head) || sscanf(head, "%15s %1023s", request.method, request.path) != 2)
    return false;
  request.headers = strstr(head, "\r\n") + 2;
  auto_free char *length = server_header(&request, "Content-Length");
  request.length = length ? strtoull(length, NULL, 10) : 0;
  pthread_mutex_lock(&server->lock);
  request.number = ++server->requests;
  buf_text(&server->journal, head);
  pthread_mutex_unlock(&server->lock);
  return server->handle(server, fd, &request, server->arg);
}

static void *serve(void *arg) {
  struct connection *c = arg;
  struct server *server = c->server;
  auto_free char *head = mem_alloc(SERVER_HEAD);
  unsigned char first;
  if (recv(c->fd, &first, 1, MSG_PEEK) == 1) {
    pthread_mutex_lock(&server->lock);
    bool tls = first == 0x16;
    unsigned number = tls ? ++server->tls_attempts : ++server->connections;
    pthread_mutex_unlock(&server->lock);
    if (tls) {
      server_reply(c->fd, "400 Bad Request", "", "");
      recv(c->fd, head, SERVER_HEAD, 0);
    }
    while (!tls && serve_one(server, c->fd, number, head))
      ;
  }
  pthread_mutex_lock(&server->lock);
  server->fds[c->slot] = -1;
  close(c->fd);
  pthread_mutex_unlock(&server->lock);
  free(c);
  return NULL;
}

static void *accept_all(void *arg) {
  struct server *server = arg;
  for (;;) {
    int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
      return NULL;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pthread_mutex_lock(&server->lock);
    unsigned slot = server->thread_count;
    if (server->stopping || slot == SERVER_THREADS) {
      close(fd);
    } else {
      struct connection *c = mem_alloc(sizeof *c);
      *c = (struct connection){server, slot, fd};
      server->fds[slot] = fd;
      pthread_create(&server->threads[slot], NULL, serve, c);
      server->thread_count++;
    }
    pthread_mutex_unlock(&server->lock);
  }
}

struct server *server_start(server_handler *handle, void *arg) {
  struct server *server = mem_alloc(sizeof *server);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  server->handle = handle;
  server->arg = arg;
  pthread_mutex_init(&server->lock, NULL);
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(server->listener, (struct sockaddr *)&address, sizeof address) ||
      listen(server->listener, 64) ||
      getsockname(server->listener, (struct sockaddr *)&address, &len))
    abort();
  server->port = ntohs(address.sin_port);
  pthread_create(&server->acceptor, NULL, accept_all, server);
  return server;
}

void server_stop(struct server *server) {
  pthread_mutex_lock(&server->lock);
  server->stopping = true;
  shutdown(server->listener, SHUT_RDWR);
  for (unsigned i = 0; i < server->thread_count; i++)
    if (server->fds[i] >= 0)
      shutdown(server->fds[i], SHUT_RDWR);
  pthread_mutex_unlock(&server->lock);
  pthread_join(server->acceptor, NULL);
  for (unsigned i = 0; i < server->thread_count; i++)
    pthread_join(server->threads[i], NULL);
  close(server->listener);
  buf_done(&server->journal);
  pthread_mutex_destroy(&server->lock);
  free(server);
}

unsigned server_port(const struct server *server) {
  return server->port;
}

static unsigned locked(struct server *server, const unsigned *value) {
  pthread_mutex_lock(&server->lock);
  unsigned copy = *value;
  pthread_mutex_unlock(&server->lock);
  return copy;
}

unsigned server_requests(struct server *server) {
  return locked(server, &server->requests);
}

unsigned server_connections(struct server *server) {
  return locked(server, &server->connections);
}

unsigned server_tls_attempts(struct server *server) {
  return locked(server, &server->tls_attempts);
}

char *server_journal(struct server *server) {
  pthread_mutex_lock(&server->lock);
  char *copy = str_copy(server->journal.data ? server->journal.data : "");
  pthread_mutex_unlock(&server->lock);
  return copy;
}
