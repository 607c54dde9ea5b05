/* SPDX-License-Identifier: Apache-2.0 */
/* Plain scalars by the core schema of YAML 1.2 (chapter 10.3). */
#ifndef CONFIG_SCALAR_H
#define CONFIG_SCALAR_H
#include "config/node.h"

enum node_type scalar_type(const char *text);
/* Value of what scalar_type calls an int or a bool. False if it does not fit. */
bool scalar_int(const char *text, int64_t *value);
bool scalar_bool(const char *text);
/* "an int, a number, true/false, nothing": for messages. */
const char *scalar_type_name(enum node_type type);
#endif
