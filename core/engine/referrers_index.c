/* SPDX-License-Identifier: Apache-2.0 */
/* The index under the referrers tag of a target. There is no way to write it only if it did not
 * change meanwhile: who wrote it looks later whether his entries are still there. */
#include "base/clock.h"
#include "engine/backoff.h"
#include "engine/referrers.h"
#include "report/log.h"
#include <stdlib.h>
#include <sys/random.h>

#define WRITES_MAX 12
#define PAUSE_MIN_MS 50u
#define PAUSE_MAX_MS 3000u

static int damaged(struct job *job, struct artm_call *call, const char *tag) {
  error_wrap(&call->error, "the list of referrers %s:%s can't be added to",
             job->repository->reference, tag);
  return error_hint(&call->error, "it is left as it is: look what it holds, and delete the tag if "
                                  "it is no list of referrers");
}

/* Its bytes, unless there is none, and what is in it. */
static int fetch(struct job *job, struct artm_call *call, const char *tag,
                 struct descriptor *ret_bytes, struct referrers_index *ret) {
  int result = job_target_manifest(job, call, tag, ret_bytes);
  if (result < 0)
    return error_wrap(&call->error, "the list of referrers %s", tag);
  if (result == ARTM_NO)
    return 0;
  return referrers_index_read(ret_bytes, ret, &call->error) < 0 ? damaged(job, call, tag) : 0;
}

int referrers_index_list(struct job *job, struct artm_call *call, const struct digest *subject,
                         struct referrers_index *ret) {
  char tag[REFERRERS_TAG_MAX + 1];
  referrers_tag(subject, tag);
  auto_descriptor bytes = {0};
  *ret = (struct referrers_index){0};
  return fetch(job, call, tag, &bytes, ret);
}

static int put(struct job *job, struct artm_call *call, const char *tag,
               const struct descriptor *old, struct manifest *const *missing, size_t count) {
  auto_descriptor list = {0};
  int result = referrers_index_add(old->data ? old : NULL, missing, count, &list, &call->error);
  if (result < 0)
    return damaged(job, call, tag);
  result = target_put_manifest(job->repository, call, tag, &list, NULL);
  if (result == 0)
    job->record->manifests_sent++;
  return result;
}

/* Another writer that read the list before us has written it by the time twice ours is over. */
static int wait_for_others(struct artm_call *call, uint64_t took_ms, unsigned writes) {
  uint64_t window = PAUSE_MIN_MS + 2 * took_ms, random = 0;
  if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
    random = took_ms;
  if (writes > 1) /* we are in each other's way: go asunder */
    window += random % ((uint64_t)PAUSE_MIN_MS << (writes < 6 ? writes : 6));
  return call_sleep(call, window < PAUSE_MAX_MS ? window : PAUSE_MAX_MS);
}

/* Reads the list and adds what it lacks. *ret_missing: how many that were. */
static int add_missing(struct job *job, struct artm_call *call, const struct digest *subject,
                       struct manifest *const *manifests, size_t count, size_t *ret_missing) {
  char tag[REFERRERS_TAG_MAX + 1];
  referrers_tag(subject, tag);
  auto_descriptor list = {0};
  struct referrers_index index = {0};
  int result = fetch(job, call, tag, &list, &index);
  if (result < 0)
    return result;
  auto_free struct manifest **missing = mem_array(count + 1, sizeof *missing);
  size_t missing_count = 0;
  for (size_t i = 0; i < count; i++)
    if (!referrers_index_has(&index, &manifests[i]->digest))
      missing[missing_count++] = manifests[i];
  referrers_index_done(&index);
  *ret_missing = missing_count;
  return missing_count ? put(job, call, tag, &list, missing, missing_count) : 0;
}

int referrers_index_publish(struct job *job, struct artm_call *call, const struct digest *subject,
                            struct manifest *const *manifests, size_t count) {
  uint32_t failures = 0;
  for (unsigned writes = 1; writes <= WRITES_MAX; writes++) {
    uint64_t start = clock_now_ms();
    size_t missing = 0;
    int result = add_missing(job, call, subject, manifests, count, &missing);
    if (result == 0 && !missing)
      return 0;
    if (result < 0)
      result = backoff_retry(call, ++failures, job->run->options->retries);
    else
      result = wait_for_others(call, clock_now_ms() - start, writes);
    if (result < 0)
      return result;
  }
  return call_fail(call, ARTM_E_CONFLICT,
                   "the list of referrers of %s lost what was added %d times: others write it, too",
                   subject->text, WRITES_MAX);
}
