/* SPDX-License-Identifier: Apache-2.0 */
/* One scan that a job wants, and waiting for scanners, as parts that any worker runs. */
#include "engine/scan_part.h"
#include "base/clock.h"
#include "base/fs.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define SETTING_FILE_MAX ((size_t)64 << 20)

static void part_end(struct scan_part *part) {
  struct job *job = part->job;
  atomic_fetch_sub(&job->pending, 1);
  pool_wake(job->run->pool, job);
}

static void wait_run(struct task *task, uint32_t worker) {
  struct scan_part *part = (struct scan_part *)task;
  (void)worker;
  if (scan_queue_reached(part->job->run->scans, part->scanner, part->stage, task))
    part_end(part);
}

static void part_bring(struct scan_part *part, const char *claimed, uint32_t worker) {
  struct job *job = part->job;
  struct log_group *before = log_group_enter(job->log);
  int64_t start = clock_wall_ms();
  struct scan_result *result = scan_manifest(job, part->scanner, scan_rule_of(job, part->scanner),
                                             part->manifest, part->key);
  if (result && !result->cached)
    job_span(job, "scan", worker, start);
  part->result = result;
  if (result && result->status != SCAN_OK)
    scan_queue_share(job->run->scans, part->own_key, result);
  scan_queue_finish(job->run->scans, claimed, result);
  log_group_enter(before);
}

/* Where the scan is claimed. */
static const char *claim_key(const struct scan_part *part) {
  return part->alone ? part->own_key : part->key;
}

static void part_run(struct task *task, uint32_t worker) {
  struct scan_part *part = (struct scan_part *)task;
  struct scan_queue *queue = part->job->run->scans;
  enum scan_claim claim = scan_queue_claim(queue, claim_key(part), task, &part->result);
  if (claim == SCAN_CLAIM_DONE && !part->alone && part->result->status != SCAN_OK) {
    /* What failed at another place, or within a shorter time, says nothing of this one. */
    part->alone = true;
    part->result = NULL;
    claim = scan_queue_claim(queue, claim_key(part), task, &part->result);
  }
  if (claim == SCAN_CLAIM_WAIT)
    return;
  if (claim == SCAN_CLAIM_BRING)
    part_bring(part, claim_key(part), worker);
  part_end(part);
}

static bool all_through(void *arg) {
  struct job *job = arg;
  return atomic_load(&job->pending) == 0;
}

void scan_parts_run(struct job *job, struct scan_part *parts, size_t count) {
  atomic_store(&job->pending, count);
  for (size_t i = 0; i < count; i++)
    pool_add_part(job->run->pool, &parts[i].task);
  pool_help(job->run->pool, job->worker, all_through, job);
}

static bool takes_any(const struct job *job, size_t scanner, const struct scan_manifests *list) {
  for (size_t i = 0; i < list->count; i++)
    if (scanner_takes(job->run->input->scanners[scanner].scanner, list->items[i].config_media_type))
      return true;
  return false;
}

void scan_wait_for(struct job *job, enum scanner_stage stage, const struct scan_manifests *list) {
  size_t most = job->run->input->scanner_count, count = 0;
  struct scan_part *parts = mem_array(most + 1, sizeof *parts);
  for (size_t i = 0; i < most; i++)
    if (scan_rule_of(job, i) && (!list || takes_any(job, i, list)))
      parts[count++] =
          (struct scan_part){.task = {.run = wait_run}, .job = job, .scanner = i, .stage = stage};
  scan_parts_run(job, parts, count);
  free(parts);
}

/* What stands in a file counts, not how it is called; what stands in a folder is not known, so that
 * its result is no other run's. */
static void add_file(struct buf *text, const char *path, const char *run) {
  auto_buf content = {0};
  auto_error ignored = {0};
  if (fs_is_folder(path))
    buf_printf(text, "%s\n", run);
  else if (fs_read(path, SETTING_FILE_MAX, &content, &ignored) == 0)
    buf_printf(text, "%s\n", digest_of(content.data, content.len, NULL).text);
}

/* What the entry itself sets of the plugin's options, which may change what is found. */
static char *own_settings(const struct job *job, const struct scan_rule *rule) {
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
        add_file(&text, value, job->run->report->id);
    }
  }
  return text.len ? buf_take(&text) : NULL;
}

void scan_part_make(struct job *job, size_t scanner, const struct scan_manifest *manifest,
                    struct scan_part *part) {
  const struct scan_rule *rule = scan_rule_of(job, scanner);
  auto_free char *settings = own_settings(job, rule);
  char *key =
      scan_cache_key(scan_queue_tool(job->run->scans, scanner), manifest->digest.text, settings);
  *part = (struct scan_part){.task = {.run = part_run},
                             .job = job,
                             .scanner = scanner,
                             .manifest = manifest,
                             .key = key,
                             .own_key = str_format("%s %s %llu", key, job->repository->reference,
                                                   (unsigned long long)rule->timeout_ms)};
}

void scan_part_done(struct scan_part *part) {
  free(part->key);
  free(part->own_key);
}
