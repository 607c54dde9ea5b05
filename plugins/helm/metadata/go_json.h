/* SPDX-License-Identifier: Apache-2.0 */
/* Text and numbers as Go's encoding/json and strconv write them. */
#ifndef PLUGINS_HELM_GO_JSON_H
#define PLUGINS_HELM_GO_JSON_H
#include "common/builder.h"

#define GO_NUMBER_MAX 32

/* A JSON string, with the escapes of json.Marshal of Go before 1.22: "\u0008" for a backspace. */
void go_json_text(struct builder *, const char *data, size_t size);
/* A finite number, as json.Marshal writes a float64. */
void go_json_number(double number, char text[GO_NUMBER_MAX]);
/* strconv.FormatFloat(number, 'g', -1, 32): the shortest text that is the same 32-bit float. */
void go_float32(double number, char text[GO_NUMBER_MAX]);
#endif
