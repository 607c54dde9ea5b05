/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations of a workflow's step. GitHub shows ten of a level; what is more is summed up in the
 * tenth. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/github.h"
#include "report/github_command.h"
#include "report/github_images.h"
#include "report/scan_causes.h"

#define LEVEL_MAX 10
#define ALERT "Security Alert"

static const char *plural(size_t count) {
  return count == 1 ? "" : "s";
}

static size_t images_with(const struct image_tallies *images, uint32_t severity) {
  size_t count = 0;
  for (size_t i = 0; i < images->count; i++)
    count += images->items[i].worst[severity] > 0;
  return count;
}

/* At most room of them; returns how many. */
static size_t add_alerts(const struct image_tallies *images, uint32_t severity, size_t room,
                         struct buf *out) {
  size_t added = 0;
  for (size_t i = 0; i < images->count && added < room; i++) {
    const struct image_tally *image = &images->items[i];
    if (image->worst[severity] == 0)
      continue;
    auto_free char *text = str_format("%s contains %zu %s vulnerabilities", image->label,
                                      image->worst[severity], severity_name(severity));
    github_annotation(out, "warning", ALERT, text);
    added++;
  }
  return added;
}

static void add_security(const struct image_tallies *images, size_t room, struct buf *out) {
  size_t critical = images_with(images, ARTM_SEVERITY_CRITICAL);
  size_t high = images_with(images, ARTM_SEVERITY_HIGH);
  bool all = critical + high <= room;
  if (!all)
    room--;
  size_t added = add_alerts(images, ARTM_SEVERITY_CRITICAL, room, out);
  critical -= added;
  high -= add_alerts(images, ARTM_SEVERITY_HIGH, room - added, out);
  if (all)
    return;
  auto_free char *text =
      str_format("and %zu more: %zu image%s with CRITICAL and %zu with HIGH vulnerabilities",
                 critical + high, critical, plural(critical), high);
  github_annotation(out, "warning", ALERT, text);
}

/* What was not scanned has no findings, which must not be read as "nothing was found". */
static void add_unscanned(const struct run_report *report, const struct image_tallies *images,
                          struct buf *out) {
  size_t failed = images->scans[SCAN_FAILED], late = images->scans[SCAN_TIMEOUT];
  size_t skipped = images->scans[SCAN_SKIPPED];
  if (failed + late > 0) {
    auto_free char *why = scan_causes_first(report, failed > 0 ? SCAN_FAILED : SCAN_TIMEOUT);
    auto_free char *text = str_format("%zu scan%s without a result: %zu failed, %zu timed out%s",
                                      failed + late, plural(failed + late), failed, late, why);
    github_annotation(out, "warning", "Scan Incomplete", text);
  }
  if (skipped > 0) {
    auto_free char *why = scan_causes_first(report, SCAN_SKIPPED);
    auto_free char *text = str_format("%zu scan%s skipped%s", skipped, plural(skipped), why);
    github_annotation(out, "notice", "Not Scanned", text);
  }
}

/* The error that makes a job one to tell about, or NULL. */
static const struct error *error_of(const struct job_record *job) {
  if (job->error.code == 0 && job->policy.code != 0)
    return &job->policy;
  return job->status == JOB_FAILED || job->status == JOB_BLOCKED ? &job->error : NULL;
}

static void add_failure(const struct run_report *report, const struct job_record *job,
                        const struct error *err, struct buf *out) {
  auto_free char *label = job_heading(report, job);
  bool policy = job->status == JOB_BLOCKED || err->code == ARTM_E_POLICY;
  const char *message = err->message != NULL ? err->message : job_status_name(job->status);
  auto_free char *text =
      str_format("%s%s: %s", label, job->status == JOB_BLOCKED ? " is blocked" : "", message);
  github_annotation(out, "error", policy ? "Policy Violation" : "Mirroring Failed", text);
}

static void add_failures(const struct run_report *report, struct buf *out) {
  size_t count = 0, added = 0;
  for (size_t i = 0; i < report->job_count; i++)
    count += error_of(report->jobs[i]) != NULL;
  size_t room = count > LEVEL_MAX ? LEVEL_MAX - 1 : LEVEL_MAX;
  for (size_t i = 0; i < report->job_count && added < room; i++) {
    const struct error *err = error_of(report->jobs[i]);
    if (err == NULL)
      continue;
    add_failure(report, report->jobs[i], err, out);
    added++;
  }
  if (count > added) {
    auto_free char *text = str_format("and %zu more jobs: see the summary", count - added);
    github_annotation(out, "error", "Mirroring Failed", text);
  }
}

void github_annotations(const struct run_report *report, struct buf *out) {
  __attribute__((cleanup(image_tallies_done))) struct image_tallies images;
  image_tallies_of(report, &images);
  image_tallies_sort(&images);
  bool incomplete = images.scans[SCAN_FAILED] + images.scans[SCAN_TIMEOUT] > 0;
  add_security(&images, incomplete ? LEVEL_MAX - 1 : LEVEL_MAX, out);
  add_unscanned(report, &images, out);
  add_failures(report, out);
}
