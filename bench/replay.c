/* SPDX-License-Identifier: Apache-2.0 */
/* Replays the fewest requests that mirror a corpus over kept connections: the limit of
   bench/run's workloads. replay THREADS SOURCE-PORT TARGET-PORT PLAN ACCEPT; the plan is that of
   bench/lib/limit.py. Plain http on 127.0.0.1. */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_HEAD = 16384 };
struct peer {
  int port, fd;
};

struct answer {
  int status;
  char location[4096];
  char *body; /* of the last GET; kept for the next */
  size_t size, room;
};

struct worker {
  struct peer source, target;
  struct answer got, said;
};

static char **lines;
static size_t line_count, next_line, phase_end;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static const char *accept_types;
static int source_port, target_port;

static void peer_connect(struct peer *peer) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)peer->port)};
  int on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&address, sizeof(address)))
    errx(1, "can't connect to port %d", peer->port);
  setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void send_all(const struct peer *peer, const char *data, size_t size) {
  while (size > 0) {
    ssize_t n = send(peer->fd, data, size, MSG_NOSIGNAL);
    if (n <= 0)
      errx(1, "connection to port %d broke", peer->port);
    data += n;
    size -= (size_t)n;
  }
}

static void answer_reserve(struct answer *answer, size_t size) {
  if (size <= answer->room)
    return;
  if (!(answer->body = realloc(answer->body, size)))
    errx(1, "no memory");
  answer->room = size;
}

/* The value of a header in a head that ends with an empty line, or NULL. */
static const char *header(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *at = strstr(head, "\r\n"); at && at[2] != '\r'; at = strstr(at + 2, "\r\n"))
    if (strncasecmp(at + 2, name, length) == 0 && at[2 + length] == ':')
      return at + 2 + length + 1 + strspn(at + 2 + length + 1, " ");
  return NULL;
}

static void read_answer(struct peer *peer, bool has_body, struct answer *answer) {
  char head[MAX_HEAD + 1];
  size_t have = 0;
  const char *end = NULL;
  while (!end) {
    ssize_t n = recv(peer->fd, head + have, MAX_HEAD - have, 0);
    if (n <= 0)
      errx(1, "no answer from port %d", peer->port);
    have += (size_t)n;
    head[have] = 0;
    end = strstr(head, "\r\n\r\n");
  }
  const char *length = header(head, "Content-Length");
  const char *location = header(head, "Location");
  answer->status = atoi(head + sizeof("HTTP/1.1"));
  snprintf(answer->location, sizeof(answer->location), "%.*s",
           location ? (int)strcspn(location, "\r") : 0, location ? location : "");
  answer->size = has_body && length ? strtoul(length, NULL, 10) : 0;
  answer_reserve(answer, answer->size);
  size_t extra = have - (size_t)(end + 4 - head);
  if (extra > answer->size)
    errx(1, "port %d sent more than it said", peer->port);
  memcpy(answer->body ? answer->body : head, end + 4, extra);
  while (extra < answer->size) {
    ssize_t n = recv(peer->fd, answer->body + extra, answer->size - extra, 0);
    if (n <= 0)
      errx(1, "port %d stopped within a body", peer->port);
    extra += (size_t)n;
  }
}

static void request(struct peer *peer, const char *method, const char *path, const char *more,
                    const char *body, size_t size, int expected, struct answer *answer) {
  char head[MAX_HEAD];
  if (peer->fd < 0)
    peer_connect(peer);
  int n = snprintf(head, sizeof(head),
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s"
                   "Content-Length: %zu\r\n\r\n",
                   method, path, peer->port, more, size);
  if (n < 0 || (size_t)n >= sizeof(head))
    errx(1, "request too long");
  send_all(peer, head, (size_t)n);
  send_all(peer, body, size);
  read_answer(peer, strcmp(method, "HEAD") != 0, answer);
  if (answer->status != expected)
    errx(1, "%s %s: %d, not %d", method, path, answer->status, expected);
}

static void look(struct worker *worker, struct peer *peer, const char *method, const char *path,
                 int expected) {
  char accept[1024];
  snprintf(accept, sizeof(accept), "Accept: %s\r\n", accept_types);
  request(peer, method, path, accept, NULL, 0, expected, &worker->got);
}

static void copy_blob(struct worker *worker, const char *top, const char *digest) {
  char path[8192];
  snprintf(path, sizeof(path), "%s/blobs/%s", top, digest);
  request(&worker->source, "GET", path, "", NULL, 0, 200, &worker->got);
  snprintf(path, sizeof(path), "%s/blobs/uploads/", top);
  request(&worker->target, "POST", path, "", NULL, 0, 202, &worker->said);
  const char *relative = strstr(worker->said.location, "/v2/");
  if (!relative)
    errx(1, "no upload location");
  snprintf(path, sizeof(path), "%s%cdigest=%s", relative, strchr(relative, '?') ? '&' : '?',
           digest);
  request(&worker->target, "PUT", path, "Content-Type: application/octet-stream\r\n",
          worker->got.body, worker->got.size, 201, &worker->said);
}

static void put_manifest(struct worker *worker, const char *path, const char *type,
                         const char *file) {
  char body[65536], more[2048];
  FILE *stream = fopen(file, "re");
  if (!stream)
    errx(1, "can't read %s", file);
  size_t size = fread(body, 1, sizeof(body), stream);
  fclose(stream);
  snprintf(more, sizeof(more), "Content-Type: %s\r\n", type);
  request(&worker->target, "PUT", path, more, body, size, 201, &worker->said);
}

static void step(struct worker *worker, const char *line) {
  char verb[16], a[1024], b[1024], c[1024], path[4096];
  int n = sscanf(line, "%15s %1023s %1023s %1023s", verb, a, b, c);
  if (n == 4 && strcmp(verb, "head") == 0) {
    look(worker, strcmp(a, "source") == 0 ? &worker->source : &worker->target, "HEAD", b, atoi(c));
  } else if (n == 2 && strcmp(verb, "get") == 0) {
    look(worker, &worker->source, "GET", a, 200);
  } else if (n == 3 && strcmp(verb, "blob") == 0) {
    copy_blob(worker, a, b);
  } else if (n == 4 && strcmp(verb, "mount") == 0) {
    snprintf(path, sizeof(path), "%s/blobs/uploads/?mount=%s&from=%s", a, b, c);
    request(&worker->target, "POST", path, "", NULL, 0, 201, &worker->said);
  } else if (n == 4 && strcmp(verb, "manifest") == 0) {
    put_manifest(worker, a, b, c);
  } else {
    errx(1, "can't do '%s'", line);
  }
}

/* The lines of the next unit of this phase: [*from, *to); false at the phase's end. */
static bool take_unit(size_t *from, size_t *to) {
  pthread_mutex_lock(&lock);
  bool found = next_line < phase_end;
  *from = next_line + 1; /* after the '-' */
  *to = *from;
  while (found && *to < phase_end && lines[*to][0] != '-')
    ++*to;
  if (found)
    next_line = *to;
  pthread_mutex_unlock(&lock);
  return found;
}

static size_t find_phase_end(size_t at) {
  while (at < line_count && lines[at][0] != '=')
    at++;
  return at;
}

static void *work(void *unused) {
  struct worker worker = {.source = {source_port, -1}, .target = {target_port, -1}};
  size_t from, to;
  for (;;) {
    while (take_unit(&from, &to))
      for (; from < to; from++)
        step(&worker, lines[from]);
    size_t ended = phase_end;
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
      next_line = phase_end + 1;
      phase_end = find_phase_end(next_line);
    }
    pthread_barrier_wait(&barrier);
    if (ended >= line_count)
      return unused;
  }
}

static void read_plan(const char *path) {
  size_t room = 0;
  char *line = NULL;
  FILE *stream = fopen(path, "re");
  if (!stream)
    errx(1, "can't read %s", path);
  while (getline(&line, &room, stream) > 0) {
    line[strcspn(line, "\n")] = 0;
    if (!(lines = realloc(lines, (line_count + 1) * sizeof(*lines))))
      errx(1, "no memory");
    lines[line_count++] = strdup(line);
  }
  free(line);
  fclose(stream);
}

int main(int argc, char **argv) {
  pthread_t threads[256];
  int count = argc == 6 ? atoi(argv[1]) : 0;
  if (count < 1 || count > 256)
    errx(1, "usage: replay THREADS SOURCE-PORT TARGET-PORT PLAN ACCEPT");
  source_port = atoi(argv[2]);
  target_port = atoi(argv[3]);
  accept_types = argv[5];
  read_plan(argv[4]);
  phase_end = find_phase_end(0);
  pthread_barrier_init(&barrier, NULL, (unsigned)count);
  for (int i = 0; i < count; i++)
    if (pthread_create(&threads[i], NULL, work, NULL))
      errx(1, "no thread");
  for (int i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
}
