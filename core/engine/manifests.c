/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests by digest, in memory and below it in the store. */
#include "engine/manifests.h"
#include "base/map.h"
#include "base/memory.h"
#include "engine/manifest_store.h"
#include <pthread.h>
#include <stdlib.h>

#define CACHE_MAX_BYTES (4u << 20)

struct manifest_cache {
  pthread_mutex_t lock;
  struct map manifests; /* digest -> struct descriptor */
  size_t bytes;
  struct manifest_store *store;
};

struct manifest_cache *manifest_cache_new(const char *folder) {
  struct manifest_cache *cache = mem_alloc(sizeof *cache);
  cache->store = manifest_store_new(folder);
  pthread_mutex_init(&cache->lock, NULL);
  return cache;
}

void manifest_cache_free(struct manifest_cache *cache) {
  if (!cache)
    return;
  for (size_t i = 0; i < cache->manifests.count; i++) {
    descriptor_done(cache->manifests.items[i].value);
    free(cache->manifests.items[i].value);
  }
  map_done(&cache->manifests);
  manifest_store_free(cache->store);
  pthread_mutex_destroy(&cache->lock);
  free(cache);
}

bool manifest_cache_get(struct manifest_cache *cache, const struct digest *digest,
                        struct descriptor *ret) {
  pthread_mutex_lock(&cache->lock);
  const struct descriptor *found = map_get(&cache->manifests, digest->text);
  if (found)
    descriptor_copy(ret, found);
  pthread_mutex_unlock(&cache->lock);
  return found != NULL;
}

void manifest_cache_put(struct manifest_cache *cache, const struct descriptor *manifest) {
  pthread_mutex_lock(&cache->lock);
  if (cache->bytes + manifest->data_size <= CACHE_MAX_BYTES &&
      !map_has(&cache->manifests, manifest->digest.text)) {
    struct descriptor *copy = mem_alloc(sizeof *copy);
    descriptor_copy(copy, manifest);
    map_put(&cache->manifests, manifest->digest.text, copy);
    cache->bytes += manifest->data_size;
  }
  pthread_mutex_unlock(&cache->lock);
}

bool manifest_cache_recall(struct manifest_cache *cache, const struct digest *digest,
                           struct descriptor *ret) {
  if (manifest_cache_get(cache, digest, ret))
    return true;
  if (!manifest_store_get(cache->store, digest, ret))
    return false;
  manifest_cache_put(cache, ret);
  return true;
}

static void keep(struct manifest_cache *cache, const struct manifest *manifest) {
  manifest_store_put(cache->store, &(struct descriptor){.media_type = manifest->media_type,
                                                        .digest = manifest->digest,
                                                        .size = manifest->size,
                                                        .data = manifest->bytes,
                                                        .data_size = manifest->size});
}

void manifest_cache_keep(struct manifest_cache *cache, const struct graph *graph) {
  keep(cache, graph->root);
  for (size_t i = 0; i < graph->manifest_count; i++)
    keep(cache, graph->manifests[i]);
}
