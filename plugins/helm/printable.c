/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside in messages. */
#include "helm/printable.h"
#include "common/registry_text.h"
#include <string.h>

#define LENGTH_MAX 200u

char *printable(const char *text) {
  size_t length = strnlen(text, LENGTH_MAX + 1);
  if (length > LENGTH_MAX) {
    length = LENGTH_MAX;
    while (length && ((unsigned char)text[length] & 0xc0) == 0x80) /* in a character of UTF-8 */
      length--;
  }
  char *copy = registry_copy(text, length);
  for (char *at = copy; *at; at++)
    if ((unsigned char)*at < ' ' || *at == 0x7f)
      *at = '?';
  return copy;
}
