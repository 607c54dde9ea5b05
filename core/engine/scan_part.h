/* SPDX-License-Identifier: Apache-2.0 */
/* One scan that a job wants, and waiting for scanners, as parts that any worker runs. */
#ifndef ENGINE_SCAN_PART_H
#define ENGINE_SCAN_PART_H
#include "engine/scan.h"
#include "engine/scan_queue.h"

struct scan_part {
  struct task task; /* first */
  struct job *job;
  size_t scanner;
  enum scanner_stage stage; /* that is waited for; of no matter where there is a manifest */
  const struct scan_manifest *manifest;
  char *key;                        /* of this manifest, wherever it is; that of the cache, too */
  char *own_key;                    /* of it in this repository and with this time limit */
  bool alone;                       /* elsewhere the scan failed: claimed under own_key */
  const struct scan_result *result; /* NULL: not yet, or cancelled */
};
void scan_part_make(struct job *, size_t scanner, const struct scan_manifest *, struct scan_part *);
void scan_part_done(struct scan_part *);
/* Runs the parts and whatever else there is to do until all of them are through. */
void scan_parts_run(struct job *, struct scan_part *, size_t count);
/* Waits until scanners are that far: those that take something of list; NULL: all that the entry
 * wants. */
void scan_wait_for(struct job *, enum scanner_stage, const struct scan_manifests *list);
/* The rule by which a scanner looks at the job; NULL: it does not. */
const struct scan_rule *scan_rule_of(const struct job *, size_t scanner);
#endif
