/* SPDX-License-Identifier: Apache-2.0 */
/* Provenance files: OpenPGP clear-signed text that names an archive and its SHA-256. */
#ifndef PLUGINS_HELM_PROVENANCE_H
#define PLUGINS_HELM_PROVENANCE_H
#include <stddef.h>

/* Does the signed text name this file (its base name) with this digest ("sha256:...")? The
 * signature itself is not checked: that is for whoever has the key. NULL: yes; else what is wrong,
 * caller frees. */
char *provenance_check(const char *text, size_t size, const char *file_name, const char *digest);
#endif
