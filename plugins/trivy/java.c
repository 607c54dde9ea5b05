/* SPDX-License-Identifier: Apache-2.0 */
/* The index of Java archives, which is large and which few images need: fetched when a scan fails
 * for want of it. */
#include "common/fail.h"
#include "trivy/database.h"

#define POLL_MS 200

static int32_t fetch(struct trivy *trivy, struct artm_call *call, const char *cache,
                     const char *where) {
  struct database_state state;
  int32_t answer = trivy->state ? trivy->state->lock(trivy->state, call, java_database.folder) : 0;
  if (answer)
    return answer;
  database_look(trivy, call, cache, &java_database, &state); /* another run may have fetched it */
  if (state.there)
    return 0;
  struct failure failure = {0};
  answer = database_fetch(trivy, call, cache, &java_database, &failure);
  if (answer == ARTM_NO)
    answer = fail(trivy->host, call, failure.code, where, failure.hint,
                  "the %s could not be fetched: %s", java_database.title, failure.message);
  return answer;
}

/* The others wait here and not for the lock, which is held until the call of the first one ends. */
int32_t java_fetch_once(struct trivy *trivy, struct artm_call *call, const char *cache,
                        const char *where) {
  struct database_state state;
  for (;;) {
    database_look(trivy, call, cache, &java_database, &state);
    if (state.there)
      return 0;
    pthread_mutex_lock(&trivy->lock);
    bool failed = trivy->java_failed, mine = !failed && !trivy->fetching_java;
    if (mine)
      trivy->fetching_java = true;
    pthread_mutex_unlock(&trivy->lock);
    if (failed)
      return fail(trivy->host, call, ARTM_E_NOT_FOUND, where, NULL,
                  "the %s could not be fetched for an earlier scan", java_database.title);
    int32_t answer = mine ? fetch(trivy, call, cache, where) : trivy->host->sleep(call, POLL_MS);
    if (mine) {
      pthread_mutex_lock(&trivy->lock);
      trivy->fetching_java = false;
      trivy->java_failed = answer && answer != ARTM_E_CANCELLED && answer != ARTM_E_TIMEOUT;
      pthread_mutex_unlock(&trivy->lock);
    }
    if (answer)
      return answer;
  }
}
