/* SPDX-License-Identifier: Apache-2.0 */
/* Strings for the registry plugins: made by format, never NULL. */
#ifndef PLUGINS_COMMON_REGISTRY_TEXT_H
#define PLUGINS_COMMON_REGISTRY_TEXT_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory. A machine without memory ends the process, as it does in the core. */
void *registry_zalloc(size_t size);
char *registry_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *registry_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
char *registry_copy(const char *text, size_t length);

/* Changes A-Z in place; true if there was any. */
bool registry_lower(char *text);
/* Percent-encodes all but RFC 3986's unreserved characters. Caller frees. */
char *registry_encode(const char *text);

/* Takes an owned string out of its variable. */
char *registry_take(char **text);
#endif
