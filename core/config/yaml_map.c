/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: duplicate keys and "<<". */
#include "config/yaml.h"
#include <string.h>

#define LINEAR_MAX 16 /* up to here looking at every key is faster than hashing */

struct keys {
  struct yaml_pairs *pairs;
  struct map index; /* key: position + 1; used above LINEAR_MAX */
};

static struct node_pair *find(const struct keys *keys, const char *key) {
  struct node_pair *items = keys->pairs->items;
  if (keys->pairs->count > LINEAR_MAX) {
    uintptr_t position = (uintptr_t)map_get(&keys->index, key);
    return position ? &items[position - 1] : NULL;
  }
  for (size_t i = 0; i < keys->pairs->count; i++)
    if (text_is(items[i].key->text, key))
      return &items[i];
  return NULL;
}

static void add(struct keys *keys, const struct node_pair *pair) {
  struct yaml_pairs *pairs = keys->pairs;
  yaml_pairs_add(pairs, pair);
  if (pairs->count <= LINEAR_MAX)
    return;
  size_t first = pairs->count == LINEAR_MAX + 1 ? 0 : pairs->count - 1;
  for (size_t i = first; i < pairs->count; i++)
    map_put(&keys->index, pairs->items[i].key->text, (void *)(uintptr_t)(i + 1));
}

static bool is_merge(const struct node *key) {
  return !key->quoted && text_is(key->text, "<<");
}

static void merge(struct keys *keys, const struct node *from) {
  for (uint32_t i = 0; i < from->count; i++)
    if (!find(keys, from->pairs[i].key->text))
      add(keys, &from->pairs[i]);
}

static void merge_value(struct yaml_reader *reader, struct keys *keys, const struct node *value) {
  if (value->kind == NODE_MAP) {
    merge(keys, value);
    return;
  }
  bool fine = value->kind == NODE_LIST;
  for (uint32_t i = 0; fine && i < value->count; i++)
    fine = value->items[i]->kind == NODE_MAP;
  if (!fine) {
    problem_expected(problem_add(reader->problems, value, "bad-merge", "'<<' can't merge this"),
                     "a map, or a list of maps");
    return;
  }
  for (uint32_t i = 0; i < value->count; i++)
    merge(keys, value->items[i]);
}

void yaml_finish_map(struct yaml_reader *reader, struct node *map, size_t first_member) {
  struct keys keys = {.pairs = &reader->merged};
  keys.pairs->count = 0;
  const struct node_pair *merged = NULL;
  for (size_t i = first_member; i < reader->members.count; i++) {
    const struct node_pair *pair = &reader->members.items[i];
    const struct node *key = pair->key;
    const struct node_pair *first = is_merge(key) ? merged : find(&keys, key->text);
    if (first)
      problem_add(reader->problems, key, "duplicate-key",
                  "duplicate key '%.80s', first given in line %u, column %u", key->text,
                  first->key->line, first->key->column);
    else if (is_merge(key))
      merged = pair;
    else
      add(&keys, pair);
  }
  if (merged)
    merge_value(reader, &keys, merged->value);
  size_t size = keys.pairs->count * sizeof *map->pairs;
  map->count = (uint32_t)keys.pairs->count;
  map->pairs = arena_alloc(&reader->document->memory, size);
  if (size)
    memcpy(map->pairs, keys.pairs->items, size);
  map_done(&keys.index);
}
