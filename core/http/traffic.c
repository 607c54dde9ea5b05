/* SPDX-License-Identifier: Apache-2.0 */
/* Counts requests and bytes by origin. */
#include "http/traffic.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct traffic {
  pthread_mutex_t lock;
  struct traffic_origin *items;
  size_t count, capacity;
};

struct traffic *traffic_new(void) {
  struct traffic *traffic = mem_alloc(sizeof *traffic);
  pthread_mutex_init(&traffic->lock, NULL);
  return traffic;
}

void traffic_free(struct traffic *traffic) {
  if (!traffic)
    return;
  traffic_free_list(traffic->items, traffic->count);
  pthread_mutex_destroy(&traffic->lock);
  free(traffic);
}

static struct traffic_origin *find(struct traffic *traffic, const char *origin) {
  for (size_t i = 0; i < traffic->count; i++)
    if (strcmp(traffic->items[i].origin, origin) == 0)
      return &traffic->items[i];
  traffic->items =
      mem_grow(traffic->items, traffic->count, &traffic->capacity, sizeof *traffic->items);
  traffic->items[traffic->count] = (struct traffic_origin){.origin = str_copy(origin)};
  return &traffic->items[traffic->count++];
}

void traffic_add(struct traffic *traffic, const char *origin, uint64_t requests, uint64_t sent,
                 uint64_t received, uint64_t retries) {
  if (!traffic)
    return;
  pthread_mutex_lock(&traffic->lock);
  struct traffic_origin *item = find(traffic, origin);
  item->requests += requests;
  item->sent += sent;
  item->received += received;
  item->retries += retries;
  pthread_mutex_unlock(&traffic->lock);
}

size_t traffic_list(struct traffic *traffic, struct traffic_origin **ret) {
  *ret = NULL;
  if (!traffic)
    return 0;
  pthread_mutex_lock(&traffic->lock);
  size_t count = traffic->count;
  struct traffic_origin *list = mem_array(count ? count : 1, sizeof *list);
  for (size_t i = 0; i < count; i++) {
    list[i] = traffic->items[i];
    list[i].origin = str_copy(traffic->items[i].origin);
  }
  pthread_mutex_unlock(&traffic->lock);
  *ret = list;
  return count;
}

void traffic_free_list(struct traffic_origin *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    free(list[i].origin);
  free(list);
}

void traffic_merge(struct traffic *into, struct traffic *from) {
  struct traffic_origin *list;
  size_t count = traffic_list(from, &list);
  for (size_t i = 0; i < count; i++)
    traffic_add(into, list[i].origin, list[i].requests, list[i].sent, list[i].received,
                list[i].retries);
  traffic_free_list(list, count);
}
