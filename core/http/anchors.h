/* SPDX-License-Identifier: Apache-2.0 */
/* Trust anchors, parsed once a run and shared by all connections: reading the system's bundle anew
 * for each costs more than the handshake that it serves. */
#ifndef HTTP_ANCHORS_H
#define HTTP_ANCHORS_H
#include "base/buf.h"
#include "base/map.h"
#include <curl/curl.h>
#include <pthread.h>

struct anchors { /* what certificates are checked against; NULL: curl's default */
  const char *file, *folder;
  const struct buf *pem; /* in place of file */
};
struct anchor_cache {
  pthread_mutex_t lock;
  struct map stores; /* what they were read from to X509_STORE */
};
void anchor_cache_init(struct anchor_cache *);
void anchor_cache_done(struct anchor_cache *);
/* Sets them on a handle that was just reset. Where libcurl does TLS by another library, or they
 * can't be read, it is left to libcurl, which then says what is wrong. Any thread. */
void anchors_use(struct anchor_cache *, CURL *, const struct anchors *);
#endif
