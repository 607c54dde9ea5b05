/* SPDX-License-Identifier: Apache-2.0 */
/* Put before a plugin's source by -include, makes it one of a newer minor of the ABI. */
#include <artmirror/plugin.h>
#undef ARTM_ABI_MINOR
#define ARTM_ABI_MINOR 9
