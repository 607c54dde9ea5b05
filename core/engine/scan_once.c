/* SPDX-License-Identifier: Apache-2.0 */
/* One scan of one manifest, or what the cache has of it. */
#include "base/clock.h"
#include "base/fs.h"
#include "engine/backoff.h"
#include "engine/scan.h"
#include "engine/scan_queue.h"
#include "report/log.h"
#include <string.h>

#define RETRIES 2 /* a scan that the network broke is worth another try, but is dear */

struct place {
  char *folder; /* private */
  char *work, *layout;
};

static void place_done(struct place *place) {
  auto_error err = {0};
  if (place->folder && fs_remove_tree(place->folder, &err) < 0)
    log_write(LOG_WARNING, NULL, "a private folder is left behind: %s", err.message);
  free_pointer(&place->folder);
  free_pointer(&place->work);
  free_pointer(&place->layout);
}

static int make_place(struct place *place, struct artm_call *call) {
  if (fs_private_folder(&place->folder, &call->error) < 0)
    return call->error.code;
  place->work = fs_join(place->folder, "work");
  place->layout = fs_join(place->folder, "layout");
  if (fs_make_folders(place->work, 0700, &call->error) < 0)
    return call->error.code;
  return fs_make_folders(place->layout, 0700, &call->error);
}

static int use_registry(struct job *job, struct artm_call *call, const struct descriptor *manifest,
                        struct scan_subject *subject) {
  struct http_client *http = job->run->input->http;
  const char *repository = job->repository->reference;
  auto_free char *host = str_copy_n(repository, strcspn(repository, "/"));
  subject->repository = repository;
  subject->reference = arena_format(&call->memory, "%s@%s", repository, manifest->digest.text);
  int result = http_registry_is_plain(http, call, host, &subject->plain_http);
  if (result < 0)
    return result;
  subject->ca_file = http_registry_ca(http, host);
  return 0;
}

static int use_layout(struct job *job, struct artm_call *call, const struct descriptor *manifest,
                      const struct place *place, struct scan_subject *subject) {
  subject->layout = place->layout;
  return target_export_layout(job->repository, call, manifest, place->layout);
}

static int scan_here(struct job *job, const struct scanner *scanner, struct artm_call *call,
                     const struct descriptor *manifest, const struct place *place,
                     struct scan_subject *subject) {
  if (job->repository->registry && scanner_reads_registry(scanner))
    return use_registry(job, call, manifest, subject);
  if (scanner_reads_layout(scanner))
    return use_layout(job, call, manifest, place, subject);
  return call_fail(call, ARTM_E_UNSUPPORTED, "%s can't read what is at %s", scanner->plugin->id,
                   job->repository->reference);
}

static void set_outcome(struct scan_result *result, struct artm_call *call, int answer) {
  result->end_ms = clock_wall_ms();
  result->status = answer == 0                    ? SCAN_OK
                   : answer == ARTM_E_TIMEOUT     ? SCAN_TIMEOUT
                   : answer == ARTM_E_UNSUPPORTED ? SCAN_SKIPPED
                                                  : SCAN_FAILED;
  if (answer < 0)
    error_move(&result->error, &call->error);
}

/* Whose limit it was. */
static void explain_timeout(const struct scan_rule *rule, struct error *err) {
  auto_free char *limit = text_duration(rule->timeout_ms);
  error_set(err, ARTM_E_TIMEOUT, "it took longer than %s", limit);
  error_hint(err, "give it more time with 'scanners: {%s: {timeout: 30m}}'", rule->scanner->id);
}

/* One attempt, in a call of its own: what it lends would pile up. */
static int scan_once(struct job *job, struct scanner *scanner, const struct scan_rule *rule,
                     const struct scan_manifest *manifest, const char *key,
                     struct scan_result *result, struct error *err) {
  __attribute__((cleanup(place_done))) struct place place = {0};
  auto_call call = job_call(job);
  call.deadline_ms = rule->timeout_ms ? clock_now_ms() + rule->timeout_ms : 0;
  const struct descriptor descriptor = {
      .media_type = manifest->media_type, .digest = manifest->digest, .size = manifest->size};
  struct scan_subject subject = {.platform = manifest->platform,
                                 .config_media_type = manifest->config_media_type,
                                 .manifest = &descriptor,
                                 .settings = &rule->options};
  int answer = make_place(&place, &call);
  if (answer == 0)
    answer = scan_here(job, scanner, &call, &descriptor, &place, &subject);
  subject.folder = place.work;
  if (answer == 0)
    answer = scanner_scan(scanner, &call, &subject, result);
  set_outcome(result, &call, answer);
  if (answer == ARTM_E_TIMEOUT && call.deadline_ms && clock_now_ms() >= call.deadline_ms)
    explain_timeout(rule, &result->error);
  if (answer == 0)
    scan_cache_put(job->run->input->scans, key, result);
  else
    error_copy(err, &result->error);
  return answer;
}

struct scan_result *scan_manifest(struct job *job, size_t index, const struct scan_rule *rule,
                                  const struct scan_manifest *manifest, const char *key) {
  struct scanner *scanner = job->run->input->scanners[index].scanner;
  const char *id = rule->scanner->id;
  struct scan_result *result =
      scan_cache_get(job->run->input->scans, key, id, manifest->digest.text);
  if (result)
    return result;
  int64_t start = clock_wall_ms();
  auto_call call = job_call(job);
  for (uint32_t attempt = 1;; attempt++) {
    scan_result_free(result); /* of an earlier attempt, with all that it found */
    result = scan_result_new(id, manifest->digest.text);
    scan_result_set_tool(result, scan_queue_tool(job->run->scans, index));
    result->start_ms = start;
    int answer = scan_once(job, scanner, rule, manifest, key, result, &call.error);
    if (answer == 0 || answer == ARTM_E_TIMEOUT)
      return result;
    if (answer != ARTM_E_CANCELLED && backoff_retry(&call, attempt, RETRIES) == 0)
      continue;
    if (call.error.code != ARTM_E_CANCELLED)
      return result;
    scan_result_free(result);
    return NULL;
  }
}
