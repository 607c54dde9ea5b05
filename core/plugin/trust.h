/* SPDX-License-Identifier: Apache-2.0 */
/* Who could have written a plugin's file? */
#ifndef PLUGIN_TRUST_H
#define PLUGIN_TRUST_H
#include "base/error.h"

/* Opens the file if it and all folders above belong to root or the caller and nobody else may write
 * to them (a group only if it is the caller's own primary one; above the file's own folder also
 * root's sticky folders, such as /tmp). path has no symbolic links. ARTM_E_CONFIG names the culprit
 * and what to do. */
int trust_open(const char *path, int *ret_fd, struct error *err);
#endif
