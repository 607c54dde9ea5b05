/* SPDX-License-Identifier: Apache-2.0 */
/* Text: lists of strings, comparison, escaping, numbers in people's spelling. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct strings { /* owned strings */
  char **items;
  size_t count, capacity;
};
void strings_add(struct strings *, const char *s); /* copies */
void strings_add_taken(struct strings *, char *s);
bool strings_has(const struct strings *, const char *s);
void strings_done(struct strings *);
#define auto_strings __attribute__((cleanup(strings_done))) struct strings

bool text_equal(const char *a, const char *b); /* NULL equals NULL only */
/* Are they equal? For names in a list, most of which differ in their first byte. */
static inline bool text_is(const char *a, const char *b) {
  return *a == *b && strcmp(a, b) == 0;
}
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
char *text_lower(const char *s); /* ASCII; caller frees */

/* The candidate nearest to word, or NULL if none is near enough for "did you mean". */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* Adds s so that a terminal shows it and obeys nothing in it: C0, DEL, C1, bidirectional controls
 * and broken UTF-8 become \xNN; at most max bytes of s, then "...". len -1: up to NUL. */
void text_escape(struct buf *out, const char *s, long len, size_t max);
char *text_escaped(const char *s); /* caller frees */

/* Length of the well-formed UTF-8 character at s (RFC 3629), of which len bytes are left, and what
 * it is; 0 if it is none. */
size_t text_character(const char *s, size_t len, uint32_t *code);
/* A character that a terminal obeys, or that makes text look other than it is. */
bool text_is_harmful(uint32_t code);

/* "1.5 GB", "312 B": decimal units. Caller frees. */
char *text_size(uint64_t bytes);
/* "1.2s", "3m04s". Caller frees. */
char *text_duration(uint64_t ms);

/* "30s", "5m", "2h", "1d", "250ms", "1h30m" or a plain number of seconds, to ms. False: not one. */
bool text_parse_duration(const char *s, uint64_t *ms);
/* "64M", "4MiB", "1G", "512", "10MB", "1.5G": K/M/G/T and KiB.. are powers of 1024, KB.. of 1000.
 */
bool text_parse_size(const char *s, uint64_t *bytes);
/* Whole decimal number, sign allowed, overflow refused. */
bool text_parse_int(const char *s, int64_t *value);

/* Shell-like glob over the whole string: * ? [..]; * also matches "/". */
bool text_glob(const char *pattern, const char *s);
#endif
