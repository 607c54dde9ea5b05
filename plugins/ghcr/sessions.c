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
  char *location = NULL;
  pthread_mutex_lock(&repository->lock);
  for (size_t i = 0; i < SESSIONS_MAX && !location; i++) {
    struct session *session = &repository->sessions[i];
    if (!session->digest || strcmp(session->digest, digest))
      continue;
    location = registry_take(&session->location);
    free(registry_take(&session->digest));
  }
  pthread_mutex_unlock(&repository->lock);
  return location;
}

void ghcr_session_keep(struct repository *repository, struct artm_call *call, const char *digest,
                       char *location) {
  bool is_kept = false;
  pthread_mutex_lock(&repository->lock);
  for (size_t i = 0; i < SESSIONS_MAX && !is_kept; i++) {
    struct session *session = &repository->sessions[i];
    if (session->digest)
      continue;
    *session = (struct session){registry_format("%s", digest), location};
    is_kept = true;
  }
  pthread_mutex_unlock(&repository->lock);
  if (is_kept)
    return;
  cancel(repository, call, location);
  free(location);
}

void ghcr_sessions_cancel(struct repository *repository, struct artm_call *call) {
  struct session unused[SESSIONS_MAX];
  pthread_mutex_lock(&repository->lock);
  memcpy(unused, repository->sessions, sizeof unused);
  memset(repository->sessions, 0, sizeof repository->sessions);
  pthread_mutex_unlock(&repository->lock);
  for (size_t i = 0; i < SESSIONS_MAX; i++) {
    if (unused[i].location)
      cancel(repository, call, unused[i].location);
    free(unused[i].location);
    free(unused[i].digest);
  }
}
