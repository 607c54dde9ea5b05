/* SPDX-License-Identifier: Apache-2.0 */
/* Glushkov's automaton: one state for each place of the pattern that takes a byte, all that are
 * active held in one word. */
#include "config/automaton.h"
#include "base/memory.h"
#include <stdint.h>
#include <string.h>

#define PLACES_MAX 64u
#define DEPTH_MAX 16u
#define BYTES 128u /* ASCII */

struct automaton {
  uint64_t takes[BYTES];       /* the places that take a byte */
  uint64_t follow[PLACES_MAX]; /* the places that may come after a place */
  uint64_t first, last;        /* where a text may begin and end */
  bool empty;                  /* is no text at all enough? */
};

/* A part of the pattern. */
struct part {
  uint64_t first, last;
  bool empty;
};
struct parser {
  struct automaton *automaton;
  const char *at;
  unsigned places, depth;
};

static bool parse_alternatives(struct parser *, struct part *);

static void link_places(struct parser *p, uint64_t from, uint64_t to) {
  for (; from != 0; from &= from - 1)
    p->automaton->follow[__builtin_ctzll(from)] |= to;
}

static void append(struct parser *p, struct part *part, const struct part *next) {
  link_places(p, part->last, next->first);
  part->first |= part->empty ? next->first : 0;
  part->last = next->last | (next->empty ? part->last : 0);
  part->empty &= next->empty;
}

static bool add_place(struct parser *p, struct part *ret) {
  if (p->places == PLACES_MAX)
    return false;
  uint64_t bit = (uint64_t)1 << p->places++;
  *ret = (struct part){bit, bit, false};
  return true;
}

static bool parse_byte(struct parser *p, struct part *ret) {
  unsigned char c = (unsigned char)*p->at++;
  if (c == '\\') {
    c = (unsigned char)*p->at++;
    if (c == '\0' || !strchr(".[]()*+?{}|^$\\/-", c))
      return false;
  } else if (c == '\0' || c >= BYTES || strchr(".*+?{}|^$)]", c)) {
    return false;
  }
  if (!add_place(p, ret))
    return false;
  p->automaton->takes[c] |= ret->first;
  return true;
}

/* What follows "[". */
static bool parse_set(struct parser *p, struct part *ret) {
  bool inside[BYTES] = {0}, negated = *p->at == '^';
  p->at += negated;
  const char *begin = p->at;
  while (*p->at != ']' || p->at == begin) {
    unsigned char low = (unsigned char)p->at[0], high = low;
    if (p->at[0] == '\\' || p->at[0] == '[' || low == '\0')
      return false;
    p->at++;
    if (p->at[0] == '-' && p->at[1] != ']') {
      high = (unsigned char)p->at[1];
      p->at += 2;
    }
    if (high >= BYTES || high < low || strchr("\\[", high))
      return false;
    for (unsigned c = low; c <= high; c++)
      inside[c] = true;
  }
  p->at++;
  if (!add_place(p, ret))
    return false;
  for (unsigned c = 1; c < BYTES; c++)
    if (inside[c] != negated)
      p->automaton->takes[c] |= ret->first;
  return true;
}

static bool parse_any(struct parser *p, struct part *ret) {
  if (!add_place(p, ret))
    return false;
  for (unsigned c = 1; c < BYTES; c++)
    p->automaton->takes[c] |= ret->first;
  return true;
}

static bool parse_atom(struct parser *p, struct part *ret) {
  if (*p->at == '.') {
    p->at++;
    return parse_any(p, ret);
  }
  if (*p->at == '[') {
    p->at++;
    return parse_set(p, ret);
  }
  if (*p->at != '(')
    return parse_byte(p, ret);
  p->at++;
  if (p->depth == DEPTH_MAX)
    return false;
  p->depth++;
  bool fine = parse_alternatives(p, ret) && *p->at++ == ')';
  p->depth--;
  return fine;
}

/* A number of at most three digits. */
static bool parse_count(struct parser *p, unsigned *ret) {
  const char *begin = p->at;
  unsigned count = 0;
  while (*p->at >= '0' && *p->at <= '9' && p->at - begin < 3)
    count = count * 10 + (unsigned)(*p->at++ - '0');
  *ret = count;
  return p->at > begin;
}

/* "{m}", "{m,}" or "{m,n}", the atom before it being read again for each time. */
static bool parse_times(struct parser *p, const char *atom, struct part *ret) {
  unsigned least, most;
  bool endless = false;
  p->at++;
  if (!parse_count(p, &least))
    return false;
  most = least;
  if (*p->at == ',') {
    p->at++;
    endless = *p->at == '}';
    if (!endless && !parse_count(p, &most))
      return false;
  }
  if (*p->at++ != '}' || most < least || most == 0)
    return false;
  const char *end = p->at;
  ret->empty |= least == 0;
  struct part again = *ret;
  for (unsigned i = 1; i < most; i++) {
    p->at = atom;
    if (!parse_atom(p, &again))
      return false;
    again.empty |= i >= least;
    append(p, ret, &again);
  }
  p->at = end;
  if (endless)
    link_places(p, again.last, again.first);
  return true;
}

/* An atom and how often it comes; more than one such mark has no common meaning. */
static bool parse_repeated(struct parser *p, struct part *ret) {
  const char *atom = p->at;
  if (!parse_atom(p, ret))
    return false;
  char mark = *p->at;
  if (mark == '{' && !parse_times(p, atom, ret))
    return false;
  if (mark == '*' || mark == '+')
    link_places(p, ret->last, ret->first);
  ret->empty |= mark == '*' || mark == '?';
  p->at += mark == '*' || mark == '+' || mark == '?';
  return *p->at != '*' && *p->at != '+' && *p->at != '?' && *p->at != '{';
}

static bool parse_sequence(struct parser *p, struct part *ret) {
  if (!parse_repeated(p, ret))
    return false;
  while (*p->at != '\0' && *p->at != '|' && *p->at != ')' && *p->at != '$') {
    struct part next;
    if (!parse_repeated(p, &next))
      return false;
    append(p, ret, &next);
  }
  return true;
}

static bool parse_alternatives(struct parser *p, struct part *ret) {
  if (!parse_sequence(p, ret))
    return false;
  while (*p->at == '|') {
    struct part other;
    p->at++;
    if (!parse_sequence(p, &other))
      return false;
    ret->first |= other.first;
    ret->last |= other.last;
    ret->empty |= other.empty;
  }
  return true;
}

struct automaton *automaton_new(const char *pattern) {
  struct automaton *automaton = mem_alloc(sizeof *automaton);
  struct parser parser = {.automaton = automaton, .at = pattern + 1};
  struct part whole;
  if (pattern[0] != '^' || !parse_sequence(&parser, &whole) || strcmp(parser.at, "$") != 0) {
    free_pointer(&automaton);
    return NULL;
  }
  automaton->first = whole.first;
  automaton->last = whole.last;
  automaton->empty = whole.empty;
  return automaton;
}

void automaton_free(struct automaton *automaton) {
  free_pointer(&automaton);
}

int automaton_match(const struct automaton *automaton, const char *text) {
  if (*text == '\0')
    return automaton->empty;
  uint64_t active = 0, next = automaton->first;
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char)*text;
    if (c >= BYTES)
      return -1;
    active = next & automaton->takes[c];
    next = 0;
    for (uint64_t left = active; left != 0; left &= left - 1)
      next |= automaton->follow[__builtin_ctzll(left)];
  }
  return (active & automaton->last) != 0;
}
