/* SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects that the reports write. */
#include "report/json_write.h"
#include "base/clock.h"
#include "base/memory.h"
#include "report/guard.h"

void json_set_text(json_t *object, const char *name, const char *value) {
  json_object_set_new(object, name, guard_string(value));
}

void json_set_number(json_t *object, const char *name, uint64_t value) {
  json_object_set_new(object, name,
                      json_integer(value < INT64_MAX ? (json_int_t)value : INT64_MAX));
}

void json_set_bool(json_t *object, const char *name, bool value) {
  json_object_set_new(object, name, json_boolean(value));
}

void json_set_time(json_t *object, const char *name, int64_t wall_ms) {
  bool known = wall_ms > 0 && wall_ms / 1000 <= TIME_MAX_SECONDS;
  auto_free char *text = known ? clock_format(wall_ms) : NULL;
  json_set_text(object, name, text);
}

void json_set_error(json_t *object, const char *name, const struct error *err) {
  json_t *value = err->code != 0 ? json_object() : json_null();
  if (err->code != 0) {
    json_set_text(value, "code", error_code_name(err->code));
    json_set_text(value, "message", err->message);
    json_set_text(value, "hint", err->hint);
    json_set_text(value, "where", err->where);
  }
  json_object_set_new(object, name, value);
}
