/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files in a chart's archive. */
#ifndef PLUGINS_HELM_MEMBER_H
#define PLUGINS_HELM_MEMBER_H
#include <stdbool.h>

/* The path below the archive's top folder, as Helm has it: "x/./templates\a.yaml" is
 * templates/a.yaml. Caller frees. Answers NULL, or what is wrong with the name: "is ...". */
const char *member_path(const char *name, bool is_folder, char **ret);
#endif
