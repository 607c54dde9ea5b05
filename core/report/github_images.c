/* SPDX-License-Identifier: Apache-2.0 */
/* What a run's scans found, image by image. */
#include "report/github_images.h"
#include "base/map.h"
#include "base/memory.h"
#include "report/run_table.h"
#include "report/totals.h"
#include <stdlib.h>

static void add_scan(struct image_tally *image, const struct job_scan *scan) {
  if (scan->result->status != SCAN_OK)
    return;
  image->scanned = true;
  for (size_t i = 0; i < SEVERITY_COUNT; i++)
    if (scan->counts.by_severity[i] > image->worst[i])
      image->worst[i] = scan->counts.by_severity[i];
}

void image_tallies_of(const struct run_report *report, struct image_tallies *ret) {
  __attribute__((cleanup(map_done))) struct map places = {0}; /* label to its item */
  struct totals sum = totals_of(report);
  *ret = (struct image_tallies){.items = mem_array(report->job_count + 1, sizeof *ret->items)};
  for (size_t i = 0; i < sizeof ret->scans / sizeof ret->scans[0]; i++)
    ret->scans[i] = sum.scans[i];
  for (size_t i = 0; i < report->job_count; i++) {
    const struct job_record *job = report->jobs[i];
    if (job->scan_count == 0)
      continue;
    auto_free char *label = job_label(job);
    struct image_tally *image = map_get(&places, label);
    if (image == NULL) {
      image = &ret->items[ret->count];
      image->place = ret->count++;
      map_put(&places, label, image);
      image->job = job;
      image->label = take(label);
    }
    for (size_t j = 0; j < job->scan_count; j++)
      add_scan(image, &job->scans[j]);
  }
}

void image_tallies_done(struct image_tallies *tallies) {
  for (size_t i = 0; i < tallies->count; i++)
    free(tallies->items[i].label);
  free(tallies->items);
  *tallies = (struct image_tallies){0};
}

static int compare(const void *a, const void *b) {
  static const uint32_t order[] = {ARTM_SEVERITY_CRITICAL, ARTM_SEVERITY_HIGH,
                                   ARTM_SEVERITY_MEDIUM};
  const struct image_tally *left = a, *right = b;
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
    if (left->worst[order[i]] != right->worst[order[i]])
      return left->worst[order[i]] > right->worst[order[i]] ? -1 : 1;
  return left->place < right->place ? -1 : 1;
}

void image_tallies_sort(struct image_tallies *tallies) {
  qsort(tallies->items, tallies->count, sizeof *tallies->items, compare);
}
