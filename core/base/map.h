/* SPDX-License-Identifier: Apache-2.0 */
/* A hash map from strings (copied) to pointers (not owned). Order of insertion is kept. */
#ifndef BASE_MAP_H
#define BASE_MAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_item {
  char *key;
  void *value;
  uint64_t hash; /* of key */
};
struct map {
  struct map_item *items; /* in order of insertion; key NULL: removed */
  size_t count, capacity; /* of items */
  uint32_t *slots;
  size_t slot_count;
  uint64_t seed[2]; /* of the hash, chosen with the first key */
};
/* True if key was not there before. An existing value is replaced. */
bool map_put(struct map *, const char *key, void *value);
void *map_get(const struct map *, const char *key); /* NULL: absent */
bool map_has(const struct map *, const char *key);
void map_remove(struct map *, const char *key);
void map_done(struct map *);
#endif
