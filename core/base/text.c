/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of strings, comparison, globs and near misses. */
#include "base/text.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

#define NEAREST_MAX 64

void strings_add(struct strings *list, const char *s) {
  strings_add_taken(list, str_copy(s));
}

void strings_add_taken(struct strings *list, char *s) {
  list->items = mem_grow(list->items, list->count, &list->capacity, sizeof *list->items);
  list->items[list->count++] = s;
}

bool strings_has(const struct strings *list, const char *s) {
  for (size_t i = 0; i < list->count; i++)
    if (text_equal(list->items[i], s))
      return true;
  return false;
}

void strings_done(struct strings *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->items[i]);
  free(list->items);
  *list = (struct strings){0};
}

bool text_equal(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool text_starts(const char *s, const char *prefix) {
  return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix) {
  size_t len = strlen(s), tail = strlen(suffix);
  return len >= tail && strcmp(s + len - tail, suffix) == 0;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

char *text_lower(const char *s) {
  char *copy = str_copy(s);
  for (char *p = copy; p != NULL && *p != '\0'; p++)
    *p = lower(*p);
  return copy;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Edits between two words; swapping neighbours is one. */
static size_t distance(const char *a, const char *b) {
  size_t a_len = strlen(a), b_len = strlen(b);
  if (a_len > NEAREST_MAX || b_len > NEAREST_MAX)
    return NEAREST_MAX;
  size_t rows[3][NEAREST_MAX + 1];
  size_t *before = rows[0], *last = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b_len; j++)
    last[j] = before[j] = j;
  for (size_t i = 1; i <= a_len; i++) {
    row[0] = i;
    for (size_t j = 1; j <= b_len; j++) {
      char x = lower(a[i - 1]), y = lower(b[j - 1]);
      size_t best = least(last[j - 1] + (x != y), least(last[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
        best = least(best, before[j - 2] + 1);
      row[j] = best;
    }
    size_t *oldest = before;
    before = last;
    last = row;
    row = oldest;
  }
  return last[b_len];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count) {
  size_t len = strlen(word);
  size_t limit = len <= 2 ? 1 : len <= 5 ? 2 : len / 3 + 1;
  const char *nearest = NULL;
  for (size_t i = 0; i < count; i++) {
    size_t edits = distance(word, candidates[i]);
    if (edits > limit || edits >= len || edits >= strlen(candidates[i]))
      continue;
    nearest = candidates[i];
    limit = edits > 0 ? edits - 1 : 0;
    if (edits == 0)
      break;
  }
  return nearest;
}

static const char *next_character(const char *s) {
  s++;
  while (((unsigned char)*s & 0xc0) == 0x80)
    s++;
  return s;
}

/* *pattern stands behind "["; moves it behind "]" and says whether c is in the set. A set without
 * an end is a plain "[". */
static bool match_set(const char **pattern, char c) {
  const char *p = *pattern;
  bool negated = *p == '!' || *p == '^', found = false;
  if (negated)
    p++;
  for (const char *first = p; *p != '\0' && (*p != ']' || p == first); p++) {
    char from = *p, to = from;
    if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
      to = p[2];
      p += 2;
    }
    if ((unsigned char)c >= (unsigned char)from && (unsigned char)c <= (unsigned char)to)
      found = true;
  }
  if (*p != ']')
    return c == '[';
  *pattern = p + 1;
  return found != negated;
}

bool text_glob(const char *pattern, const char *s) {
  const char *star = NULL, *resume = NULL;
  while (*s != '\0') {
    const char *p = pattern;
    if (*p == '*') {
      star = ++pattern;
      resume = s;
      continue;
    }
    bool matched = false;
    const char *next = s + 1;
    if (*p == '?') {
      matched = true;
      p++;
      next = next_character(s);
    } else if (*p == '[') {
      p++;
      matched = match_set(&p, *s);
    } else {
      matched = *p++ == *s;
    }
    if (matched) {
      pattern = p;
      s = next;
    } else if (star != NULL) {
      pattern = star;
      s = ++resume;
    } else {
      return false;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}
