/* SPDX-License-Identifier: Apache-2.0 */
/* What GitHub Actions tells a step, and what it is told. */
#include "report/github.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/github_images.h"
#include "report/guard.h"
#include "report/log.h"
#include "report/render.h"
#include "report/totals.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

/* GitHub drops a summary over 1 MiB whole, and takes 1 MB of an output. */
#define SUMMARY_MAX ((size_t)900 << 10)
#define SUMMARY_MIN ((size_t)4 << 10)
#define IMAGES_MAX ((size_t)256 << 10)
#define IMAGE_OVERHEAD 64

static bool is_on(const char *variable) {
  const char *value = getenv(variable);
  return value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

bool github_debug(void) {
  return is_on("RUNNER_DEBUG") || is_on("ACTIONS_STEP_DEBUG") || is_on("ACTIONS_RUNNER_DEBUG");
}

bool github_is_running(void) {
  return text_equal(getenv("GITHUB_ACTIONS"), "true");
}

/* A value from outside stands between delimiters that nobody can guess. */
static int add_lines(struct buf *out, const char *name, const char *value, struct error *err) {
  unsigned char random[16];
  auto_buf delimiter = {0};
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
    return error_set(err, ARTM_E_LOCAL, "no random bytes: %s", strerror(errno));
  buf_text(&delimiter, "artmirror_");
  for (size_t i = 0; i < sizeof random; i++)
    buf_printf(&delimiter, "%02x", random[i]);
  buf_printf(out, "%s<<%s\n%s\n%s\n", name, delimiter.data, value, delimiter.data);
  return 0;
}

static int append(const char *variable, const char *path, const struct buf *text,
                  struct error *err) {
  auto_fd fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0 || fd_write_all(fd, text->data, text->len) != 0)
    return error_set(err, ARTM_E_LOCAL, "can't write %s (%s): %s", variable, path, strerror(errno));
  return 0;
}

/* The file that a variable names, or NULL. */
static const char *file_of(const char *variable) {
  const char *path = getenv(variable);
  return path != NULL && *path != '\0' ? path : NULL;
}

int github_output(const char *name, const char *value, struct error *err) {
  const char *path = file_of("GITHUB_OUTPUT");
  auto_buf text = {0};
  if (path == NULL) {
    error_set(err, ARTM_E_CONFIG, "GITHUB_OUTPUT is not set");
    return error_hint(err, "it is set in a step of GitHub Actions; elsewhere use --format json");
  }
  if (strpbrk(value, "\r\n") == NULL)
    buf_printf(&text, "%s=%s\n", name, value);
  else if (add_lines(&text, name, value, err) != 0)
    return err->code;
  return append("GITHUB_OUTPUT", path, &text, err);
}

static void add_number(struct buf *out, const char *name, size_t value) {
  buf_printf(out, "%s=%zu\n", name, value);
}

static void add_jobs(const struct run_report *report, struct buf *out) {
  static const enum job_status statuses[] = {JOB_CREATED, JOB_UPDATED,  JOB_UNCHANGED,
                                             JOB_KEPT,    JOB_BLOCKED,  JOB_FAILED,
                                             JOB_SKIPPED, JOB_CANCELLED};
  const struct totals sum = totals_of(report);
  buf_printf(out, "exit_code=%d\n", report->exit_code);
  add_number(out, "jobs", sum.jobs);
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
    add_number(out, job_status_name(statuses[i]), sum.status[statuses[i]]);
}

/* [{"image":"a:1","critical":2,"high":0,"medium":7}], the worst first, those without findings left
 * out, no longer than an output may be. */
static char *images_json(const struct image_tallies *images) {
  auto_json array = json_array();
  size_t size = 0;
  for (size_t i = 0; i < images->count; i++) {
    const struct image_tally *image = &images->items[i];
    size_t critical = image->worst[ARTM_SEVERITY_CRITICAL];
    size_t high = image->worst[ARTM_SEVERITY_HIGH], medium = image->worst[ARTM_SEVERITY_MEDIUM];
    if (critical + high + medium == 0)
      continue;
    size += strlen(image->label) + IMAGE_OVERHEAD;
    if (size > IMAGES_MAX)
      break;
    json_array_append_new(array, json_pack("{s:o,s:I,s:I,s:I}", "image", guard_string(image->label),
                                           "critical", (json_int_t)critical, "high",
                                           (json_int_t)high, "medium", (json_int_t)medium));
  }
  return json_compact(array);
}

static int add_scans(const struct run_report *report, struct buf *out, struct error *err) {
  __attribute__((cleanup(image_tallies_done))) struct image_tallies images;
  size_t worst[SEVERITY_COUNT] = {0};
  image_tallies_of(report, &images);
  image_tallies_sort(&images);
  for (size_t i = 0; i < images.count; i++)
    for (size_t j = 0; j < SEVERITY_COUNT; j++)
      worst[j] += images.items[i].worst[j];
  add_number(out, "critical", worst[ARTM_SEVERITY_CRITICAL]);
  add_number(out, "high", worst[ARTM_SEVERITY_HIGH]);
  add_number(out, "medium", worst[ARTM_SEVERITY_MEDIUM]);
  add_number(out, "scans", images.scans[SCAN_OK]);
  add_number(out, "scans_failed", images.scans[SCAN_FAILED] + images.scans[SCAN_TIMEOUT]);
  add_number(out, "scans_skipped", images.scans[SCAN_SKIPPED]);
  auto_free char *list = images_json(&images);
  return add_lines(out, "images", list, err);
}

static int set_outputs(const struct run_report *report, const char *folder, struct error *err) {
  const char *path = file_of("GITHUB_OUTPUT");
  auto_buf out = {0};
  if (path == NULL)
    return 0;
  add_jobs(report, &out);
  if (add_scans(report, &out, err) != 0 ||
      add_lines(&out, "report_dir", folder != NULL ? folder : "", err) != 0)
    return err->code;
  return append("GITHUB_OUTPUT", path, &out, err);
}

/* All that a step appends counts against the limit. */
static int add_summary(const struct run_report *report, struct error *err) {
  const char *path = file_of("GITHUB_STEP_SUMMARY");
  struct stat status;
  auto_buf markdown = {0}, out = {0};
  if (path == NULL)
    return 0;
  size_t used = stat(path, &status) == 0 && status.st_size > 0 ? (size_t)status.st_size : 0;
  if (used + SUMMARY_MIN > SUMMARY_MAX) {
    log_write(LOG_NOTICE, NULL, "the summary of this step is full; the run is not in it");
    return 0;
  }
  render_markdown(report, SUMMARY_MAX - used - 1, &markdown);
  buf_text(&out, used > 0 ? "\n" : "");
  buf_add(&out, markdown.data, markdown.len);
  return append("GITHUB_STEP_SUMMARY", path, &out, err);
}

int github_finish(const struct run_report *report, const char *folder, struct error *err) {
  auto_error second = {0};
  int result = add_summary(report, err);
  if (set_outputs(report, folder, &second) != 0 && result == 0)
    result = error_move(err, &second);
  return result;
}
