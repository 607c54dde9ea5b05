/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of settings_read; shared by the settings*.c files only. */
#ifndef CONFIG_SETTINGS_PART_H
#define CONFIG_SETTINGS_PART_H
#include "config/settings.h"

/* Replaces ${VAR}, ${VAR:-default} and $$ in all scalars below; what has none is not copied. */
const struct node *settings_expand(const struct node *, struct arena *, struct problems *);

void settings_read_target(struct settings *, const struct node *, struct problems *);
void settings_read_targets(struct settings *, const struct node *, struct problems *);
void settings_read_registries(struct settings *, const struct node *, struct problems *);
/* Each may be NULL. What they say of scanners is checked where the scanners are known. */
void settings_read_scanning(struct settings *, const struct node *scanners, const struct node *gate,
                            const struct node *reports, struct problems *);

/* Adds that a map is wanted here; false if there is none. */
bool settings_want_map(const char *what, const struct node *, struct problems *);
#endif
