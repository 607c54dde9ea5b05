/* SPDX-License-Identifier: Apache-2.0 */
/* One execution: sets up what all jobs share, hands them to the workers, waits, and drains when a
 * signal comes. */
#include "engine/run.h"
#include "base/clock.h"
#include "engine/begin.h"
#include "engine/budget.h"
#include "engine/jobs.h"
#include "engine/manifests.h"
#include "engine/referrers.h"
#include "engine/scan_queue.h"
#include "report/log.h"
#include <stdlib.h>

#define DRAIN_MS 30000u
#define WAIT_STEP_MS 100u
#define WORKERS 32u

/* Waits for the workers. After the first signal, jobs that run have the drain limit to end. */
static void wait_for_jobs(struct run *run) {
  struct cancel *cancel = run->input->cancel;
  uint64_t drain_ms = run->options->drain_ms ? run->options->drain_ms : DRAIN_MS;
  uint64_t drain_end = 0;
  while (!pool_wait(run->pool, WAIT_STEP_MS)) {
    if (atomic_load(&cancel->level) != 1 || !atomic_load(&cancel->signal))
      continue;
    if (!drain_end) {
      drain_end = clock_now_ms() + drain_ms;
      log_write(
          LOG_NOTICE, NULL,
          "stopping: jobs that have begun may end within %llu s; a second signal ends at once",
          (unsigned long long)(drain_ms / 1000));
    } else if (clock_now_ms() >= drain_end) {
      atomic_store(&cancel->level, 2);
    }
  }
}

static void run_set_up(struct run *run) {
  const struct run_input *input = run->input;
  run->pool = pool_new();
  run->manifests = manifest_cache_new(input->cache_folder);
  run->budgets = budget_table_new(input->http);
  run->subjects = subject_table_new();
  run->scans = scan_queue_new(input, run->pool, run->report);
  run->known = mem_array(input->target_count, sizeof *run->known);
  for (size_t i = 0; i < input->target_count; i++)
    run->known[i] = known_new();
}

static void run_tear_down(struct run *run) {
  pool_free(run->pool);
  progress_free(run->progress);
  manifest_cache_free(run->manifests);
  budget_table_free(run->budgets);
  subject_table_free(run->subjects);
  scan_queue_free(run->scans);
  for (size_t i = 0; i < run->input->target_count; i++)
    known_free(run->known[i]);
  free(run->known);
}

static uint32_t worker_count(const struct run_options *options, size_t rows) {
  /* Blobs are parts of their own, so that one row can use several workers. */
  size_t useful = rows * 8;
  uint32_t wanted = options->parallel ? options->parallel : WORKERS;
  return useful < wanted ? (uint32_t)(useful ? useful : 1) : wanted;
}

int run_execute(const struct run_input *input, const struct run_options *options,
                struct run_report *report, struct error *err) {
  struct run run = {.input = input, .options = options, .report = report};
  struct row_list rows = {0};
  run_set_up(&run);
  if (!options->scan_only)
    sources_begin(input);
  rows_make(&run, &rows);
  run.progress =
      progress_new(report->job_count, options->terminal, options->verbose, options->quiet);
  for (size_t i = 0; i < rows.count; i++)
    pool_add_job(run.pool, &rows.rows[i].task);
  int result = 0;
  if (pool_start(run.pool, worker_count(options, rows.count)))
    wait_for_jobs(&run);
  else
    result = error_set(err, ARTM_E_LOCAL, "no thread could be started");
  int signal = atomic_load(&input->cancel->signal);
  report->interrupted = signal != 0;
  budget_report(run.budgets, report);
  run_tear_down(&run);
  rows_free(&rows);
  report->end_ms = clock_wall_ms();
  report->exit_code = run_report_exit_code(report, signal);
  return result;
}
