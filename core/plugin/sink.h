/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins hand to the core: one descriptor, several, versions, or the fields of an entry,
 * copied and checked. */
#ifndef PLUGIN_SINK_H
#define PLUGIN_SINK_H
#include "base/map.h"
#include "plugin/lists.h"
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

/* Takes versions, which go on to add at once, in a zero-filled record of our size. */
struct version_list {
  struct artm_version_sink abi; /* first */
  struct artm_call *call;
  const struct plugin *plugin;
  version_taker *add;
  void *arg;
  struct error kept; /* what add answered first */
};
void version_list_init(struct version_list *, const struct plugin *, struct artm_call *,
                       version_taker *add, void *arg);
/* The final answer. */
int version_list_result(struct version_list *, int answer);

/* Takes descriptors, each digest once, at most DESCRIPTORS_MAX. */
struct descriptor_lister {
  struct artm_descriptor_sink abi; /* first */
  struct artm_call *call;
  const struct plugin *plugin;
  struct descriptor_list list;
  struct map seen; /* digests */
  size_t given;
  struct error kept;
};
void descriptor_lister_init(struct descriptor_lister *, const struct plugin *, struct artm_call *);
/* With answer 0, moves the list to ret. Returns the final answer. */
int descriptor_lister_result(struct descriptor_lister *, int answer, struct descriptor_list *ret);

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
