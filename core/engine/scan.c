/* SPDX-License-Identifier: Apache-2.0 */
/* The scans of a job: of each platform's manifest, by each scanner that its entry wants. */
#include "engine/scan.h"
#include "base/clock.h"
#include "engine/gate.h"
#include "engine/scan_part.h"
#include <stdlib.h>

const struct scan_rule *scan_rule_of(const struct job *job, size_t scanner) {
  const struct entry *entry = job->row->matrix->entry;
  const struct run_scanner *with = &job->run->input->scanners[scanner];
  if (!with->scanner || scanner >= entry->scan_count)
    return NULL;
  const struct scan_rule *rule = &entry->scans[scanner];
  return with->forced || rule->enabled ? rule : NULL;
}

bool job_is_scanned(const struct job *job) {
  for (size_t i = 0; !job->run->options->plan_only && i < job->run->input->scanner_count; i++)
    if (scan_rule_of(job, i))
      return true;
  return false;
}

bool job_is_gated(const struct job *job) {
  for (size_t i = 0; !job->run->options->plan_only && i < job->run->input->scanner_count; i++) {
    const struct scan_rule *rule = scan_rule_of(job, i);
    if (rule && rule->gate.mode == GATE_BLOCK)
      return true;
  }
  return false;
}

static struct job_scan *add_scan(struct job *job, size_t scanner, const struct scan_result *result,
                                 const char *platform) {
  struct job_record *record = job->record;
  const struct scan_rule *rule = scan_rule_of(job, scanner);
  record->scans = mem_resize(record->scans, record->scan_count + 1, sizeof *record->scans);
  struct job_scan *scan = &record->scans[record->scan_count++];
  *scan = (struct job_scan){.result = result,
                            .platform = str_copy(platform),
                            .repository = str_copy(job->repository->reference),
                            .filter = rule->filter,
                            .required = rule->required};
  job_scan_filter(scan);
  gate_judge(&rule->gate, clock_wall_ms(), scan);
  return scan;
}

/* Nothing could be scanned by this scanner, and that is said. */
static void add_refusal(struct job *job, size_t scanner, const char *digest, const char *platform,
                        enum scan_status status, const struct error *why) {
  struct scan_queue *queue = job->run->scans;
  struct scan_result *result =
      scan_result_new(job->run->input->scanners[scanner].schema->id, digest);
  scan_result_set_tool(result, scan_queue_tool(queue, scanner));
  result->status = status;
  error_copy(&result->error, why);
  result->start_ms = result->end_ms = clock_wall_ms();
  run_report_add_scan(job->run->report, result);
  add_scan(job, scanner, result, platform);
}

static void add_refused(struct job *job, size_t scanner, const struct scan_manifest *manifest) {
  struct scan_queue *queue = job->run->scans;
  const char *id = job->run->input->scanners[scanner].schema->id;
  bool missing = scan_queue_is_missing(queue, scanner);
  if (missing && scan_rule_of(job, scanner)->required) {
    auto_free char *notice = str_format("%s is not installed, so it scanned nothing", id);
    run_report_notice(job->run->report, notice);
  } else if (missing) {
    auto_free char *notice =
        str_format("%s is not installed, so it scanned nothing; install it where PATH finds it, or "
                   "leave it out with 'scanners: {%s: {enabled: false}}'",
                   id, id);
    run_report_notice(job->run->report, notice);
  }
  add_refusal(job, scanner, manifest ? manifest->digest.text : NULL,
              manifest && *manifest->platform ? manifest->platform : NULL,
              missing ? SCAN_SKIPPED : SCAN_FAILED, scan_queue_refusal(queue, scanner));
}

/* By platform, then by scanner. */
static int scan_all(struct job *job, const struct scan_manifests *list) {
  const struct run_input *input = job->run->input;
  struct scan_part *parts = mem_array(list->count * input->scanner_count + 1, sizeof *parts);
  size_t count = 0;
  for (size_t m = 0; m < list->count; m++)
    for (size_t i = 0; i < input->scanner_count; i++)
      if (scan_rule_of(job, i) && !scan_queue_refusal(job->run->scans, i) &&
          scanner_takes(input->scanners[i].scanner, list->items[m].config_media_type))
        scan_part_make(job, i, &list->items[m], &parts[count++]);
  scan_parts_run(job, parts, count);
  int result = 0;
  size_t at = 0;
  for (size_t m = 0; m < list->count; m++)
    for (size_t i = 0; i < input->scanner_count; i++) {
      const struct scan_manifest *manifest = &list->items[m];
      if (!scan_rule_of(job, i) ||
          !scanner_takes(input->scanners[i].scanner, manifest->config_media_type))
        continue;
      if (scan_queue_refusal(job->run->scans, i))
        add_refused(job, i, manifest);
      else if (parts[at].result)
        add_scan(job, i, parts[at].result, *manifest->platform ? manifest->platform : NULL);
      else
        result = ARTM_E_CANCELLED;
      at += !scan_queue_refusal(job->run->scans, i);
    }
  for (size_t i = 0; i < count; i++)
    scan_part_done(&parts[i]);
  free(parts);
  return result;
}

/* Is the target to be asked what there is to scan? Not for a scanner that can't be used, unless
 * somebody insists on it: charts must pass then. */
static bool is_worth_asking(const struct job *job) {
  for (size_t i = 0; i < job->run->input->scanner_count; i++) {
    const struct scan_rule *rule = scan_rule_of(job, i);
    if (rule && (rule->required || !scan_queue_refusal(job->run->scans, i)))
      return true;
  }
  return false;
}

/* The scanners that a stop found on their way to their database. */
static bool is_stopped(const struct job *job) {
  for (size_t i = 0; i < job->run->input->scanner_count; i++) {
    const struct error *refusal =
        scan_rule_of(job, i) ? scan_queue_refusal(job->run->scans, i) : NULL;
    if (refusal && refusal->code == ARTM_E_CANCELLED)
      return true;
  }
  return false;
}

static void add_unknown(struct job *job, struct artm_call *call) {
  for (size_t i = 0; i < job->run->input->scanner_count; i++) {
    if (!scan_rule_of(job, i))
      continue;
    if (scan_queue_refusal(job->run->scans, i))
      add_refused(job, i, NULL);
    else
      add_refusal(job, i, NULL, NULL, SCAN_FAILED, &call->error);
  }
}

/* What is known without a request is looked at first: where there is nothing to scan, no scanner is
 * started. */
static int find_manifests(struct job *job, struct artm_call *call, const struct digest *root,
                          struct scan_manifests *list) {
  int result = job_scan_manifests(job, call, root, false, list);
  if (result != ARTM_NO)
    return result;
  scan_wait_for(job, SCANNER_PROBED, NULL);
  return job_scan_manifests(job, call, root, is_worth_asking(job), list);
}

static int look_and_scan(struct job *job, const struct digest *root, struct artm_call *call) {
  struct scan_manifests list = {0};
  int result = find_manifests(job, call, root, &list);
  if (result == 0) {
    scan_wait_for(job, SCANNER_READY, &list);
    result = is_stopped(job) ? ARTM_E_CANCELLED : scan_all(job, &list);
  }
  scan_manifests_done(&list);
  if (result == 0 || result == ARTM_E_CANCELLED)
    return result;
  if (call_check(call) < 0 || is_stopped(job)) /* ARTM_NO must not pass for "nothing to scan" */
    return ARTM_E_CANCELLED;
  if (result == ARTM_NO)
    call_fail(call, ARTM_E_NOT_FOUND, "%s is not there any more", root->text);
  add_unknown(job, call);
  return 0;
}

int job_scan(struct job *job, const struct digest *root, struct error *ret_why) {
  auto_call call = job_call(job);
  int result = call_check(&call);
  if (result == 0)
    result = look_and_scan(job, root, &call);
  if (result < 0)
    return error_set(ret_why, ARTM_E_CANCELLED, "stopped before it was scanned");
  gate_policy(job->record, ret_why);
  return gate_blocks(job->record) ? ARTM_NO : 0;
}

void job_skip_scans(struct job *job, const struct error *why) {
  for (size_t i = 0; i < job->run->input->scanner_count; i++)
    if (scan_rule_of(job, i))
      add_refusal(job, i, NULL, NULL, SCAN_SKIPPED, why);
}
