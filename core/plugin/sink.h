/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins hand to the core: one descriptor, or the fields of an entry, copied and checked. */
#ifndef PLUGIN_SINK_H
#define PLUGIN_SINK_H
#include "oci/manifest.h"
#include "plugin/visit.h"

/* Takes at most one descriptor. */
struct descriptor_slot {
  struct artm_descriptor_sink abi; /* first: a plugin's pointer is cast back */
  struct artm_call *call;
  const struct plugin *plugin;
  struct digest asked; /* unset: any digest will do */
  bool wants_data;
  bool filled;
  struct descriptor got;
};
/* reference: what is asked for; its digest, if it is one, must be that of the answer. NULL: any. */
void slot_init(struct descriptor_slot *, const struct plugin *, struct artm_call *,
               const char *reference, bool wants_data);
/* With answer 0, moves the descriptor to ret; it must be there. Returns the final answer. */
int slot_result(struct descriptor_slot *, const char *function, int answer, struct descriptor *ret);

/* A descriptor as plugins see it; borrows everything. */
struct artm_descriptor descriptor_for_plugin(const struct descriptor *);

/* A stream that a plugin made: is it there, with both functions? */
static inline bool stream_is_whole(const struct artm_stream *stream) {
  return stream && stream->struct_size >= SIZE_THROUGH(struct artm_stream, close) && stream->read &&
         stream->close;
}

/* Takes fields of an entry and collects them as YAML. */
struct pair_list {
  struct artm_pair_sink abi;
  struct artm_call *call;
  const struct plugin *plugin;
  struct buf yaml;
  size_t count;
};
void pair_list_init(struct pair_list *, const struct plugin *, struct artm_call *);
/* The collected fields as a node tree in memory. */
int pair_list_node(struct pair_list *, const char *name, struct arena *memory, struct node **ret);
#endif
