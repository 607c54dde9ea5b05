/* SPDX-License-Identifier: Apache-2.0 */
/* The scans of a job: of each platform's manifest, by each scanner that its entry wants. */
#include "engine/scan.h"
#include "base/clock.h"
#include "base/fs.h"
#include "engine/gate.h"
#include "engine/scan_queue.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define SETTING_FILE_MAX ((size_t)64 << 20)

struct scan_part {
  struct task task; /* first */
  struct job *job;
  size_t scanner;
  const struct scan_manifest *manifest; /* NULL: only until the scanner is ready */
  char *key;
  const struct scan_result *result; /* NULL: not yet, or cancelled */
};

bool scan_is_on(const struct run_scanner *scanner, const struct scan_rule *rule) {
  return scanner->scanner && (scanner->forced || rule->enabled);
}

static const struct scan_rule *rule_of(const struct job *job, size_t scanner) {
  const struct entry *entry = job->row->matrix->entry;
  const struct run_scanner *with = &job->run->input->scanners[scanner];
  if (scanner >= entry->scan_count || !scan_is_on(with, &entry->scans[scanner]))
    return NULL;
  return &entry->scans[scanner];
}

bool job_is_scanned(const struct job *job) {
  for (size_t i = 0; !job->run->options->plan_only && i < job->run->input->scanner_count; i++)
    if (rule_of(job, i))
      return true;
  return false;
}

bool job_is_gated(const struct job *job) {
  for (size_t i = 0; !job->run->options->plan_only && i < job->run->input->scanner_count; i++) {
    const struct scan_rule *rule = rule_of(job, i);
    if (rule && rule->gate.mode == GATE_BLOCK)
      return true;
  }
  return false;
}

static void part_end(struct scan_part *part) {
  struct job *job = part->job;
  atomic_fetch_sub(&job->pending, 1);
  pool_wake(job->run->pool);
}

static void wait_run(struct task *task, uint32_t worker) {
  struct scan_part *part = (struct scan_part *)task;
  (void)worker;
  if (scan_queue_is_ready(part->job->run->scans, part->scanner, task))
    part_end(part);
}

static void part_run(struct task *task, uint32_t worker) {
  struct scan_part *part = (struct scan_part *)task;
  struct job *job = part->job;
  struct scan_queue *queue = job->run->scans;
  enum scan_claim claim = scan_queue_claim(queue, part->key, task, &part->result);
  if (claim == SCAN_CLAIM_WAIT)
    return;
  if (claim == SCAN_CLAIM_BRING) {
    struct log_group *before = log_group_enter(job->log);
    int64_t start = clock_wall_ms();
    struct scan_result *result =
        scan_manifest(job, part->scanner, rule_of(job, part->scanner), part->manifest, part->key);
    if (result && !result->cached)
      job_span(job, "scan", worker, start);
    part->result = result;
    scan_queue_finish(queue, part->key, result);
    log_group_enter(before);
  }
  part_end(part);
}

static bool all_through(void *arg) {
  struct job *job = arg;
  return atomic_load(&job->pending) == 0;
}

/* Runs the parts and whatever else there is to do until all of them are through. */
static void run_parts(struct job *job, struct scan_part *parts, size_t count) {
  atomic_store(&job->pending, count);
  for (size_t i = 0; i < count; i++)
    pool_add_part(job->run->pool, &parts[i].task);
  pool_help(job->run->pool, job->worker, all_through, job);
}

static void wait_for_scanners(struct job *job) {
  size_t most = job->run->input->scanner_count, count = 0;
  struct scan_part *parts = mem_array(most + 1, sizeof *parts);
  for (size_t i = 0; i < most; i++)
    if (rule_of(job, i))
      parts[count++] = (struct scan_part){.task = {.run = wait_run}, .job = job, .scanner = i};
  run_parts(job, parts, count);
  free(parts);
}

/* What stands in a file counts, not how it is called. */
static void add_file(struct buf *text, const char *path) {
  auto_buf content = {0};
  auto_error ignored = {0};
  if (!fs_is_folder(path) && fs_read(path, SETTING_FILE_MAX, &content, &ignored) == 0)
    buf_printf(text, "%s\n", digest_of(content.data, content.len, NULL).text);
}

/* What the entry itself sets of the plugin's options, which may change what is found. */
static char *own_settings(const struct scan_rule *rule) {
  auto_buf text = {0};
  const struct field_table *table = rule->options.table;
  for (size_t i = 0; rule->overridden && i < table->count; i++) {
    const char *name = table->fields[i].name;
    uint32_t values = config_count(&rule->options, name);
    for (uint32_t k = 0; k < values && table->fields[i].type != ARTM_TYPE_SECRET; k++) {
      const char *key = config_key(&rule->options, name, k);
      const char *value = config_text(&rule->options, name, k);
      buf_printf(&text, "%s[%s]=%s\n", name, key ? key : "", value ? value : "");
      if ((table->fields[i].flags & ARTM_FIELD_PATH) && value)
        add_file(&text, value);
    }
  }
  return text.len ? buf_take(&text) : NULL;
}

static struct job_scan *add_scan(struct job *job, size_t scanner, const struct scan_result *result,
                                 const char *platform) {
  struct job_record *record = job->record;
  const struct scan_rule *rule = rule_of(job, scanner);
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
  bool missing = scan_queue_is_missing(queue, scanner);
  add_refusal(job, scanner, manifest ? manifest->digest.text : NULL,
              manifest && *manifest->platform ? manifest->platform : NULL,
              missing ? SCAN_SKIPPED : SCAN_FAILED, scan_queue_refusal(queue, scanner));
}

static void make_part(struct job *job, size_t scanner, const struct scan_manifest *manifest,
                      struct scan_part *part) {
  auto_free char *settings = own_settings(rule_of(job, scanner));
  *part = (struct scan_part){.task = {.run = part_run},
                             .job = job,
                             .scanner = scanner,
                             .manifest = manifest,
                             .key = scan_cache_key(scan_queue_tool(job->run->scans, scanner),
                                                   manifest->digest.text, settings)};
}

/* By platform, then by scanner. */
static int scan_all(struct job *job, const struct scan_manifests *list) {
  const struct run_input *input = job->run->input;
  struct scan_part *parts = mem_array(list->count * input->scanner_count + 1, sizeof *parts);
  size_t count = 0;
  for (size_t m = 0; m < list->count; m++)
    for (size_t i = 0; i < input->scanner_count; i++)
      if (rule_of(job, i) && !scan_queue_refusal(job->run->scans, i) &&
          scanner_takes(input->scanners[i].scanner, list->items[m].config_media_type))
        make_part(job, i, &list->items[m], &parts[count++]);
  run_parts(job, parts, count);
  int result = 0;
  size_t at = 0;
  for (size_t m = 0; m < list->count; m++)
    for (size_t i = 0; i < input->scanner_count; i++) {
      const struct scan_manifest *manifest = &list->items[m];
      if (!rule_of(job, i) ||
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
    free(parts[i].key);
  free(parts);
  return result;
}

/* Is the target to be asked what there is to scan? Not for a scanner that can't be used, unless
 * somebody insists on it: charts must pass then. */
static bool is_worth_asking(const struct job *job) {
  for (size_t i = 0; i < job->run->input->scanner_count; i++) {
    const struct scan_rule *rule = rule_of(job, i);
    if (rule && (rule->required || !scan_queue_refusal(job->run->scans, i)))
      return true;
  }
  return false;
}

static int look_and_scan(struct job *job, const struct digest *root, struct artm_call *call) {
  struct scan_manifests list = {0};
  int result = job_scan_manifests(job, call, root, is_worth_asking(job), &list);
  if (result == 0)
    result = scan_all(job, &list);
  scan_manifests_done(&list);
  if (result == 0)
    return 0;
  if (call_check(call) < 0) /* ARTM_NO must not pass for "nothing to scan" */
    return call->error.code;
  if (result == ARTM_NO)
    call_fail(call, ARTM_E_NOT_FOUND, "%s is not there any more", root->text);
  for (size_t i = 0; i < job->run->input->scanner_count; i++) {
    if (!rule_of(job, i))
      continue;
    if (scan_queue_refusal(job->run->scans, i))
      add_refused(job, i, NULL);
    else
      add_refusal(job, i, NULL, NULL, SCAN_FAILED, &call->error);
  }
  return 0;
}

int job_scan(struct job *job, const struct digest *root, struct error *ret_why) {
  if (!job_is_scanned(job))
    return 0;
  auto_call call = job_call(job);
  wait_for_scanners(job);
  int result = call_check(&call);
  if (result == 0)
    result = look_and_scan(job, root, &call);
  if (result < 0) {
    if (!call.error.code)
      call_fail(&call, ARTM_E_CANCELLED, "stopped while it was scanned");
    return job_fail(job, &call.error);
  }
  gate_policy(job->record, ret_why);
  return gate_blocks(job->record) ? ARTM_NO : 0;
}
