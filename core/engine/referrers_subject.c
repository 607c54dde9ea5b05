/* SPDX-License-Identifier: Apache-2.0 */
/* Which digests' referrers this run is at or through with. */
#include "base/map.h"
#include "engine/referrers.h"
#include <stdlib.h>

struct result {
  const struct entry *entry; /* its source and rule apply to all its versions */
  struct strings referrers;
};
struct subject {
  pthread_mutex_t lock;
  struct result *results;
  size_t count, capacity;
};
struct subject_table {
  pthread_mutex_t lock;
  struct map subjects; /* target, repository and digest -> struct subject */
};

struct subject_table *subject_table_new(void) {
  struct subject_table *table = mem_alloc(sizeof *table);
  pthread_mutex_init(&table->lock, NULL);
  return table;
}

void subject_table_free(struct subject_table *table) {
  if (!table)
    return;
  for (size_t i = 0; i < table->subjects.count; i++) {
    struct subject *subject = table->subjects.items[i].value;
    pthread_mutex_destroy(&subject->lock);
    for (size_t k = 0; k < subject->count; k++)
      strings_done(&subject->results[k].referrers);
    free(subject->results);
    free(subject);
  }
  map_done(&table->subjects);
  pthread_mutex_destroy(&table->lock);
  free(table);
}

struct subject *subject_enter(struct subject_table *table, const struct job *job,
                              const struct digest *digest) {
  auto_free char *key =
      str_format("%zu %s@%s", job->target_index, job->repository->reference, digest->text);
  pthread_mutex_lock(&table->lock);
  struct subject *subject = map_get(&table->subjects, key);
  if (!subject) {
    subject = mem_alloc(sizeof *subject);
    pthread_mutex_init(&subject->lock, NULL);
    map_put(&table->subjects, key, subject);
  }
  pthread_mutex_unlock(&table->lock);
  pthread_mutex_lock(&subject->lock);
  return subject;
}

void subject_leave(struct subject *subject) {
  pthread_mutex_unlock(&subject->lock);
}

const struct strings *subject_referrers(const struct subject *subject, const struct entry *entry) {
  for (size_t i = 0; i < subject->count; i++)
    if (subject->results[i].entry == entry)
      return &subject->results[i].referrers;
  return NULL;
}

void subject_remember(struct subject *subject, const struct entry *entry,
                      const struct strings *referrers) {
  subject->results =
      mem_grow(subject->results, subject->count, &subject->capacity, sizeof *subject->results);
  struct result *result = &subject->results[subject->count++];
  *result = (struct result){.entry = entry};
  for (size_t i = 0; i < referrers->count; i++)
    strings_add(&result->referrers, referrers->items[i]);
}
