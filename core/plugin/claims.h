/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin's metadata claims: sections, references, target strings, facts about hosts. */
#ifndef PLUGIN_CLAIMS_H
#define PLUGIN_CLAIMS_H
#include "plugin/plugin.h"

/* ARTM_E_CONFIG: a section without a noun, a name that is none, a core key, a fact without "=". */
int claims_check(const struct metadata *, struct error *err);
#endif
