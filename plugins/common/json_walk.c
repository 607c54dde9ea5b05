/* SPDX-License-Identifier: Apache-2.0 */
/* Walking over the objects and arrays of a JSON text. */
#include "common/json_walk.h"
#include "common/json_walk_part.h"
#include <string.h>

#define STRUCTURE_MAX 100000u /* jansson spends up to 100 bytes on each */

char json_walk_peek(struct json_walk *walk) {
  int c = json_walk_look_past_blanks(walk);
  if (c == '-' || (c >= '0' && c <= '9'))
    return '0';
  return c > 0 && memchr("{[\"tfn", c, 6) ? (char)c : '\0';
}

bool json_walk_enter(struct json_walk *walk, char kind) {
  if (json_walk_look_past_blanks(walk) != kind)
    return json_walk_refuse_unexpected(walk);
  if (walk->depth == JSON_WALK_DEPTH) {
    json_walk_refuse(walk, "it is nested too deep");
    return false;
  }
  walk->kind[walk->depth] = kind;
  walk->filled[walk->depth++] = false;
  walk->structure++;
  walk->at++;
  return true;
}

/* Goes to the next member or item; false: there is none. */
static bool next(struct json_walk *walk, char kind) {
  int c = json_walk_look_past_blanks(walk);
  if (walk->problem)
    return false;
  if (!walk->depth || walk->kind[walk->depth - 1] != kind) {
    json_walk_refuse(walk, "it was read the wrong way");
    return false;
  }
  if (c == (kind == '{' ? '}' : ']')) {
    walk->at++;
    walk->depth--;
    return false;
  }
  if (walk->filled[walk->depth - 1]) {
    walk->structure++;
    if (!json_walk_take(walk, ','))
      return false;
    json_walk_look_past_blanks(walk);
  }
  walk->filled[walk->depth - 1] = true;
  return true;
}

/* A name with escapes, which only jansson unfolds. */
static void unfold_name(struct json_walk *walk, const char *text, size_t size) {
  json_t *name = json_loadb(text, size, JSON_DECODE_ANY, NULL);
  const char *plain = json_string_value(name);
  if (plain && strlen(plain) < sizeof walk->name)
    memcpy(walk->name, plain, strlen(plain) + 1);
  json_decref(name);
}

static void take_name(struct json_walk *walk) {
  bool outer = walk->keep == SIZE_MAX;
  walk->name[0] = '\0';
  if (outer)
    walk->keep = walk->at;
  if (json_walk_take_string(walk) && outer) {
    const char *text = walk->data + walk->keep;
    size_t size = walk->at - walk->keep;
    if (memchr(text, '\\', size)) {
      unfold_name(walk, text, size);
    } else if (size - 2 < sizeof walk->name) {
      memcpy(walk->name, text + 1, size - 2);
      walk->name[size - 2] = '\0';
    }
  }
  if (outer)
    walk->keep = SIZE_MAX;
}

bool json_walk_member(struct json_walk *walk) {
  if (!next(walk, '{'))
    return false;
  take_name(walk);
  json_walk_look_past_blanks(walk);
  return json_walk_take(walk, ':');
}

bool json_walk_item(struct json_walk *walk) {
  return next(walk, '[');
}

void json_walk_skip(struct json_walk *walk) {
  unsigned depth = walk->depth;
  do {
    char kind = json_walk_peek(walk);
    if (!(kind == '{' || kind == '[' ? json_walk_enter(walk, kind)
                                     : json_walk_take_scalar(walk, kind)))
      return;
    while (walk->depth > depth &&
           !(walk->kind[walk->depth - 1] == '{' ? json_walk_member(walk) : json_walk_item(walk)))
      if (walk->problem)
        return;
  } while (walk->depth > depth);
}

uint64_t json_walk_at(const struct json_walk *walk) {
  return walk->dropped + walk->at;
}

json_t *json_walk_value(struct json_walk *walk) {
  json_walk_look_past_blanks(walk);
  walk->keep = walk->at;
  walk->structure = 0;
  json_walk_skip(walk);
  json_t *value = NULL;
  size_t size = walk->at - walk->keep;
  if (!walk->problem && (size > JSON_WALK_VALUE_MAX || walk->structure > STRUCTURE_MAX))
    json_walk_refuse(walk, "a value is too long");
  if (!walk->problem) {
    value = json_loadb(walk->data + walk->keep, size,
                       JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    if (!value)
      json_walk_refuse(walk, "a value before this is no JSON in UTF-8");
  }
  walk->keep = SIZE_MAX;
  return value;
}

bool json_walk_end(struct json_walk *walk) {
  int c = json_walk_look_past_blanks(walk);
  if (walk->problem)
    return false;
  if (walk->depth)
    return json_walk_refuse_unexpected(walk);
  if (c >= 0)
    json_walk_refuse(walk, "something follows its end");
  return !walk->problem;
}
