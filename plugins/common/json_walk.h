/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON text read from its start to its end, so that a report of any size costs the memory of one
 * finding. Broken or cut off text is a problem, never an end:
 *
 *   if (json_walk_enter(walk, '{'))
 *     while (json_walk_member(walk))
 *       if (strcmp(walk->name, "Results") == 0 && json_walk_peek(walk) == '[')
 *         ... json_walk_enter(walk, '[') and while (json_walk_item(walk)) ...
 *       else
 *         json_walk_skip(walk);
 *   if (!json_walk_end(walk))
 *     ... walk->problem ...
 *
 * A value must be read, entered or skipped once it was announced by member or item. After a problem
 * every function answers no, so that only the end needs a look at it. */
#ifndef COMMON_JSON_WALK_H
#define COMMON_JSON_WALK_H
#include <artmirror/host.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JSON_WALK_DEPTH 64
#define JSON_WALK_VALUE_MAX (4u << 20) /* of one value that is read whole */
#define JSON_WALK_FILE_MAX (1ull << 30)

struct json_walk {
  const char *problem; /* NULL: none */
  uint64_t problem_at; /* bytes from the start */
  char name[64];       /* of the member; "" if it is longer */
  /* The rest is the walk's own. */
  char *data; /* what of the text is in memory */
  size_t size, capacity, at;
  size_t keep;      /* where the value begins that is being read whole; SIZE_MAX: none is */
  uint64_t dropped; /* bytes before data */
  int fd;           /* -1: all is in data, which is the caller's */
  unsigned depth;
  uint32_t structure; /* brackets and commas of the value being read */
  char kind[JSON_WALK_DEPTH];
  bool filled[JSON_WALK_DEPTH]; /* a member or item was there already */
};

/* Begins a text in memory, which stays the caller's. */
void json_walk_text(struct json_walk *, const char *text, size_t size);
/* Begins a regular file of up to JSON_WALK_FILE_MAX. ARTM_NO: there is none. */
int32_t json_walk_open(struct json_walk *, const struct artm_host *, struct artm_call *,
                       const char *path);
void json_walk_done(struct json_walk *);

/* '{', '[', '"', 't', 'f', 'n' or '0' for a number; 0: no value is there. */
char json_walk_peek(struct json_walk *);
/* Goes into an object '{' or array '['; it is a problem if the value is none. */
bool json_walk_enter(struct json_walk *, char kind);
/* Next member of the object, its name in walk->name; false: the object is left, or a problem. */
bool json_walk_member(struct json_walk *);
/* Next item of the array, likewise. */
bool json_walk_item(struct json_walk *);
void json_walk_skip(struct json_walk *);
/* Bytes read so far. */
uint64_t json_walk_at(const struct json_walk *);
/* The value; NULL after a problem, as is one above JSON_WALK_VALUE_MAX. Caller decrefs. */
json_t *json_walk_value(struct json_walk *);
/* Is all read, and was it sound? */
bool json_walk_end(struct json_walk *);
/* Makes it a problem that the text is not what it should be; only the first one counts. */
void json_walk_refuse(struct json_walk *, const char *problem);
#endif
