/* SPDX-License-Identifier: Apache-2.0 */
/* The two tables of the plugin. */
#ifndef LAYOUT_LAYOUT_H
#define LAYOUT_LAYOUT_H
#include <artmirror/plugin.h>

#define PREFIX "oci-layout:"

extern const struct artm_source layout_source;
extern const struct artm_target layout_target;
#endif
