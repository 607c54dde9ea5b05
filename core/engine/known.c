/* SPDX-License-Identifier: Apache-2.0 */
/* What this run knows of the blobs and manifests at one target. */
#include "engine/known.h"
#include "base/map.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdlib.h>

struct repository_set {
  uint32_t *items;
  size_t count, capacity;
};
struct known_blob {
  struct repository_set present;  /* that have it */
  struct repository_set bringing; /* into which somebody brings it just now */
  struct task *waiters;
  uint32_t wanted; /* by jobs so far */
};
struct known {
  pthread_mutex_t lock;
  struct map blobs;        /* digest -> struct known_blob */
  struct map repositories; /* reference -> number + 1 */
  struct repository_set doubted;
  char **references;
  size_t reference_count, reference_capacity;
};

struct known *known_new(void) {
  struct known *known = mem_alloc(sizeof *known);
  pthread_mutex_init(&known->lock, NULL);
  return known;
}

void known_free(struct known *known) {
  if (!known)
    return;
  for (size_t i = 0; i < known->blobs.count; i++) {
    struct known_blob *blob = known->blobs.items[i].value;
    free(blob->present.items);
    free(blob->bringing.items);
    free(blob);
  }
  for (size_t i = 0; i < known->reference_count; i++)
    free(known->references[i]);
  free(known->references);
  free(known->doubted.items);
  map_done(&known->blobs);
  map_done(&known->repositories);
  pthread_mutex_destroy(&known->lock);
  free(known);
}

uint32_t known_repository(struct known *known, const char *reference) {
  pthread_mutex_lock(&known->lock);
  uintptr_t number = (uintptr_t)map_get(&known->repositories, reference);
  if (!number) {
    known->references = mem_grow(known->references, known->reference_count,
                                 &known->reference_capacity, sizeof *known->references);
    known->references[known->reference_count++] = str_copy(reference);
    number = known->reference_count;
    map_put(&known->repositories, reference, (void *)number);
  }
  pthread_mutex_unlock(&known->lock);
  return (uint32_t)(number - 1);
}

const char *known_repository_reference(struct known *known, uint32_t repository) {
  pthread_mutex_lock(&known->lock);
  const char *reference = known->references[repository];
  pthread_mutex_unlock(&known->lock);
  return reference;
}

static struct known_blob *blob_get(struct known *known, const struct digest *digest) {
  struct known_blob *blob = map_get(&known->blobs, digest->text);
  if (!blob) {
    blob = mem_alloc(sizeof *blob);
    map_put(&known->blobs, digest->text, blob);
  }
  return blob;
}

static bool set_has(const struct repository_set *set, uint32_t repository) {
  for (size_t i = 0; i < set->count; i++)
    if (set->items[i] == repository)
      return true;
  return false;
}

static void set_add(struct repository_set *set, uint32_t repository) {
  if (set_has(set, repository))
    return;
  set->items = mem_grow(set->items, set->count, &set->capacity, sizeof *set->items);
  set->items[set->count++] = repository;
}

static void set_remove(struct repository_set *set, uint32_t repository) {
  for (size_t i = 0; i < set->count; i++)
    if (set->items[i] == repository)
      set->items[i--] = set->items[--set->count];
}

uint32_t known_want(struct known *known, const struct digest *digest) {
  pthread_mutex_lock(&known->lock);
  uint32_t wanted = ++blob_get(known, digest)->wanted;
  pthread_mutex_unlock(&known->lock);
  return wanted;
}

enum known_claim known_claim_blob(struct known *known, const struct digest *digest,
                                  uint32_t repository, struct task *waiter, int64_t *ret_mount) {
  pthread_mutex_lock(&known->lock);
  struct known_blob *blob = blob_get(known, digest);
  enum known_claim claim = CLAIM_BRING;
  bool somewhere = blob->present.count > 0;
  if (set_has(&blob->present, repository)) {
    claim = CLAIM_PRESENT;
  } else if (set_has(&blob->bringing, repository) || (!somewhere && blob->bringing.count > 0)) {
    claim = CLAIM_WAIT;
    waiter->next = blob->waiters;
    blob->waiters = waiter;
  } else {
    *ret_mount = somewhere ? (int64_t)blob->present.items[0] : -1;
    set_add(&blob->bringing, repository);
  }
  pthread_mutex_unlock(&known->lock);
  return claim;
}

void known_finish(struct known *known, const struct digest *digest, uint32_t repository,
                  bool present, struct pool *pool) {
  pthread_mutex_lock(&known->lock);
  struct known_blob *blob = blob_get(known, digest);
  if (present)
    set_add(&blob->present, repository);
  set_remove(&blob->bringing, repository);
  struct task *waiters = blob->waiters;
  blob->waiters = NULL;
  pthread_mutex_unlock(&known->lock);
  while (waiters) {
    struct task *next = waiters->next;
    pool_add_part(pool, waiters);
    waiters = next;
  }
}

void known_confirm(struct known *known, const struct digest *digest, uint32_t repository) {
  pthread_mutex_lock(&known->lock);
  set_add(&blob_get(known, digest)->present, repository);
  pthread_mutex_unlock(&known->lock);
}

bool known_is_confirmed(struct known *known, const struct digest *digest, uint32_t repository) {
  pthread_mutex_lock(&known->lock);
  const struct known_blob *blob = map_get(&known->blobs, digest->text);
  bool found = blob && set_has(&blob->present, repository);
  pthread_mutex_unlock(&known->lock);
  return found;
}

void known_forget(struct known *known, uint32_t repository) {
  pthread_mutex_lock(&known->lock);
  for (size_t i = 0; i < known->blobs.count; i++) {
    struct known_blob *blob = known->blobs.items[i].value;
    set_remove(&blob->present, repository);
  }
  set_add(&known->doubted, repository);
  pthread_mutex_unlock(&known->lock);
}

bool known_is_doubted(struct known *known, uint32_t repository) {
  pthread_mutex_lock(&known->lock);
  bool found = set_has(&known->doubted, repository);
  pthread_mutex_unlock(&known->lock);
  return found;
}
