/* SPDX-License-Identifier: Apache-2.0 */
/* What a target gives as a whole: the list of a digest's referrers, a layout for scanners. */
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

int target_export_layout(struct repository *repository, struct artm_call *call,
                         const struct descriptor *manifest, const char *folder) {
  struct target *target = repository->target;
  struct artm_descriptor wanted = descriptor_for_plugin(manifest);
  struct visit visit = visit_begin(target->plugin, &target->lock, call);
  return visit_answer(&visit, "target.export_layout",
                      target->plugin->target.export_layout(repository->abi, call, &wanted, folder),
                      0);
}
