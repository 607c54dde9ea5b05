/* SPDX-License-Identifier: Apache-2.0 */
/* What people see while a run goes on. */
#include "report/progress.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/log.h"
#include "report/run_table.h"
#include "report/scan_label.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRAW_EVERY_MS 100
#define BAR_CELLS 20
#define RATE_AFTER_MS 1000

struct progress {
  pthread_mutex_t lock; /* taken inside the log's lock, never around it */
  size_t jobs, done, failed;
  bool terminal, verbose, quiet;
  bool drawn, paused;
  uint64_t expected, moved;
  uint64_t drawn_ms, rated_ms, rated_bytes;
  double rate;          /* bytes a second, smoothed */
  char *target;         /* of the first job that was done */
  bool several_targets; /* seen so far: until then, all lines are about the first */
};

static void clear(struct progress *progress) {
  if (progress->drawn)
    fd_write_all(STDERR_FILENO, "\r\033[K", 4);
  progress->drawn = false;
}

static size_t terminal_width(void) {
  struct winsize size = {0};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col : 80;
}

static void measure_rate(struct progress *progress, uint64_t now) {
  uint64_t span = now - progress->rated_ms;
  if (span < RATE_AFTER_MS / 2)
    return;
  double current = (double)(progress->moved - progress->rated_bytes) * 1000 / (double)span;
  progress->rate = progress->rate > 0 ? progress->rate * 0.7 + current * 0.3 : current;
  progress->rated_ms = now;
  progress->rated_bytes = progress->moved;
}

static void add_bar(const struct progress *progress, struct buf *line) {
  uint64_t whole = progress->expected > 0 ? progress->expected : progress->jobs;
  uint64_t part = progress->expected > 0 ? progress->moved : progress->done;
  size_t filled = whole > 0 ? (size_t)((double)part * BAR_CELLS / (double)whole) : 0;
  buf_text(line, " [");
  for (size_t i = 0; i < BAR_CELLS; i++)
    buf_text(line, i < filled ? "#" : "-");
  buf_text(line, "]");
}

static void add_bytes(const struct progress *progress, struct buf *line) {
  if (progress->expected == 0)
    return;
  auto_free char *moved = text_size(progress->moved), *expected = text_size(progress->expected);
  buf_printf(line, " %s of %s", moved, expected);
  if (progress->rate < 1 || progress->moved >= progress->expected)
    return;
  auto_free char *rate = text_size((uint64_t)progress->rate);
  auto_free char *left = text_duration(
      (uint64_t)((double)(progress->expected - progress->moved) * 1000 / progress->rate));
  buf_printf(line, ", %s/s, %s left", rate, left);
}

static void draw(struct progress *progress, bool now_or_never) {
  if (!progress->terminal || progress->quiet || progress->paused)
    return;
  uint64_t now = clock_now_ms();
  if (!now_or_never && progress->drawn_ms > 0 && now - progress->drawn_ms < DRAW_EVERY_MS)
    return;
  measure_rate(progress, now);
  auto_buf line = {0};
  buf_printf(&line, "%zu/%zu jobs", progress->done, progress->jobs);
  if (progress->failed > 0)
    buf_printf(&line, ", %zu failed", progress->failed);
  add_bar(progress, &line);
  add_bytes(progress, &line);
  size_t width = terminal_width() - 1, len = line.len < width ? line.len : width;
  auto_buf out = {0};
  buf_printf(&out, "\r%.*s\033[K", (int)len, line.data);
  fd_write_all(STDERR_FILENO, out.data, out.len);
  progress->drawn = true;
  progress->drawn_ms = now;
}

static void around_log(void *arg, bool before) {
  struct progress *progress = arg;
  pthread_mutex_lock(&progress->lock);
  progress->paused = before;
  if (before)
    clear(progress);
  else
    draw(progress, true);
  pthread_mutex_unlock(&progress->lock);
}

struct progress *progress_new(size_t jobs, bool terminal, bool verbose, bool quiet) {
  struct progress *progress = mem_alloc(sizeof *progress);
  pthread_mutex_init(&progress->lock, NULL);
  progress->jobs = jobs;
  progress->terminal = terminal;
  progress->verbose = verbose;
  progress->quiet = quiet;
  progress->rated_ms = clock_now_ms();
  if (terminal && !quiet)
    log_set_display(around_log, progress);
  return progress;
}

static char *line_label(const struct job_record *job, bool targets) {
  auto_free char *label = job_label(job), *target = guard_field(job->target);
  return targets && target[0] != '\0' ? str_format("%s at %s", label, target) : take(label);
}

/* The cause of a failure comes once, in the report at the end. */
static void log_job(const struct job_record *job, bool targets) {
  auto_free char *label = line_label(job, targets), *findings = job_scans_label(job);
  auto_free char *span = run_time(job->start_ms, job->end_ms);
  auto_free char *time = str_format("%s%s%s", span, findings[0] != '\0' ? "; " : "", findings);
  auto_free char *sent = text_size(job->bytes_sent);
  auto_free char *there = text_size(job->bytes_mounted + job->bytes_present);
  const char *status = job_status_name(job->status);
  if (job->status == JOB_FAILED)
    log_write(LOG_INFO, NULL, "%s %s (%s), %s", status, label, error_code_name(job->error.code),
              time);
  else if (job->status == JOB_CREATED || job->status == JOB_UPDATED)
    log_write(LOG_INFO, NULL, "%s %s: %s sent, %s mounted or already there, %s", status, label,
              sent, there, time);
  else
    log_write(LOG_INFO, NULL, "%s %s, %s", status, label, time);
}

/* Has the run several targets, as far as its jobs tell? */
static bool note_target(struct progress *progress, const struct job_record *job) {
  if (progress->target == NULL && job->target != NULL)
    progress->target = str_copy(job->target);
  if (job->target != NULL && !text_equal(job->target, progress->target))
    progress->several_targets = true;
  return progress->several_targets;
}

void progress_job_done(struct progress *progress, const struct job_record *job) {
  pthread_mutex_lock(&progress->lock);
  progress->done++;
  if (job->status == JOB_FAILED || job->status == JOB_BLOCKED)
    progress->failed++;
  bool targets = note_target(progress, job);
  draw(progress, progress->done == progress->jobs);
  pthread_mutex_unlock(&progress->lock);
  bool idle = job->status == JOB_UNCHANGED || job->status == JOB_SKIPPED;
  if (!progress->terminal && !progress->quiet && (progress->verbose || !idle))
    log_job(job, targets);
}

void progress_expect(struct progress *progress, uint64_t bytes) {
  pthread_mutex_lock(&progress->lock);
  progress->expected += bytes;
  draw(progress, false);
  pthread_mutex_unlock(&progress->lock);
}

void progress_moved(struct progress *progress, uint64_t bytes) {
  pthread_mutex_lock(&progress->lock);
  progress->moved += bytes;
  draw(progress, false);
  pthread_mutex_unlock(&progress->lock);
}

void progress_free(struct progress *progress) {
  if (progress == NULL)
    return;
  if (progress->terminal && !progress->quiet)
    log_set_display(NULL, NULL);
  clear(progress);
  pthread_mutex_destroy(&progress->lock);
  free(progress->target);
  free(progress);
}
