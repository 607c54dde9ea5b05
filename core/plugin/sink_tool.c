/* SPDX-License-Identifier: Apache-2.0 */
/* The tool that a scanner tells of. */
#include "plugin/sink_findings.h"
#include <string.h>

#define TEXT_MAX 1000 /* a version, a digest */

static const char *copied(struct tool_slot *slot, const char *text, const char *before) {
  return text && *text ? arena_copy(slot->memory, text) : before;
}

static int32_t take_tool(struct tool_slot *slot, const struct artm_tool *given) {
  struct artm_tool from = {0};
  memcpy(&from, given, given->struct_size < sizeof from ? given->struct_size : sizeof from);
  if (from.flags & ~(ARTM_TOOL_DB_UPDATED | ARTM_TOOL_DB_NEXT_UPDATE | ARTM_TOOL_FIXED))
    return call_fail(slot->call, ARTM_E_UNSUPPORTED, "unknown flags of a tool: 0x%x", from.flags);
  const char *const texts[] = {from.name, from.version, from.db_version, from.inputs};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (texts[i] && strnlen(texts[i], TEXT_MAX + 1) > TEXT_MAX)
      return visit_misbehaved(slot->plugin, slot->call,
                              "it tells more than %d bytes of its tool's name or version",
                              TEXT_MAX);
  struct scan_tool *tool = &slot->got;
  tool->name = copied(slot, from.name, tool->name);
  tool->version = copied(slot, from.version, tool->version);
  tool->db_version = copied(slot, from.db_version, tool->db_version);
  tool->inputs = copied(slot, from.inputs, tool->inputs);
  if (from.flags & ARTM_TOOL_DB_UPDATED) {
    tool->has_db_updated = true;
    tool->db_updated = from.db_updated;
  }
  if (from.flags & ARTM_TOOL_DB_NEXT_UPDATE) {
    tool->has_db_next_update = true;
    tool->db_next_update = from.db_next_update;
  }
  tool->is_fixed |= (from.flags & ARTM_TOOL_FIXED) != 0;
  slot->filled = true;
  return 0;
}

static int32_t add(struct artm_tool_sink *sink, const struct artm_tool *given) {
  struct tool_slot *slot = (struct tool_slot *)(void *)sink;
  int32_t answer = slot->kept.code ? slot->kept.code : take_tool(slot, given);
  if (answer < 0 && !slot->kept.code)
    error_copy(&slot->kept, &slot->call->error);
  return answer;
}

void tool_slot_init(struct tool_slot *slot, const struct plugin *plugin, struct artm_call *call,
                    struct arena *memory, const struct scan_tool *before) {
  *slot = (struct tool_slot){.abi = {.struct_size = sizeof slot->abi, .add = add},
                             .call = call,
                             .plugin = plugin,
                             .memory = memory,
                             .got = *before};
}

int tool_slot_result(struct tool_slot *slot, int answer, struct scan_tool *ret) {
  if (slot->kept.code)
    answer = error_move(&slot->call->error, &slot->kept);
  if (answer == 0)
    *ret = slot->got;
  return answer;
}
