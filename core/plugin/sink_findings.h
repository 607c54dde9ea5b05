/* SPDX-License-Identifier: Apache-2.0 */
/* What a scanner hands to the core: its tool, and what a scan found, copied and checked. */
#ifndef PLUGIN_SINK_FINDINGS_H
#define PLUGIN_SINK_FINDINGS_H
#include "plugin/visit.h"
#include "report/scan.h"

#define FINDINGS_MAX 1000000
#define FINDINGS_MEMORY_MAX (1u << 30) /* bytes of one result */

/* Takes the tool; what a later one leaves out stays as it was. */
struct tool_slot {
  struct artm_tool_sink abi; /* first: a plugin's pointer is cast back */
  struct artm_call *call;
  const struct plugin *plugin;
  struct arena *memory;
  struct scan_tool got;
  bool filled;
  struct error kept; /* what add answered first */
};
void tool_slot_init(struct tool_slot *, const struct plugin *, struct artm_call *,
                    struct arena *memory, const struct scan_tool *before);
/* With answer 0, copies the tool to ret. Returns the final answer. */
int tool_slot_result(struct tool_slot *, int answer, struct scan_tool *ret);

/* Takes findings, the operating system and the raw report into a result. */
struct finding_list {
  struct artm_finding_sink abi; /* first */
  struct artm_call *call;
  const struct plugin *plugin;
  const char *folder; /* that a raw report must be in */
  struct scan_result *result;
  struct error kept;
};
void finding_list_init(struct finding_list *, const struct plugin *, struct artm_call *,
                       const char *folder, struct scan_result *);
/* The final answer; unless it is 0 the result has no findings, system or raw report any more. */
int finding_list_result(struct finding_list *, int answer);
#endif
