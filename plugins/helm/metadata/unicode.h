/* SPDX-License-Identifier: Apache-2.0 */
/* Characters (runes) as Go's package unicode sees them. */
#ifndef PLUGINS_HELM_UNICODE_H
#define PLUGINS_HELM_UNICODE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNE_INVALID UINT32_MAX

/* Decodes the character at data (size is at least 1) and returns how many bytes it has. What is no
 * UTF-8 counts as one byte each, as in Go, and is RUNE_INVALID. */
size_t unicode_decode(const char *data, size_t size, uint32_t *rune);
bool unicode_is_space(uint32_t rune); /* unicode.IsSpace */
bool unicode_is_print(uint32_t rune); /* unicode.IsPrint */
#endif
