/* SPDX-License-Identifier: Apache-2.0 */
/* The scans of a job: of each platform's manifest, by each scanner that its entry wants. */
#ifndef ENGINE_SCAN_H
#define ENGINE_SCAN_H
#include "engine/job.h"
#include "engine/scan_cache.h"

/* Does any scanner scan the job? */
bool job_is_scanned(const struct job *);
/* Is the tag put only after a gate that blocks? */
bool job_is_gated(const struct job *);

/* Scans what stands under root in the job's repository, and judges it: into the record. Failures
 * of scanners stand there too. 0; ARTM_NO if a gate blocks; ARTM_E_CANCELLED. ret_why gets what a
 * gate or a required scan is against, or the cancellation; code 0: nothing. */
int job_scan(struct job *, const struct digest *root, struct error *ret_why);
/* Records that the job's scans were not made. */
void job_skip_scans(struct job *, const struct error *why);

/* engine/scan_steps.c: scans in the course of a job. Of a tag that is there already: 0, or
 * ARTM_E_CANCELLED with the job failed if it is all that the run is for. */
int job_scan_at_target(struct job *, const struct digest *root);
/* All but the tag is put and scanned. 0; ARTM_NO: the tag is withheld, which the record says;
 * negative with the job failed. */
int job_pass_gate(struct job *);
/* A job of 'artmirror scan': what the target has is scanned, nothing else. */
int job_scan_only(struct job *);

/* engine/scan_manifests.c: the image manifests below root, from the cache, the row's graph, or the
 * target. may_ask: the target is asked if nothing else knows. ARTM_NO: nothing does. */
int job_scan_manifests(struct job *, struct artm_call *, const struct digest *root, bool may_ask,
                       struct scan_manifests *ret);

/* engine/scan_once.c: one scan, or what the cache has of it. NULL: cancelled. */
struct scan_result *scan_manifest(struct job *, size_t scanner, const struct scan_rule *,
                                  const struct scan_manifest *, const char *key);
#endif
