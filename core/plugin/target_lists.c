/* SPDX-License-Identifier: Apache-2.0 */
/* What a target lists: referrers of a digest. */
#include "plugin/sink.h"
#include "plugin/target.h"
#include "plugin/visit.h"

int target_referrers(struct repository *repository, struct artm_call *call, const struct digest *of,
                     struct descriptor_list *ret) {
  struct target *target = repository->target;
  struct descriptor_lister lister;
  descriptor_lister_init(&lister, target->plugin, call);
  struct visit visit = visit_begin(target->plugin, &target->lock, call);
  int rc = visit_answer(
      &visit, "target.referrers",
      target->plugin->target.referrers(repository->abi, call, of->text, &lister.abi), 0);
  return descriptor_lister_result(&lister, rc, ret);
}
