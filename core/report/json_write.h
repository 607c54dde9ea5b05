/* SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects that the reports write, with secrets taken out. */
#ifndef REPORT_JSON_WRITE_H
#define REPORT_JSON_WRITE_H
#include "base/error.h"
#include <jansson.h>
#include <stdint.h>

/* The largest time that has four digits for the year. */
#define TIME_MAX_SECONDS 253402300799

void json_set_text(json_t *object, const char *name, const char *value); /* NULL: null */
void json_set_number(json_t *object, const char *name, uint64_t value);
void json_set_bool(json_t *object, const char *name, bool value);
/* "2026-11-24T06:05:07.123Z"; null for 0 and what no such text can say. */
void json_set_time(json_t *object, const char *name, int64_t wall_ms);
/* Null for code 0. */
void json_set_error(json_t *object, const char *name, const struct error *err);
#endif
