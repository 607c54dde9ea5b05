/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in the config (ARTM_FIELD_PATH) made absolute. */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H
#include "config/field.h"

/* map with the values of its path fields made absolute: relative ones start at their file's folder,
 * or the working directory where there is no file, "~/" at HOME. map itself if it has none to
 * change; NULL gives NULL. What is new lives in memory. */
const struct node *paths_make_absolute(const struct field_table *, const struct node *map,
                                       struct arena *memory);
/* The same for one scalar; caller frees. */
char *path_absolute(const struct node *scalar);
/* Does it begin with "~/" while HOME says no place? It stays as it is then. */
bool path_lacks_home(const char *path);
#endif
