/* SPDX-License-Identifier: Apache-2.0 */
/* The targets of a run: from --target, else the config, else what the environment selects. */
#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H
#include "config/problem.h"
#include "config/settings.h"
#include "engine/run.h"
#include "plugin/plugin.h"

struct targets {
  struct run_target *items; /* items[i].target is NULL before targets_create */
  struct plugin **plugins;
  struct artm_config *options;
  size_t count;
  struct arena memory;
};
/* The targets of the config, their options checked; problems for what is wrong. */
void targets_from_config(const struct plugins *, const struct settings *, struct targets *,
                         struct problems *);
/* One of --target or of the environment. */
int targets_add(const struct plugins *, const char *text, struct targets *, struct error *err);
/* ARTM_E_CONFIG with the line to add. */
int targets_add_default(const struct plugins *, struct targets *, struct error *err);
/* Creates the instances of the config's targets, which are all valid so far; what the plugins
 * refuse goes to problems. No network. */
void targets_check(struct targets *, const struct settings *, const struct host_services *,
                   struct problems *);
/* Makes the instances. */
int targets_create(struct targets *, const struct host_services *, struct error *err);
void targets_done(struct targets *);
#endif
