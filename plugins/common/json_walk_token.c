/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, numbers and words of a JSON text (RFC 8259). */
#include "common/json_walk_part.h"
#include <string.h>

bool json_walk_refuse_unexpected(struct json_walk *walk) {
  json_walk_refuse(walk, json_walk_look(walk) < 0 ? "it ends too early" : "it is no JSON");
  return false;
}

bool json_walk_take(struct json_walk *walk, char wanted) {
  if (json_walk_look(walk) != wanted)
    return json_walk_refuse_unexpected(walk);
  walk->at++;
  return true;
}

static bool take_word(struct json_walk *walk, const char *word) {
  for (; *word; word++)
    if (!json_walk_take(walk, *word))
      return false;
  return true;
}

bool json_walk_take_string(struct json_walk *walk) {
  if (!json_walk_take(walk, '"'))
    return false;
  for (;;) {
    int c = json_walk_look(walk);
    if (c < ' ')
      return json_walk_refuse_unexpected(walk);
    walk->at++;
    if (c == '"')
      return true;
    if (c != '\\')
      continue;
    c = json_walk_look(walk);
    if (c < 0 || !memchr("\"\\/bfnrtu", c, 9))
      return json_walk_refuse_unexpected(walk);
    walk->at++;
  }
}

static bool take_digits(struct json_walk *walk) {
  int c = json_walk_look(walk);
  if (c < '0' || c > '9')
    return json_walk_refuse_unexpected(walk);
  while ((c = json_walk_look(walk)) >= '0' && c <= '9')
    walk->at++;
  return true;
}

static bool take_number(struct json_walk *walk) {
  if (json_walk_look(walk) == '-')
    walk->at++;
  if (json_walk_look(walk) == '0')
    walk->at++;
  else if (!take_digits(walk))
    return false;
  if (json_walk_look(walk) == '.') {
    walk->at++;
    if (!take_digits(walk))
      return false;
  }
  if (json_walk_look(walk) == 'e' || json_walk_look(walk) == 'E') {
    walk->at++;
    if (json_walk_look(walk) == '+' || json_walk_look(walk) == '-')
      walk->at++;
    return take_digits(walk);
  }
  return true;
}

bool json_walk_take_scalar(struct json_walk *walk, char kind) {
  switch (kind) {
  case '"':
    return json_walk_take_string(walk);
  case '0':
    return take_number(walk);
  case 't':
    return take_word(walk, "true");
  case 'f':
    return take_word(walk, "false");
  case 'n':
    return take_word(walk, "null");
  default:
    return json_walk_refuse_unexpected(walk);
  }
}
