/* SPDX-License-Identifier: Apache-2.0 */
/* What lists and maps of a chart's YAML become once all of their items are read. */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/metadata/chart_yaml_reader.h"
#include "helm/metadata/yaml_scalar.h"
#include <string.h>

static void count_in(struct value *parent, const struct value *child, size_t key_bytes) {
  if (__builtin_add_overflow(parent->nodes, child->nodes, &parent->nodes))
    parent->nodes = SIZE_MAX;
  if (__builtin_add_overflow(parent->bytes, child->bytes, &parent->bytes) ||
      __builtin_add_overflow(parent->bytes, key_bytes, &parent->bytes))
    parent->bytes = SIZE_MAX;
  parent->infinite |= child->infinite;
}

void chart_yaml_finish_list(struct chart_reader *reader, struct value *list,
                            struct value *const *items, size_t count) {
  list->list.count = count;
  list->list.items = region_alloc(reader->region, count, sizeof(struct value *));
  for (size_t i = 0; i < count; i++) {
    list->list.items[i] = items[i];
    count_in(list, items[i], 0);
  }
}

/* Is it what "<<" takes: a map, or a list of maps? Adds up the pairs. */
static bool check_merge(struct chart_reader *reader, const struct value *from, size_t line,
                        size_t *count) {
  size_t sources = from->kind == VALUE_LIST ? from->list.count : 1;
  for (size_t i = 0; i < sources; i++) {
    const struct value *map = from->kind == VALUE_LIST ? from->list.items[i] : from;
    if (map->kind != VALUE_MAP)
      return chart_yaml_refuse(reader, line, "'<<' wants a map or a list of maps");
    if (!chart_yaml_spend(reader, line, map->map.count))
      return false;
    *count += map->map.count;
  }
  return true;
}

/* Of a list's maps the first one counts most, so it comes last. */
static size_t merge_pairs(struct value_pair *pairs, const struct value *from) {
  size_t sources = from->kind == VALUE_LIST ? from->list.count : 1, count = 0;
  for (size_t i = sources; i-- > 0;) {
    const struct value *map = from->kind == VALUE_LIST ? from->list.items[i] : from;
    if (map->map.count)
      memcpy(pairs + count, map->map.pairs, map->map.count * sizeof *pairs);
    count += map->map.count;
  }
  return count;
}

static bool count_pairs(struct chart_reader *reader, const struct chart_entry *entries,
                        size_t count, size_t *ret) {
  *ret = 0;
  for (size_t i = 0; i < count; i++) {
    struct text key;
    if (entries[i].merge) {
      if (!check_merge(reader, entries[i].value, entries[i].key->line, ret))
        return false;
      continue;
    }
    if (!scalar_key(entries[i].key, &key))
      return chart_yaml_refuse(reader, entries[i].key->line,
                               "a key must be text, a number below 2^63, true or false");
    ++*ret;
  }
  return true;
}

bool chart_yaml_finish_map(struct chart_reader *reader, struct value *map,
                           const struct chart_entry *entries, size_t count) {
  size_t most, used = 0;
  if (!count_pairs(reader, entries, count, &most))
    return false;
  struct value_pair *pairs = region_alloc(reader->region, most, sizeof *pairs);
  for (size_t i = 0; i < count; i++) {
    if (entries[i].merge) {
      used += merge_pairs(pairs + used, entries[i].value);
      continue;
    }
    scalar_key(entries[i].key, &pairs[used].keyed.key);
    pairs[used++].value = entries[i].value;
  }
  map->map.pairs = pairs;
  map->map.count = keyed_sort(pairs, used, sizeof *pairs);
  for (size_t i = 0; i < map->map.count; i++)
    count_in(map, pairs[i].value, pairs[i].keyed.key.size);
  return true;
}
