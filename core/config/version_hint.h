/* SPDX-License-Identifier: Apache-2.0 */
/* Advice for text that can't be a version. */
#ifndef CONFIG_VERSION_HINT_H
#define CONFIG_VERSION_HINT_H
#include "config/problem.h"

/* Gives the problem the hint which selector was probably meant, if the text looks like one. */
void version_hint(struct problem *, const char *text);
#endif
