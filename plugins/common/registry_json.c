/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from outside, with bounded memory: jansson spends up to 100 bytes on a two-byte value. */
#include "common/registry.h"
#include <jansson.h>

#define STRUCTURE_MAX 400000u /* a tag list or index of 4 MiB has fewer */

struct json_t *registry_parse_json(const void *data, uint64_t size) {
  const char *text = data;
  uint32_t structure = 0;
  for (uint64_t i = 0; i < size; i++)
    if ((text[i] == '{' || text[i] == '[' || text[i] == ',') && ++structure > STRUCTURE_MAX)
      return NULL;
  return json_loadb(text, (size_t)size, JSON_REJECT_DUPLICATES, NULL);
}
