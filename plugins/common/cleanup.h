/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that free what they hold at the end of their block. */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p) {
  free(*(void **)p);
}
static inline void cleanup_close(int *fd) {
  if (*fd >= 0)
    close(*fd);
}
static inline void cleanup_json(json_t **json) {
  json_decref(*json);
}
#define auto_free __attribute__((cleanup(cleanup_free)))
#define auto_fd __attribute__((cleanup(cleanup_close))) int
#define auto_json __attribute__((cleanup(cleanup_json))) json_t
#endif
