/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded plugin's tables: checked and copied into zero-filled structs of our own, with defaults
 * for optional functions, so that callers never test for NULL. */
#ifndef PLUGIN_ADOPT_H
#define PLUGIN_ADOPT_H
#include "plugin/plugin.h"

/* Fills what plugin.h lists under "after plugin_open". ARTM_E_CONFIG with the reason; the plugin is
 * then half filled and must be refused. */
int adopt_entry(struct plugin *, const struct artm_entry *, struct error *err);
/* Puts functions that answer "not supported" where an optional one is missing. */
void adopt_defaults(struct plugin *);
#endif
