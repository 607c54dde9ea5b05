/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes: taken from their origin or made, set up, given back. */
#include "http/lane.h"
#include "base/clock.h"
#include "http/admission.h"
#include "http/tls.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LANE_IDLE_S 60L
#define LANE_LIFE_S 600L
#define SEND_BUFFER (256L * 1024)

void lane_free(struct lane *lane) {
  if (!lane)
    return;
  curl_easy_cleanup(lane->easy);
  curl_multi_cleanup(lane->multi);
  free(lane->key);
  free(lane);
}

static void free_list(struct lane *list) {
  while (list) {
    struct lane *next = list->next;
    lane_free(list);
    list = next;
  }
}

/* The address is judged at the very moment it is used: a name may resolve anew each time. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
  struct lane *lane = arg;
  (void)purpose;
  if (!lane->proxied) {
    enum address_class class = address_classify(&address->addr);
    if (class > lane->allowed) {
      lane->refused = true;
      return CURL_SOCKET_BAD;
    }
  }
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0 && errno != EAFNOSUPPORT) /* a kernel without IPv6 has IPv4 */
    lane->no_socket = errno;
  return fd;
}

void lane_note_address(struct lane *lane) {
  char *text = NULL;
  lane->refused = false;
  if (lane->proxied || curl_easy_getinfo(lane->easy, CURLINFO_PRIMARY_IP, &text) != CURLE_OK ||
      !text || !*text)
    return;
  lane->reached = address_classify_text(text);
  atomic_store(&lane->origin->address_class, (int)lane->reached);
}

static int setup(struct lane *lane, struct artm_call *call, const struct lane_request *request) {
  CURL *easy = lane->easy;
  curl_easy_reset(easy);
  lane->allowed = request->allowed;
  lane->sample = LANE_SAMPLE_NONE;
  lane->refused = false;
  lane->no_socket = 0;
  lane->error_text[0] = 0;
  const char *proxy = proxy_for(request->url->tls, request->url->host);
  lane->proxied = proxy != NULL;
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy ? proxy : "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, lane->error_text);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_URL, request->url->text);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, request->url->tls ? "https" : "http");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)lane->client->config.connect_timeout_ms);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)LANE_RECEIVE_MAX);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BUFFER);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, LANE_IDLE_S);
  curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, LANE_LIFE_S);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->fresh ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, lane);
  return tls_setup(lane->client, call, easy, lane->origin, request->url, request->registry);
}

static struct lane *lane_new(struct http_client *client, struct origin *origin, char *key) {
  struct lane *lane = mem_alloc(sizeof *lane);
  lane->client = client;
  lane->origin = origin;
  lane->key = key;
  lane->multi = curl_multi_init();
  lane->easy = curl_easy_init();
  if (lane->multi)
    curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, 1L);
  return lane;
}

/* Takes old lanes out of the idle list; the lock is held. */
static struct lane *expired(struct origin *origin, uint64_t now) {
  struct lane *old = NULL;
  for (struct lane **at = &origin->idle; *at;) {
    struct lane *lane = *at;
    if (now - lane->idle_since_ms < (uint64_t)LANE_IDLE_S * 1000) {
      at = &lane->next;
      continue;
    }
    *at = lane->next;
    lane->next = old;
    old = lane;
  }
  return old;
}

static struct lane *pick_idle(struct origin *origin, const char *key, enum address_class allowed) {
  for (struct lane **at = &origin->idle; *at; at = &(*at)->next) {
    struct lane *lane = *at;
    if (strcmp(lane->key, key) == 0 && lane->reached <= allowed) {
      *at = lane->next;
      return lane;
    }
  }
  return NULL;
}

/* The lock is held. */
static void own(struct lane *lane) {
  lane->owner = pthread_self();
  lane->owner_waits = false;
  lane->next = lane->origin->busy;
  lane->origin->busy = lane;
}

int lane_take(struct http_client *client, struct origin *origin, struct artm_call *call,
              const struct lane_request *request, struct lane **ret) {
  auto_free char *key = tls_key(client, request->url, request->registry);
  pthread_mutex_lock(&client->lock);
  int rc = admission_enter(client, origin, call);
  struct lane *old = rc ? NULL : expired(origin, clock_now_ms());
  struct lane *lane = rc ? NULL : pick_idle(origin, key, request->allowed);
  if (lane)
    own(lane);
  pthread_mutex_unlock(&client->lock);
  if (rc)
    return rc;
  if (!lane) { /* made outside the lock: it takes a while */
    lane = lane_new(client, origin, take(key));
    pthread_mutex_lock(&client->lock);
    own(lane);
    pthread_mutex_unlock(&client->lock);
  }
  free_list(old);
  rc = lane->multi && lane->easy ? setup(lane, call, request)
                                 : call_fail(call, ARTM_E_LOCAL, "no connection can be set up: %s",
                                             "too many open files, or no memory");
  if (rc)
    lane_give(lane, false);
  else
    *ret = lane;
  return rc;
}

/* WINDOW_KINDS: nothing to be learnt from it. */
static enum window_kind kind_of(const struct lane *lane) {
  long status = 0;
  curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &status);
  bool fine = status >= 200 && status < 300;
  if (lane->sample == LANE_SAMPLE_HEAD && (fine || status == 404))
    return fine ? WINDOW_HEAD_FOUND : WINDOW_HEAD_MISSING;
  if (lane->sample == LANE_SAMPLE_GET && fine)
    return WINDOW_GET;
  if (lane->sample == LANE_SAMPLE_POST && fine)
    return status == 201 ? WINDOW_POST_DONE : WINDOW_POST_BEGUN;
  return WINDOW_KINDS;
}

/* From the request's first byte to the answer's: a new connection's handshakes don't count. The
 * lock is held. */
static void note_latency(const struct lane *lane, enum window_kind kind, uint64_t now) {
  curl_off_t sent = 0, answered = 0;
  curl_easy_getinfo(lane->easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
  curl_easy_getinfo(lane->easy, CURLINFO_STARTTRANSFER_TIME_T, &answered);
  if (answered > sent)
    window_answered(&lane->origin->window, kind, (uint64_t)(answered - sent), now);
}

void lane_give(struct lane *lane, bool reusable) {
  struct http_client *client = lane->client;
  struct origin *origin = lane->origin;
  enum window_kind kind = reusable ? kind_of(lane) : WINDOW_KINDS;
  uint64_t now = clock_now_ms();
  pthread_mutex_lock(&client->lock);
  if (kind != WINDOW_KINDS)
    note_latency(lane, kind, now);
  for (struct lane **at = &origin->busy; *at; at = &(*at)->next)
    if (*at == lane) {
      *at = lane->next;
      break;
    }
  if (reusable) {
    lane->idle_since_ms = now;
    lane->next = origin->idle;
    origin->idle = lane;
  }
  admission_leave(origin);
  pthread_mutex_unlock(&client->lock);
  if (!reusable)
    lane_free(lane);
}
