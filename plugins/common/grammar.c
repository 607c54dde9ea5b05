/* SPDX-License-Identifier: Apache-2.0 */
/* Grammar of digests, tags, repository names and media types. */
#include "common/grammar.h"
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DECIMAL "0123456789"

static bool is_hex(const char *text, size_t len) {
  return strspn(text, DECIMAL "abcdef") == len && text[len] == '\0';
}

bool is_digest(const char *text) {
  if (strncmp(text, "sha256:", 7) == 0)
    return is_hex(text + 7, 64);
  if (strncmp(text, "sha512:", 7) == 0)
    return is_hex(text + 7, 128);
  return false;
}

bool is_tag(const char *text) {
  size_t len = strspn(text, LOWER UPPER DECIMAL "_.-");
  return len > 0 && len <= 128 && text[len] == '\0' && text[0] != '.' && text[0] != '-';
}

/* Length of ".", "_", "__" or any number of "-" at text; 0 if there is no separator. */
static size_t separator(const char *text) {
  if (text[0] == '.')
    return 1;
  if (text[0] == '_')
    return text[1] == '_' ? 2 : 1;
  return strspn(text, "-");
}

bool is_repository_name(const char *text) {
  if (strlen(text) > 255)
    return false;
  for (;;) {
    size_t len = strspn(text, LOWER DECIMAL);
    if (len == 0)
      return false;
    text += len;
    if (*text == '\0')
      return true;
    size_t gap = *text == '/' ? 1 : separator(text);
    if (gap == 0)
      return false;
    text += gap;
  }
}

bool is_media_type(const char *text) {
  size_t len = 0;
  while (text[len] > ' ' && text[len] <= '~')
    len++;
  return len > 0 && len <= 255 && text[len] == '\0';
}
