/* SPDX-License-Identifier: Apache-2.0 */
/* One digest of all that changes a scan's result beside the image and the tool. */
#ifndef COMMON_INPUTS_H
#define COMMON_INPUTS_H
#include <stdbool.h>

struct inputs;
struct inputs *inputs_new(void);
void inputs_add(struct inputs *, const char *text);
/* Adds a file's content. False, with errno: it can't be read. */
bool inputs_add_file(struct inputs *, const char *path);
/* "sha256:..." of what was added; frees the inputs. Caller frees. */
char *inputs_end(struct inputs *);
void inputs_free(struct inputs *); /* NULL too */
#endif
