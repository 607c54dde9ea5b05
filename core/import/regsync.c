/* SPDX-License-Identifier: Apache-2.0 */
/* regsync's config: version, creds, defaults, and the steps of sync. */
#include "import/regsync.h"
#include "base/text.h"
#include <string.h>

static void import_defaults(struct import *import, const struct node *defaults) {
  static const struct key_rule rules[] = {
      {.name = "parallel"},
      {"blobLimit", KEY_NEEDLESS, "blobs are never held in memory"},
      {"cacheCount", KEY_NEEDLESS, "a manifest is fetched once in a run"},
      {"cacheTime", KEY_NEEDLESS, "a manifest is fetched once in a run"},
      {"skipDockerConfig", KEY_LOST_IF_TRUE, "docker's credentials are always looked at"},
      {"userAgent", KEY_LOST, "artmirror names itself"},
      SHARED_RULES};
  int64_t number;
  if (!defaults)
    return;
  remark_keys(import, &import->remarks, defaults, rules, COUNT(rules), false);
  remark_retry(import, &import->remarks, defaults);
  const char *parallel = text_at(import, defaults, "parallel");
  if (parallel && text_parse_int(parallel, &number) && number >= 1 && number <= 256)
    import->parallel = arena_format(&import->memory, "%d", (int)number);
  else if (parallel && *parallel && strcmp(parallel, "0") != 0)
    remark_lost(import, &import->remarks, node_pair(defaults, "parallel")->key, "parallel",
                "run.parallel goes from 1 to 256");
  auto_free char *referrers = referrers_of(import, &import->remarks, defaults, defaults);
  if (strcmp(referrers, "false") != 0)
    import->referrers = arena_copy(&import->memory, referrers);
}

bool is_regsync(const struct node *root) {
  const struct node *sync = node_get(root, "sync");
  return sync && sync->kind == NODE_LIST;
}

void import_regsync(struct import *import, const struct node *root) {
  static const struct key_rule rules[] = {
      {.name = "version"}, {.name = "creds"}, {.name = "defaults"}, {.name = "sync"}};
  const struct node *sync = node_get(root, "sync");
  const char *version = text_at(import, root, "version");
  if (version && *version && strcmp(version, "1") != 0 && strcmp(version, "0") != 0)
    problem_add(import->problems, node_get(root, "version"), "bad-value",
                "version '%.20s' of regsync's config is not known", version);
  remark_keys(import, &import->remarks, root, rules, COUNT(rules), false);
  const struct node *defaults = map_at(import, root, "defaults");
  import_defaults(import, defaults);
  import_creds(import, node_get(root, "creds"));
  for (uint32_t i = 0; i < sync->count && !import_is_full(import); i++)
    if (sync->items[i]->kind == NODE_MAP)
      import_step(import, sync->items[i], defaults);
    else
      problem_add(import->problems, sync->items[i], "wrong-type", "a step must be a map");
}
