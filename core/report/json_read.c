/* SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects in a report that is read again. */
#include "report/json_read.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void reader_refuse(struct json_reader *reader, const char *format, ...) {
  if (reader->failed)
    return;
  char *message = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&message, format, args);
  va_end(args);
  error_set(reader->err, reader->code, "%s", len < 0 ? "damaged" : message);
  if (len >= 0)
    free(message);
  reader->failed = true;
}

static const json_t *member(const json_t *object, const char *name) {
  const json_t *value = json_object_get(object, name);
  return json_is_null(value) ? NULL : value;
}

const char *reader_text(struct json_reader *reader, const json_t *object, const char *name) {
  const json_t *value = member(object, name);
  if (value != NULL && !json_is_string(value))
    reader_refuse(reader, "%s is no text", name);
  return json_string_value(value);
}

char *reader_copy(struct json_reader *reader, const json_t *object, const char *name) {
  return str_copy(reader_text(reader, object, name));
}

char *reader_need(struct json_reader *reader, const json_t *object, const char *name) {
  char *text = reader_copy(reader, object, name);
  if (text == NULL)
    reader_refuse(reader, "%s is missing", name);
  return text;
}

uint64_t reader_number(struct json_reader *reader, const json_t *object, const char *name) {
  const json_t *value = member(object, name);
  json_int_t number = json_integer_value(value);
  if (value != NULL && (!json_is_integer(value) || number < 0))
    reader_refuse(reader, "%s is no number of things", name);
  return number < 0 ? 0 : (uint64_t)number;
}

uint32_t reader_below(struct json_reader *reader, const json_t *object, const char *name,
                      uint32_t limit) {
  uint64_t number = reader_number(reader, object, name);
  if (number < limit)
    return (uint32_t)number;
  reader_refuse(reader, "%s is not below %u", name, limit);
  return 0;
}

uint32_t reader_scaled(struct json_reader *reader, const json_t *object, const char *name,
                       double scale) {
  const json_t *value = member(object, name);
  double number = json_number_value(value) * scale;
  bool fits = number >= 0 && number < UINT32_MAX;
  if (value != NULL && (!json_is_number(value) || !fits))
    reader_refuse(reader, "%s is no number, or too large", name);
  return fits ? (uint32_t)(number + 0.5) : 0;
}

bool reader_bool(struct json_reader *reader, const json_t *object, const char *name) {
  const json_t *value = member(object, name);
  if (value != NULL && !json_is_boolean(value))
    reader_refuse(reader, "%s is neither true nor false", name);
  return json_is_true(value);
}

/* Digits of a form in which d stands for one; all else for itself. */
static bool parse_digits(const char *text, const char *form, int parts[8]) {
  size_t part = 0;
  for (; *form != '\0'; form++, text++) {
    if (*form != 'd' ? *text != *form : !isdigit((unsigned char)*text))
      return false;
    if (*form == 'd')
      parts[part] = parts[part] * 10 + (*text - '0');
    else
      part++;
  }
  return *text == '\0';
}

static bool parse_time(const char *text, int64_t *ret) {
  int parts[8] = {0};
  if (!parse_digits(text, "dddd-dd-ddTdd:dd:dd.dddZ", parts))
    return false;
  struct tm tm = {.tm_year = parts[0] - 1900,
                  .tm_mon = parts[1] - 1,
                  .tm_mday = parts[2],
                  .tm_hour = parts[3],
                  .tm_min = parts[4],
                  .tm_sec = parts[5]};
  if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31 || parts[3] > 23 ||
      parts[4] > 59 || parts[5] > 60)
    return false;
  *ret = (int64_t)timegm(&tm) * 1000 + parts[6];
  return true;
}

int64_t reader_time(struct json_reader *reader, const json_t *object, const char *name) {
  const char *text = reader_text(reader, object, name);
  int64_t time = 0;
  if (text != NULL && !parse_time(text, &time))
    reader_refuse(reader, "%s is no time like 2026-11-24T06:05:07.123Z", name);
  return time;
}

const json_t *reader_object(struct json_reader *reader, const json_t *object, const char *name) {
  const json_t *value = member(object, name);
  if (value != NULL && !json_is_object(value))
    reader_refuse(reader, "%s is no object", name);
  return json_is_object(value) ? value : NULL;
}

const json_t *reader_array(struct json_reader *reader, const json_t *object, const char *name) {
  const json_t *value = member(object, name);
  if (value != NULL && !json_is_array(value))
    reader_refuse(reader, "%s is no list", name);
  return json_is_array(value) ? value : NULL;
}

/* A name that a later version may add is an error all the same. */
static int32_t code_of(const char *name) {
  for (int32_t code = ARTM_E_CONFIG; code >= ARTM_E_BLOB_UNKNOWN; code--)
    if (text_equal(error_code_name(code), name))
      return code;
  return ARTM_E_INTERNAL;
}

void reader_error(struct json_reader *reader, const json_t *object, const char *name,
                  struct error *ret) {
  const json_t *value = reader_object(reader, object, name);
  error_done(ret);
  if (value == NULL)
    return;
  ret->code = code_of(reader_text(reader, value, "code"));
  ret->message = reader_copy(reader, value, "message");
  ret->hint = reader_copy(reader, value, "hint");
  ret->where = reader_copy(reader, value, "where");
}

uint32_t reader_word(struct json_reader *reader, const json_t *object, const char *name,
                     bool (*parse)(const char *text, uint32_t *ret)) {
  const char *text = reader_text(reader, object, name);
  uint32_t word = 0;
  if (text == NULL)
    reader_refuse(reader, "%s is missing", name);
  else if (!parse(text, &word))
    reader_refuse(reader, "%s is '%.40s', which is not known", name, text);
  return word;
}
