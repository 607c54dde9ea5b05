/* SPDX-License-Identifier: Apache-2.0 */
/* The scanners of a run and the scans that jobs want of them: each scanner is prepared once, each
 * manifest is scanned once, and no more scans run at a time than the machine has processors. */
#ifndef ENGINE_SCAN_QUEUE_H
#define ENGINE_SCAN_QUEUE_H
#include "engine/pool.h"
#include "engine/run.h"

struct scan_queue;
struct scan_queue *scan_queue_new(const struct run_input *, struct pool *, struct run_report *);
void scan_queue_free(struct scan_queue *);

enum scanner_stage {
  SCANNER_NOT_ASKED,
  SCANNER_PROBED, /* is it there, and which version */
  SCANNER_READY   /* its database, too; or it can't be used at all */
};
/* Waits for nobody: true once the scanner is that far; else waiter was queued and comes back as a
 * part. */
bool scan_queue_reached(struct scan_queue *, size_t scanner, enum scanner_stage,
                        struct task *waiter);
/* What the scanner said of itself so far. */
const struct scan_tool *scan_queue_tool(struct scan_queue *, size_t scanner);
/* Why it can't be used; NULL: nothing is known against it. */
const struct error *scan_queue_refusal(struct scan_queue *, size_t scanner);
/* Is it just that the tool is not installed? */
bool scan_queue_is_missing(struct scan_queue *, size_t scanner);

enum scan_claim {
  SCAN_CLAIM_DONE,  /* *ret is the result */
  SCAN_CLAIM_BRING, /* the caller scans now and must call scan_queue_finish */
  SCAN_CLAIM_WAIT   /* waiter was queued and comes back as a part */
};
enum scan_claim scan_queue_claim(struct scan_queue *, const char *key, struct task *waiter,
                                 const struct scan_result **ret);
/* The result goes to the run report. NULL: the run ends; the next one may try. */
void scan_queue_finish(struct scan_queue *, const char *key, struct scan_result *);
/* A result that counts under another key, too, unless there is one. */
void scan_queue_share(struct scan_queue *, const char *key, const struct scan_result *);
#endif
