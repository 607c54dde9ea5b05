/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: duplicate keys and "<<". */
#include "config/yaml.h"
#include <string.h>

#define LINEAR_MAX 16 /* up to here looking at every key is faster than hashing */

struct keys {
  struct node_pair *pairs;
  size_t count, capacity;
  struct map index; /* key: position + 1; used above LINEAR_MAX */
};

static struct node_pair *find(const struct keys *keys, const char *key) {
  if (keys->count > LINEAR_MAX) {
    uintptr_t position = (uintptr_t)map_get(&keys->index, key);
    return position ? &keys->pairs[position - 1] : NULL;
  }
  for (size_t i = 0; i < keys->count; i++)
    if (strcmp(keys->pairs[i].key->text, key) == 0)
      return &keys->pairs[i];
  return NULL;
}

static void add(struct keys *keys, const struct node_pair *pair) {
  keys->pairs = mem_grow(keys->pairs, keys->count, &keys->capacity, sizeof *keys->pairs);
  keys->pairs[keys->count++] = *pair;
  if (keys->count <= LINEAR_MAX)
    return;
  size_t first = keys->count == LINEAR_MAX + 1 ? 0 : keys->count - 1;
  for (size_t i = first; i < keys->count; i++)
    map_put(&keys->index, keys->pairs[i].key->text, (void *)(uintptr_t)(i + 1));
}

static bool is_merge(const struct node *key) {
  return !key->quoted && strcmp(key->text, "<<") == 0;
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

void yaml_finish_map(struct yaml_reader *reader, struct node *map, const struct node_pair *pairs,
                     size_t count) {
  struct keys keys = {0};
  const struct node_pair *merged = NULL;
  for (size_t i = 0; i < count; i++) {
    const struct node *key = pairs[i].key;
    const struct node_pair *first = is_merge(key) ? merged : find(&keys, key->text);
    if (first)
      problem_add(reader->problems, key, "duplicate-key",
                  "duplicate key '%.80s', first given in line %u, column %u", key->text,
                  first->key->line, first->key->column);
    else if (is_merge(key))
      merged = &pairs[i];
    else
      add(&keys, &pairs[i]);
  }
  if (merged)
    merge_value(reader, &keys, merged->value);
  map->count = (uint32_t)keys.count;
  map->pairs = arena_alloc(&reader->document->memory, keys.count * sizeof *map->pairs);
  if (keys.count)
    memcpy(map->pairs, keys.pairs, keys.count * sizeof *map->pairs);
  map_done(&keys.index);
  free_pointer(&keys.pairs);
}
