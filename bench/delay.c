/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP proxy that makes a far registry of a near one: delay MS PORT... listens on a free port of
   127.0.0.1 for each PORT there, prints the listening ports in one line, and forwards every chunk
   MS milliseconds after it came, each way; a new connection gets nowhere before 2 x MS, the time
   of a handshake. Bandwidth is not limited. One thread. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EVENTS = 256, CHUNK = 65536 };
enum { QUEUE_LIMIT = 64 << 20 }; /* bytes under way in one direction; the reader waits above it */
struct chunk {
  struct chunk *next;
  int64_t due; /* microseconds */
  size_t size, sent;
  bool is_end;
  char data[];
};

/* One direction: what came from one side and has yet to leave at the other. */
struct flow {
  struct chunk *first, **last;
  size_t queued;
};

struct side {
  int fd;
  int listener_port; /* of a listening socket: where its connections go; else 0 */
  bool is_done;      /* nothing more is read */
  bool wants_write;
  struct pair *pair;
  struct side *other;
  struct flow out; /* towards this side */
};

struct pair {
  struct side client, server;
  struct pair *next;
  int64_t ready; /* when the handshake would be over */
  bool is_dead;
};

static struct pair *pairs;
static int poller;
static int64_t delay;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* What epoll shall tell of this side: readable while the queue has room, writable when asked. */
static void side_watch(struct side *side, int operation) {
  bool reads = !side->is_done && (!side->other || side->other->out.queued < QUEUE_LIMIT);
  struct epoll_event event = {.events = (reads ? (uint32_t)EPOLLIN : 0) |
                                        (side->wants_write ? (uint32_t)EPOLLOUT : 0),
                              .data.ptr = side};
  if (epoll_ctl(poller, operation, side->fd, &event))
    err(1, "epoll_ctl");
}

static void flow_add(struct flow *flow, const char *data, size_t size, bool is_end, int64_t due) {
  struct chunk *chunk = malloc(sizeof(*chunk) + size);
  if (!chunk)
    err(1, "malloc");
  *chunk = (struct chunk){.due = due, .size = size, .is_end = is_end};
  if (size > 0)
    memcpy(chunk->data, data, size);
  *flow->last = chunk;
  flow->last = &chunk->next;
  flow->queued += size;
}

static void flow_drop_first(struct flow *flow) {
  struct chunk *chunk = flow->first;
  flow->first = chunk->next;
  if (!flow->first)
    flow->last = &flow->first;
  flow->queued -= chunk->size;
  free(chunk);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void pair_accept(const struct side *listener) {
  struct sockaddr_in address = loopback(listener->listener_port);
  int on = 1;
  int client = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0)
    return;
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(server, (struct sockaddr *)&address, sizeof(address))) {
    close(client);
    close(server);
    return;
  }
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  struct pair *pair = calloc(1, sizeof(*pair));
  if (!pair)
    err(1, "malloc");
  pair->client = (struct side){.fd = client, .pair = pair, .other = &pair->server};
  pair->server = (struct side){.fd = server, .pair = pair, .other = &pair->client};
  pair->client.out.last = &pair->client.out.first;
  pair->server.out.last = &pair->server.out.first;
  pair->next = pairs;
  pairs = pair;
  pair->ready = now() + 2 * delay;
  side_watch(&pair->client, EPOLL_CTL_ADD);
  side_watch(&pair->server, EPOLL_CTL_ADD);
}

static void pair_free(struct pair *pair) {
  struct side *sides[] = {&pair->client, &pair->server};
  for (int i = 0; i < 2; i++) {
    close(sides[i]->fd);
    while (sides[i]->out.first)
      flow_drop_first(&sides[i]->out);
  }
  free(pair);
}

static void side_read(struct side *side) {
  static char buffer[CHUNK];
  ssize_t n = recv(side->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0)
    side->is_done = true;
  int64_t come = now() > side->pair->ready ? now() : side->pair->ready;
  flow_add(&side->other->out, buffer, n > 0 ? (size_t)n : 0, n <= 0, come + delay);
  side_watch(side, EPOLL_CTL_MOD);
}

/* Sends what is due; false when both directions have ended, or one is broken. */
static bool side_flush(struct side *side, int64_t time) {
  bool was_full = side->out.queued >= QUEUE_LIMIT;
  bool is_blocked = false;
  while (side->out.first && side->out.first->due <= time && !is_blocked) {
    struct chunk *chunk = side->out.first;
    if (chunk->is_end) {
      shutdown(side->fd, SHUT_WR);
      flow_drop_first(&side->out);
      if (side->is_done && !side->other->out.first)
        return false;
      continue;
    }
    ssize_t n = send(side->fd, chunk->data + chunk->sent, chunk->size - chunk->sent,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    is_blocked = n < 0 && errno == EAGAIN;
    if (n < 0 && !is_blocked && errno != EINTR)
      return false;
    chunk->sent += n > 0 ? (size_t)n : 0;
    if (chunk->sent == chunk->size)
      flow_drop_first(&side->out);
  }
  if (is_blocked != side->wants_write) {
    side->wants_write = is_blocked;
    side_watch(side, EPOLL_CTL_MOD);
  }
  if (was_full && side->out.queued < QUEUE_LIMIT)
    side_watch(side->other, EPOLL_CTL_MOD);
  return true;
}

static void flush_all(void) {
  int64_t time = now();
  for (struct pair **at = &pairs, *pair; (pair = *at);) {
    if (!pair->is_dead && side_flush(&pair->client, time) && side_flush(&pair->server, time)) {
      at = &pair->next;
      continue;
    }
    *at = pair->next;
    pair_free(pair);
  }
}

/* Microseconds until the next chunk is due, or -1. A blocked side is epoll's matter. */
static int64_t next_due(void) {
  int64_t found = INT64_MAX;
  for (const struct pair *pair = pairs; pair; pair = pair->next) {
    const struct side *sides[] = {&pair->client, &pair->server};
    for (int i = 0; i < 2; i++)
      if (sides[i]->out.first && !sides[i]->wants_write && sides[i]->out.first->due < found)
        found = sides[i]->out.first->due;
  }
  int64_t left = found - now();
  return found == INT64_MAX ? -1 : left > 0 ? left : 0;
}

static void wait_for_more(void) {
  struct epoll_event events[MAX_EVENTS];
  int64_t until = next_due();
  struct timespec timeout = {until / 1000000, until % 1000000 * 1000};
  int n = epoll_pwait2(poller, events, MAX_EVENTS, until < 0 ? NULL : &timeout, NULL);
  for (int i = 0; i < n; i++) {
    struct side *side = events[i].data.ptr;
    if (side->listener_port)
      pair_accept(side);
    else if (events[i].events & (EPOLLERR | EPOLLHUP))
      side->pair->is_dead = side->is_done || !(events[i].events & EPOLLIN);
    if (!side->listener_port && events[i].events & EPOLLIN)
      side_read(side);
  }
}

static void listen_for(struct side *listener, int port) {
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  *listener = (struct side){.listener_port = port};
  listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener->fd < 0 || bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) ||
      listen(listener->fd, 1024) || getsockname(listener->fd, (struct sockaddr *)&address, &size))
    err(1, "listen");
  side_watch(listener, EPOLL_CTL_ADD);
  printf("%d ", ntohs(address.sin_port));
}

int main(int argc, char **argv) {
  if (argc < 3)
    errx(2, "usage: delay MS PORT...");
  struct side *listeners = calloc((size_t)argc, sizeof(*listeners));
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (!listeners || poller < 0)
    err(1, "epoll_create1");
  delay = atoi(argv[1]) * 1000;
  for (int i = 2; i < argc; i++)
    listen_for(&listeners[i], atoi(argv[i]));
  puts("");
  fflush(stdout);
  for (;;) {
    wait_for_more();
    flush_all();
  }
}
