/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and descriptors that a plugin lists. */
#include "base/memory.h"
#include "plugin/sink.h"
#include <stdlib.h>
#include <string.h>

/* A plugin that swallows the failure does not end well all the same. */
static int32_t keep(struct error *kept, struct artm_call *call, int32_t answer) {
  if (answer < 0 && !kept->code)
    error_copy(kept, &call->error);
  return answer;
}

static int list_answer(struct error *kept, struct artm_call *call, int answer) {
  return kept->code ? error_move(&call->error, kept) : answer;
}

static int32_t take_version(struct artm_version_sink *sink, const struct artm_version *given) {
  struct version_list *list = (struct version_list *)(void *)sink;
  struct artm_version version = {0};
  memcpy(&version, given,
         given->struct_size < sizeof version ? given->struct_size : sizeof version);
  version.struct_size = sizeof version;
  struct digest digest;
  if (list->kept.code)
    return list->kept.code;
  if (!version.version)
    return keep(&list->kept, list->call,
                visit_misbehaved(list->plugin, list->call, "it listed a version without a name"));
  if (version.digest && !digest_parse(version.digest, &digest))
    version.digest = NULL;
  return keep(&list->kept, list->call, list->add(list->arg, list->call, &version));
}

void version_list_init(struct version_list *list, const struct plugin *plugin,
                       struct artm_call *call, version_taker *add, void *arg) {
  *list = (struct version_list){.abi = {.struct_size = sizeof list->abi, .add = take_version},
                                .call = call,
                                .plugin = plugin,
                                .add = add,
                                .arg = arg};
}

int version_list_result(struct version_list *list, int answer) {
  return list_answer(&list->kept, list->call, answer);
}

static int32_t take_descriptor(struct artm_descriptor_sink *sink,
                               const struct artm_descriptor *given) {
  struct descriptor_lister *lister = (struct descriptor_lister *)(void *)sink;
  struct descriptor_list *list = &lister->list;
  if (lister->kept.code)
    return lister->kept.code;
  if (++lister->given > DESCRIPTORS_MAX)
    return keep(&lister->kept, lister->call,
                call_fail(lister->call, ARTM_E_DIGEST, "the list has more than %d descriptors",
                          DESCRIPTORS_MAX));
  struct descriptor_slot slot;
  slot_init(&slot, lister->plugin, lister->call, NULL, false);
  int32_t answer = keep(&lister->kept, lister->call, slot.abi.add(&slot.abi, given));
  if (answer)
    return answer;
  if (map_put(&lister->seen, slot.got.digest.text, lister)) {
    list->items = mem_grow(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = slot.got;
  } else {
    descriptor_done(&slot.got);
  }
  return 0;
}

void descriptor_lister_init(struct descriptor_lister *lister, const struct plugin *plugin,
                            struct artm_call *call) {
  *lister =
      (struct descriptor_lister){.abi = {.struct_size = sizeof lister->abi, .add = take_descriptor},
                                 .call = call,
                                 .plugin = plugin};
}

int descriptor_lister_result(struct descriptor_lister *lister, int answer,
                             struct descriptor_list *ret) {
  answer = list_answer(&lister->kept, lister->call, answer);
  map_done(&lister->seen);
  if (answer)
    descriptor_list_done(&lister->list);
  else
    *ret = lister->list;
  return answer;
}

void descriptor_list_done(struct descriptor_list *list) {
  for (size_t i = 0; i < list->count; i++)
    descriptor_done(&list->items[i]);
  free(list->items);
  *list = (struct descriptor_list){0};
}
