/* SPDX-License-Identifier: Apache-2.0 */
/* A hash map from strings to pointers: open addressing over an array in order of insertion. */
#include "base/map.h"
#include "base/clock.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLOT_FREE 0u
#define SLOT_REMOVED UINT32_MAX

static uint64_t rotate(uint64_t x, unsigned bits) {
  return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4]) {
  v[0] += v[1];
  v[1] = rotate(v[1], 13) ^ v[0];
  v[0] = rotate(v[0], 32);
  v[2] += v[3];
  v[3] = rotate(v[3], 16) ^ v[2];
  v[0] += v[3];
  v[3] = rotate(v[3], 21) ^ v[0];
  v[2] += v[1];
  v[1] = rotate(v[1], 17) ^ v[2];
  v[2] = rotate(v[2], 32);
}

/* SipHash-1-3: keys come from outside, who must not be able to choose colliding ones. */
static uint64_t hash(const struct map *map, const char *key) {
  const uint64_t k0 = map->seed[0], k1 = map->seed[1];
  uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                   k1 ^ 0x7465646279746573u};
  size_t len = strlen(key);
  uint64_t word;
  for (size_t left = len; left >= 8; left -= 8, key += 8) {
    memcpy(&word, key, 8);
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
  }
  word = 0;
  memcpy(&word, key, len % 8);
  word |= (uint64_t)len << 56;
  v[3] ^= word;
  sip_round(v);
  v[0] ^= word;
  v[2] ^= 0xff;
  for (int i = 0; i < 3; i++)
    sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds key, or slot_count. *free_slot gets the first one usable for it. */
static size_t find(const struct map *map, const char *key, uint64_t hashed, size_t *free_slot) {
  size_t mask = map->slot_count - 1, usable = map->slot_count;
  for (size_t at = (size_t)hashed & mask;; at = (at + 1) & mask) {
    uint32_t slot = map->slots[at];
    if (slot == SLOT_FREE || slot == SLOT_REMOVED) {
      if (usable == map->slot_count)
        usable = at;
      if (slot == SLOT_REMOVED)
        continue;
      if (free_slot != NULL)
        *free_slot = usable;
      return map->slot_count;
    }
    const struct map_item *item = &map->items[slot - 1];
    if (item->hash == hashed && strcmp(item->key, key) == 0)
      return at;
  }
}

static void compact(struct map *map) {
  size_t kept = 0;
  for (size_t i = 0; i < map->count; i++)
    if (map->items[i].key != NULL)
      map->items[kept++] = map->items[i];
  map->count = kept;
}

static void rebuild(struct map *map) {
  compact(map);
  size_t wanted = 16;
  while (wanted < (map->count + 1) * 2)
    wanted *= 2;
  free(map->slots);
  map->slots = mem_array(wanted, sizeof *map->slots);
  map->slot_count = wanted;
  for (size_t i = 0; i < map->count; i++) {
    size_t at = 0;
    find(map, map->items[i].key, map->items[i].hash, &at);
    map->slots[at] = (uint32_t)(i + 1);
  }
}

static void choose_seed(struct map *map) {
  if (getrandom(map->seed, sizeof map->seed, GRND_NONBLOCK) == (ssize_t)sizeof map->seed)
    return;
  map->seed[0] = (uint64_t)clock_wall_ms();
  map->seed[1] = (uint64_t)(uintptr_t)map;
}

bool map_put(struct map *map, const char *key, void *value) {
  if (map->slot_count == 0)
    choose_seed(map);
  /* count holds removed items too, so removed slots are within the 3/4. */
  if (map->slot_count == 0 || (map->count + 1) * 4 > map->slot_count * 3)
    rebuild(map);
  uint64_t hashed = hash(map, key);
  size_t at = 0, found = find(map, key, hashed, &at);
  if (found < map->slot_count) {
    map->items[map->slots[found] - 1].value = value;
    return false;
  }
  map->items = mem_grow(map->items, map->count, &map->capacity, sizeof *map->items);
  map->items[map->count] = (struct map_item){.key = str_copy(key), .value = value, .hash = hashed};
  map->slots[at] = (uint32_t)++map->count;
  return true;
}

void *map_get(const struct map *map, const char *key) {
  if (map->slot_count == 0)
    return NULL;
  size_t at = find(map, key, hash(map, key), NULL);
  return at < map->slot_count ? map->items[map->slots[at] - 1].value : NULL;
}

bool map_has(const struct map *map, const char *key) {
  return map->slot_count > 0 && find(map, key, hash(map, key), NULL) < map->slot_count;
}

void map_remove(struct map *map, const char *key) {
  if (map->slot_count == 0)
    return;
  size_t at = find(map, key, hash(map, key), NULL);
  if (at == map->slot_count)
    return;
  struct map_item *item = &map->items[map->slots[at] - 1];
  free(item->key);
  *item = (struct map_item){0};
  map->slots[at] = SLOT_REMOVED;
}

void map_done(struct map *map) {
  for (size_t i = 0; i < map->count; i++)
    free(map->items[i].key);
  free(map->items);
  free(map->slots);
  *map = (struct map){0};
}
