/* SPDX-License-Identifier: Apache-2.0 */
/* Upload sessions that a registry opened in place of a mount, kept for the put that follows. */
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include <stdlib.h>
#include <string.h>

/* Ends an upload at the registry. Whether it minds is of no interest: it ends them itself in time.
 */
static void cancel(struct repository *repository, struct artm_call *call, const char *location) {
  struct artm_http_request request = {.method = "DELETE",
                                      .url = location,
                                      .scope = repository->registry.push,
                                      .flags = ARTM_HTTP_ANY_STATUS | ARTM_HTTP_SAME_ORIGIN};
  struct artm_http_response *response = NULL;
  if (!registry_send(&repository->registry, call, &request, &response))
    artm_http_close(response);
}

char *ghcr_session_take(struct repository *repository, const char *digest) {
  struct session *found = NULL;
  pthread_mutex_lock(&repository->lock);
  for (struct session **at = &repository->sessions; *at; at = &(*at)->next)
    if (!strcmp((*at)->digest, digest)) {
      found = *at;
      *at = found->next;
      break;
    }
  pthread_mutex_unlock(&repository->lock);
  if (!found)
    return NULL;
  char *location = found->location;
  free(found->digest);
  free(found);
  return location;
}

void ghcr_session_keep(struct repository *repository, const char *digest, char *location) {
  struct session *session = registry_zalloc(sizeof *session);
  session->digest = registry_format("%s", digest);
  session->location = location;
  pthread_mutex_lock(&repository->lock);
  session->next = repository->sessions;
  repository->sessions = session;
  pthread_mutex_unlock(&repository->lock);
}

void ghcr_sessions_cancel(struct repository *repository, struct artm_call *call) {
  pthread_mutex_lock(&repository->lock);
  struct session *unused = repository->sessions;
  repository->sessions = NULL;
  pthread_mutex_unlock(&repository->lock);
  while (unused) {
    struct session *next = unused->next;
    cancel(repository, call, unused->location);
    free(unused->location);
    free(unused->digest);
    free(unused);
    unused = next;
  }
}
