/* SPDX-License-Identifier: Apache-2.0 */
/* Strings for the registry plugins. */
#include "common/registry_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_NO_MEMORY 8

/* As the core ends when there is none: at once, for nothing is half-done at a target. */
static _Noreturn void out_of_memory(void) {
  static const char text[] = "error: out of memory\n";
  ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
  (void)ignored;
  _exit(EXIT_NO_MEMORY);
}

void *registry_zalloc(size_t size) {
  void *memory = calloc(1, size ? size : 1);
  if (!memory)
    out_of_memory();
  return memory;
}

char *registry_vformat(const char *format, va_list arguments) {
  char *text = NULL;
  if (vasprintf(&text, format, arguments) < 0)
    out_of_memory();
  return text;
}

char *registry_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = registry_vformat(format, arguments);
  va_end(arguments);
  return text;
}

char *registry_copy(const char *text, size_t length) {
  char *copy = registry_zalloc(length + 1);
  memcpy(copy, text, length);
  return copy;
}

bool registry_lower(char *text) {
  bool changed = false;
  for (; *text; text++)
    if (*text >= 'A' && *text <= 'Z') {
      *text = (char)(*text - 'A' + 'a');
      changed = true;
    }
  return changed;
}

static bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

char *registry_encode(const char *text) {
  static const char digits[] = "0123456789ABCDEF";
  size_t length = strlen(text);
  char *encoded = registry_zalloc(length * 3 + 1);
  char *at = encoded;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (is_unreserved(c)) {
      *at++ = (char)c;
      continue;
    }
    *at++ = '%';
    *at++ = digits[c >> 4];
    *at++ = digits[c & 15];
  }
  return encoded;
}

char *registry_take(char **text) {
  char *taken = *text;
  *text = NULL;
  return taken;
}
