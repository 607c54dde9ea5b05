/* SPDX-License-Identifier: Apache-2.0 */
/* The second YAML document of a provenance file: "files: {NAME: DIGEST}". */
#ifndef PLUGINS_HELM_SUMS_H
#define PLUGINS_HELM_SUMS_H

/* Finds what is said of a file. NULL: *ret is it, caller frees; else what is wrong, caller frees.
 */
char *sums_find(const char *yaml, const char *file_name, char **ret);
#endif
