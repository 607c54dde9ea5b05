/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into the node tree. */
#include "config/node.h"
#include "base/text.h"

struct node_pair *node_pair(const struct node *map, const char *key) {
  if (!map || map->kind != NODE_MAP)
    return NULL;
  for (uint32_t i = 0; i < map->count; i++)
    if (text_is(map->pairs[i].key->text, key))
      return &map->pairs[i];
  return NULL;
}

struct node *node_get(const struct node *map, const char *key) {
  const struct node_pair *pair = node_pair(map, key);
  return pair ? pair->value : NULL;
}

const char *node_text(const struct node *scalar) {
  if (!scalar || scalar->kind != NODE_SCALAR || scalar->type == NODE_NULL)
    return NULL;
  return scalar->text;
}
