/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the walk share. After a problem nothing is there and nothing is taken. */
#ifndef COMMON_JSON_WALK_PART_H
#define COMMON_JSON_WALK_PART_H
#include "common/json_walk.h"

/* json_walk_input.c: the byte that is next, -1 at the end and after a problem. */
int json_walk_look(struct json_walk *);
int json_walk_look_past_blanks(struct json_walk *);

/* json_walk_token.c: false, with the problem noted, if something else is there. */
bool json_walk_refuse_unexpected(struct json_walk *);
bool json_walk_take(struct json_walk *, char wanted);
bool json_walk_take_string(struct json_walk *);
/* kind: as json_walk_peek tells it. */
bool json_walk_take_scalar(struct json_walk *, char kind);
#endif
