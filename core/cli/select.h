/* SPDX-License-Identifier: Apache-2.0 */
/* Selection flags: --select, and one for every noun that a plugin found declares (--image). */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H
#include "cli/options.h"
#include "matrix/selection.h"
#include "plugin/plugin.h"

struct select_flags {
  struct option_table table;
  struct option *options;
  struct strings texts; /* what the options' strings point to */
};
void select_flags_make(const struct plugins *, struct select_flags *);
void select_flags_done(struct select_flags *);

/* The selection from the flags that were given, else from variables. ARTM_E_CONFIG: a section that
 * the config does not have, bad spelling. */
int select_read(const struct select_flags *, const struct plugins *, const struct arguments *,
                const struct section_schema *schemas, size_t count, struct selection *,
                struct error *err);
#endif
