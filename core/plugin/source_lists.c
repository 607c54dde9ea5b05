/* SPDX-License-Identifier: Apache-2.0 */
/* What a source lists: versions of an entry, referrers of a digest. */
#include "plugin/sink.h"
#include "plugin/source.h"
#include "plugin/visit.h"

int source_list_versions(struct source *source, struct artm_call *call,
                         const struct artm_config *entry, version_taker *add, void *arg) {
  struct version_list list;
  version_list_init(&list, source->plugin, call, add, arg);
  struct visit visit = visit_begin(source->plugin, &source->lock, call);
  int rc =
      visit_answer(&visit, "source.list_versions",
                   source->plugin->source.list_versions(source->self, call, entry, &list.abi), 0);
  rc = version_list_result(&list, rc);
  if (rc)
    error_place(&call->error, entry);
  return rc;
}

int source_referrers(struct artefact *artefact, struct artm_call *call, const struct digest *of,
                     struct descriptor_list *ret) {
  struct source *source = artefact->source;
  struct descriptor_lister lister;
  descriptor_lister_init(&lister, source->plugin, call);
  struct visit visit = visit_begin(source->plugin, &source->lock, call);
  int rc =
      visit_answer(&visit, "source.referrers",
                   source->plugin->source.referrers(artefact->abi, call, of->text, &lister.abi), 0);
  return descriptor_lister_result(&lister, rc, ret);
}
