/* SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects in a report that is read again. A member that is absent or null reads as
 * 0 or NULL; one of another type is damage, and the first damage is what the reader keeps. */
#ifndef REPORT_JSON_READ_H
#define REPORT_JSON_READ_H
#include "base/error.h"
#include <jansson.h>

struct json_reader {
  int32_t code; /* of the error that damage is */
  struct error *err;
  bool failed;
};
void reader_refuse(struct json_reader *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text lives as long as the document. */
const char *reader_text(struct json_reader *, const json_t *object, const char *name);
char *reader_copy(struct json_reader *, const json_t *object, const char *name); /* caller frees */
/* The same, and damage if it is missing. */
char *reader_need(struct json_reader *, const json_t *object, const char *name);
uint64_t reader_number(struct json_reader *, const json_t *object, const char *name);
/* A number below a limit. */
uint32_t reader_below(struct json_reader *, const json_t *object, const char *name, uint32_t limit);
/* A decimal fraction as a whole number of its parts: scale 10 makes 98 of 9.8. */
uint32_t reader_scaled(struct json_reader *, const json_t *object, const char *name, double scale);
bool reader_bool(struct json_reader *, const json_t *object, const char *name);
int64_t reader_time(struct json_reader *, const json_t *object, const char *name); /* ms */
const json_t *reader_object(struct json_reader *, const json_t *object, const char *name);
const json_t *reader_array(struct json_reader *, const json_t *object, const char *name);
void reader_error(struct json_reader *, const json_t *object, const char *name, struct error *ret);
/* A word of a list; damage if it is missing, or no such word. */
uint32_t reader_word(struct json_reader *, const json_t *object, const char *name,
                     bool (*parse)(const char *text, uint32_t *ret));
#endif
